; A client that calls INT 31h with random registers, without end.  SEED chooses them, BITS32 the kind of client.
cpu 386
org 100h
%ifdef BITS32
  %define AX_FLAG 1
%else
  %define AX_FLAG 0
%endif

    mov ah, 4Ah
    mov bx, 1000h
    int 21h
    mov ax, 1687h
    int 2Fh
    mov [entry], di
    mov [entry + 2], es
    mov bx, si
    mov ah, 48h
    int 21h
    mov es, ax
    mov ax, AX_FLAG
    call far [entry]
    jc .out
    mov cx, 8                           ; some selectors to play with
    mov ax, 0000h
    int 31h
    mov [selectors], ax
.again:
    push ds
    pop es
    call random
    mov ecx, eax
    call random
    mov edx, eax
    call random
    mov esi, eax
    call random
    mov edi, eax
    call random
    mov ebx, eax
    call random
    test al, 1
    jz .selector
    and ebx, 7                          ; one of ours, or nearly
    shl ebx, 3
    add bx, [selectors]
.selector:
    test al, 2
    jz .small
    and ecx, 0Fh
    and edx, 0FFFFh
.small:
    call random
    and eax, 3Fh
    cmp eax, count
    jae .any
    add eax, eax
    mov ax, [functions + eax]
    jmp .go
.any:
    call random
    and ax, 0F0Fh
.go:
    cmp ax, 0300h                       ; calls of real mode would lead the program astray at once
    je .again
    cmp ax, 0301h
    je .again
    cmp ax, 0302h
    je .again
    cmp ah, 2                           ; vectors that nobody else uses
    jne .memory
    mov bl, 60h
.memory:
    cmp ah, 5                           ; handles, some of them good ones
    jne .pointer
    and si, 1
    and di, 100Fh
    cmp al, 0
    jne .call
.pointer:
    mov edi, buffer
.call:
    int 31h
    jmp .again
.out:
    mov ax, 4C00h
    int 21h

random:
    mov eax, [state]
    imul eax, eax, 1664525
    add eax, 1013904223
    mov [state], eax
    rol eax, 13
    ret

functions:
    dw 0000h, 0001h, 0002h, 0003h, 0006h, 0007h, 0008h, 0009h, 000Ah, 000Bh, 000Ch, 000Dh
    dw 0100h, 0101h, 0102h, 0200h, 0201h, 0202h, 0203h, 0204h, 0205h, 0303h, 0304h, 0305h, 0306h
    dw 0400h, 0500h, 0501h, 0501h, 0502h, 0503h, 0600h, 0604h, 0702h, 0800h, 0900h, 0901h, 0902h, 0E00h, 0E01h
count equ ($ - functions) / 2
state: dd SEED
entry: dd 0
selectors: dw 0
buffer: times 64 db 0

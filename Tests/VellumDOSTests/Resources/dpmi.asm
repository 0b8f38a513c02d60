; A client of DPMI 0.9.  For each thing that is right it prints a letter, in order; a minus sign for one that is not.
; BITS32 says which kind of client it is.
cpu 386
org 100h
%ifdef BITS32
  %define AX_FLAG 1
  %define xiret iretd
  %define xretf o32 retf
  %define frame(n) (n * 4)
  %macro xpushf 0
    pushfd
  %endmacro
  %define xdi edi
  %define xsi esi
  %define xdx edx
  %define xbp ebp
  %define word_of(n) dword n
%else
  %define AX_FLAG 0
  %define xiret iret
  %define xretf retf
  %define frame(n) (n * 2)
  %macro xpushf 0
    pushf
  %endmacro
  %define xdi di
  %define xsi si
  %define xdx dx
  %define xbp bp
%endif

%macro right 2                          ; condition, letter
    mov dl, %2
    j%1 %%ok
    mov dl, '-'
%%ok:
    mov ah, 2
    int 21h
%endmacro

%macro dpmi 1
    mov ax, %1
    int 31h
%endmacro

    mov ah, 4Ah                         ; what lies behind the program is not needed
    mov bx, 1000h
    int 21h
    mov ax, 1687h
    int 2Fh
    or ax, ax
    jnz none
    mov [entry], di
    mov [entry + 2], es
    mov bx, si
    mov ah, 48h
    int 21h
    jc none
    mov es, ax
    mov [realcs], cs
    mov ax, AX_FLAG
    call far [entry]
    jc none
    jmp protected
none:
    mov ax, 4C63h
    int 21h

protected:
    movzx esp, sp
    mov [data], ds
    mov [psp], es
    mov ax, cs
    lar eax, eax
    and ah, 60h
    cmp ah, 60h                         ; ring 3
    right e, 'A'
    mov ax, 1686h
    int 2Fh
    or ax, ax
    right z, 'B'
    dpmi 0400h
    cmp ax, 005Ah
    right e, 'C'
    cmp word [es:0], 20CDh              ; ES is the PSP
    right e, 'D'

    ; Descriptors.
    mov cx, 2
    dpmi 0000h
    mov [first], ax
    mov bx, [data]
    dpmi 0006h                          ; base of our data
    mov si, cx
    mov di, dx
    add dx, buffer
    adc cx, 0
    mov bx, [first]
    dpmi 0007h
    mov cx, 0
    mov dx, 15
    dpmi 0008h
    mov es, [first]
    mov dword [es:4], 12345678h
    cmp dword [buffer + 4], 12345678h
    right e, 'E'
    lsl ax, [first]
    cmp ax, 15
    right e, 'F'
    mov bx, [first]
    dpmi 0006h
    sub dx, buffer
    cmp dx, di
    right e, 'G'
    mov bx, 0FFF7h
    dpmi 0006h
    setc cl
    cmp ax, 8022h
    setz ch
    and cl, ch
    cmp cl, 1
    right e, 'H'

    ; Alias of code; get and set.
    mov bx, cs
    dpmi 000Ah
    mov es, ax
    mov byte [es:patched + 1], 'I'
patched:
    mov dl, '-'
    mov ah, 2
    int 21h
    push ds
    pop es
    mov bx, [first]
    mov xdi, descriptor
    dpmi 000Bh
    mov byte [descriptor], 31           ; the limit
    dpmi 000Ch
    lsl ax, [first]
    cmp ax, 31
    right e, 'J'

    ; Extended memory: a megabyte.
    mov bx, 10h
    mov cx, 0
    dpmi 0501h
    mov [handle], si
    mov [handle + 2], di
    mov dx, cx
    mov cx, bx
    mov bx, [first]
    add bx, 8
    mov [second], bx
    dpmi 0007h
    mov cx, 0Fh
    mov dx, 0FFFFh
    dpmi 0008h
    mov fs, [second]
    mov eax, 0FFFFCh
    mov dword [fs:eax], 0CAFEBABEh
    cmp dword [fs:eax], 0CAFEBABEh
    right e, 'K'
    mov bx, 20h                         ; resized, it keeps its bytes
    mov cx, 0
    mov si, [handle]
    mov di, [handle + 2]
    dpmi 0503h
    mov [handle + 2], di
    mov dx, cx
    mov cx, bx
    mov bx, [second]
    dpmi 0007h
    mov fs, [second]
    mov eax, 0FFFFCh
    cmp dword [fs:eax], 0CAFEBABEh
    right e, 'L'
    xor ax, ax
    mov fs, ax
    mov si, [handle]
    mov di, [handle + 2]
    dpmi 0502h
    setnc cl
    dpmi 0502h                          ; a second time it is not ours
    setc ch
    and cl, ch
    cmp cl, 1
    right e, 'M'

    ; DOS memory, and a service in real mode that gets a pointer to it.
    mov bx, 2
    dpmi 0100h
    mov [lowseg], ax
    mov [lowsel], dx
    mov es, dx
    mov dword [es:0], 'N$' 
    push ds
    pop es
    mov dword [call_structure + 1Ch], 0900h
    mov ax, [lowseg]
    mov [call_structure + 24h], ax
    mov dword [call_structure + 14h], 0
    mov bx, 21h
    mov cx, 0
    mov xdi, call_structure
    dpmi 0300h
    mov dx, [lowsel]
    dpmi 0101h
    right nc, 'O'

    ; A vector of our own.
    mov bl, 60h
    dpmi 0204h
    mov [old_selector], cx
    mov [old_offset], xdx
    mov bl, 60h
    mov cx, cs
    mov xdx, on_60
    dpmi 0205h
    mov si, 1
    int 60h
    cmp si, 2
    right e, 'P'

    ; The timer's tick comes to us, whichever mode it met.
    mov bl, 1Ch
    dpmi 0204h
    mov [old_selector], cx
    mov [old_offset], xdx
    mov bl, 1Ch
    mov cx, cs
    mov xdx, on_tick
    dpmi 0205h
    dpmi 0901h
    mov ecx, 20000000
.wait:
    cmp word [ticks], 2
    jae .ticked
    loop .wait, ecx
.ticked:
    cmp word [ticks], 2
    right ae, 'Q'
    mov bl, 1Ch
    mov cx, [old_selector]
    mov xdx, [old_offset]
    dpmi 0205h
    ; And the hardware's.
    mov bl, 8
    dpmi 0204h
    mov [old_selector], cx
    mov [old_offset], xdx
    mov bl, 8
    mov cx, cs
    mov xdx, on_timer
    dpmi 0205h
    mov word [ticks], 0
    mov ecx, 20000000
.wait8:
    cmp word [ticks], 2
    jae .ticked8
    loop .wait8, ecx
.ticked8:
    cmp word [ticks], 2
    right ae, 'R'
    mov bl, 8
    mov cx, [old_selector]
    mov xdx, [old_offset]
    dpmi 0205h

    ; An exception that we repair: a division by zero.
    mov bl, 0
    mov cx, cs
    mov xdx, on_divide
    dpmi 0203h
    xor cx, cx
    mov ax, 1
    xor dx, dx
    div cx                              ; two bytes
    cmp word [faults], 1
    right e, 'S'
    ; And one with an error code: a selector that is none.
    mov bl, 13
    mov cx, cs
    mov xdx, on_protection
    dpmi 0203h
    mov ax, 0FFF4h
    mov gs, ax                          ; two bytes
    cmp word [faults], 0FFF4h
    right e, 'T'

    ; Real mode calls us back.
    push ds
    push ds
    pop es
    mov xdi, back_structure
    mov xsi, on_call
    push cs
    pop ds
    dpmi 0303h
    pop ds
    mov [call_structure + 2Ah], dx
    mov [call_structure + 2Ch], cx
    mov [callback], dx
    mov [callback + 2], cx
    mov dword [call_structure + 10h], 1111h
    mov cx, 0
    mov bx, 0
    mov dword [call_structure + 2Eh], 0
    mov xdi, call_structure
    dpmi 0301h
    cmp dword [call_structure + 10h], 2222h
    right e, 'U'
    mov cx, [callback + 2]
    mov dx, [callback]
    dpmi 0304h
    right nc, 'V'

    ; The interrupt flag.
    dpmi 0900h
    mov bl, al
    dpmi 0902h
    mov bh, al
    dpmi 0901h
    cmp bx, 0001h
    right e, 'W'

    ; To real mode and back by hand.
    mov [saved_cs], cs
    dpmi 0306h
    mov [to_real], xdi
%ifdef BITS32
    mov [to_real + 4], si
%else
    mov [to_real + 2], si
%endif
    mov [to_protected], cx
    mov [to_protected + 2], bx
    mov [saved_ss], ss
    mov [saved_sp], sp
    mov ax, [realcs]
    mov cx, ax
    mov dx, ax
    mov ebx, 0FF00h
    mov si, ax
    mov edi, in_real
%ifdef BITS32
    jmp far dword [to_real]
%else
    jmp far [to_real]
%endif
in_real:
    mov byte [cs:visited], 1
    mov ax, [cs:data]
    mov cx, ax
    mov dx, [cs:saved_ss]
    movzx ebx, word [cs:saved_sp]
    mov si, [cs:saved_cs]
    mov edi, back_again
    jmp far [cs:to_protected]
back_again:
    cmp byte [visited], 1
    right e, 'X'

    ; Vectors of real mode.
    mov bl, 61h
    mov cx, 1234h
    mov dx, 5678h
    dpmi 0201h
    mov bl, 61h
    dpmi 0200h
    cmp cx, 1234h
    setz al
    cmp dx, 5678h
    setz ah
    and al, ah
    cmp al, 1
    right e, 'Y'

    ; What there is not.
    dpmi 0B77h
    right c, 'Z'
%ifdef DIES
    ud2                                 ; nobody handles this one
%endif
    mov ax, 4C07h
    int 21h

on_60:
    inc si
    xiret

on_tick:
    push ds
    mov ds, [cs:data]
    inc word [ticks]
    pop ds
    xiret

on_timer:                               ; to the one before
    push ds
    mov ds, [cs:data]
    inc word [ticks]
    pop ds
%ifdef BITS32
    jmp far dword [cs:old_offset]
%else
    jmp far [cs:old_offset]
%endif

on_divide:
    push ds
    mov ds, [cs:data]
    inc word [faults]
    pop ds

    push xbp
%ifdef BITS32
    movzx ebp, sp
    add dword [bp + 4 + frame(3)], 2    ; past the instruction
%else
    mov bp, sp
    add word [bp + 2 + frame(3)], 2
%endif
    pop xbp
    xretf

on_protection:
    push xbp
    push ds
%ifdef BITS32
    movzx ebp, sp
    mov ds, [cs:data]
    push ax
    mov ax, [bp + 4 + 2 + frame(2)]     ; the error code
    mov [faults], ax
    pop ax
    add dword [bp + 4 + 2 + frame(3)], 2
%else
    mov bp, sp
    mov ds, [cs:data]
    push ax
    mov ax, [bp + 2 + 2 + frame(2)]
    mov [faults], ax
    pop ax
    add word [bp + 2 + 2 + frame(3)], 2
%endif
    pop ds
    pop xbp
    xretf

on_call:                                ; DS:(E)SI the real stack, ES:(E)DI the registers
    mov ax, [si]                        ; its return address
    mov [es:xdi + 2Ah], ax
    mov ax, [si + 2]
    mov [es:xdi + 2Ch], ax
    add word [es:xdi + 2Eh], 4
    cmp word [es:xdi + 10h], 1111h
    jne .out
    mov word [es:xdi + 10h], 2222h
.out:
    xiret

entry: dd 0
data: dw 0
psp: dw 0
realcs: dw 0
first: dw 0
second: dw 0
handle: dd 0
lowseg: dw 0
lowsel: dw 0
old_offset: dd 0
%ifdef BITS32
old_selector: dw 0
%else
old_selector equ old_offset + 2
%endif
ticks: dw 0
faults: dw 0
callback: dd 0
saved_cs: dw 0
saved_ss: dw 0
saved_sp: dw 0
to_real: dd 0, 0
to_protected: dd 0
visited: db 0
align 4
descriptor: dd 0, 0
buffer: times 32 db 0
call_structure: times 50 db 0
back_structure: times 50 db 0

; A user of EMS 4.0.  It ends with the number of the step that went wrong, or zero.
cpu 386
org 100h
%macro step 1
    mov byte [number], %1
%endmacro
%macro ems 1
    mov ax, %1
    int 67h
%endmacro
%macro ok 0
    test ah, ah
    jnz near wrong
%endmacro
%macro fails 1
    cmp ah, %1
    jne near wrong
%endmacro
%macro same 2
    cmp %1, %2
    jne near wrong
%endmacro

    step 1                              ; found by the name at the vector's segment, and as a file
    mov ax, 3567h
    int 21h
    mov di, 10
    mov si, name
    mov cx, 8
    repe cmpsb
    jne near wrong
    push ds
    pop es
    mov dx, name
    mov ax, 3D00h
    int 21h
    jc near wrong
    mov bx, ax
    mov ax, 4400h
    int 21h
    test dl, 80h
    jz near wrong
    mov ax, 4407h
    int 21h
    same al, 0FFh
    mov ah, 3Eh
    int 21h

    step 2
    ems 4000h
    ok
    ems 4600h
    same al, 40h
    ems 4100h
    ok
    same bx, 0E000h
    mov fs, bx
    ems 4200h
    ok
    cmp bx, 8
    jb near wrong
    mov [free], bx
    ems 4800h + 100h                    ; 49h is not there
    fails 84h

    step 3                              ; four pages, each its own
    mov bx, 4
    ems 4300h
    ok
    mov [handle], dx
    mov cx, 0
.fill:
    mov ax, 4400h
    mov bx, cx
    mov dx, [handle]
    int 67h
    ok
    mov [fs:0], cx
    mov [fs:3FFEh], cx
    inc cx
    cmp cx, 4
    jb .fill
    mov cx, 0
.check:
    mov ax, 4402h                       ; seen at another place
    mov bx, cx
    mov dx, [handle]
    int 67h
    same [fs:8000h], cx
    same [fs:0BFFEh], cx
    inc cx
    cmp cx, 4
    jb .check
    ems 4200h
    mov ax, [free]
    sub ax, 4
    same bx, ax

    step 4                              ; what does not exist
    mov dx, [handle]
    mov bx, 0
    ems 4404h
    fails 8Bh
    mov bx, 4
    ems 4400h
    fails 8Ah
    mov dx, 77
    mov bx, 0
    ems 4400h
    fails 83h
    mov bx, 0
    ems 4300h
    fails 89h
    mov bx, 0FFF0h
    ems 4300h
    fails 87h

    step 5                              ; how many
    mov dx, [handle]
    ems 4C00h
    same bx, 4
    ems 4B00h
    same bx, 2
    mov di, buffer
    ems 4D00h
    same bx, 2
    same word [buffer + 4], 1
    same word [buffer + 6], 4

    step 6                              ; saved by handle
    mov dx, [handle]
    mov bx, 1
    ems 4400h
    mov dx, [handle]
    ems 4700h
    ok
    ems 4700h
    fails 8Dh
    mov bx, 2
    ems 4400h
    same word [fs:0], 2
    ems 4800h
    ok
    same word [fs:0], 1
    ems 4800h
    fails 8Eh

    step 7                              ; the map as a value
    ems 4E03h
    ok
    same al, 16
    mov di, buffer
    ems 4E00h
    mov dx, [handle]
    mov bx, 3
    ems 4400h
    mov si, buffer
    mov di, buffer + 32
    ems 4E02h
    ok
    same word [fs:0], 1
    mov si, buffer + 32
    ems 4E01h
    same word [fs:0], 3
    mov word [buffer], 99               ; no such handle
    mov si, buffer
    ems 4E01h
    fails 0A3h
    mov word [buffer], 1
    mov word [buffer + 2], 0E000h
    mov si, buffer
    mov di, buffer + 32
    ems 4F00h
    ok
    mov dx, [handle]
    mov bx, 0
    ems 4400h
    mov si, buffer + 32
    ems 4F01h
    ok
    same word [fs:0], 3
    mov bx, 1
    ems 4F02h
    same al, 8

    step 8                              ; several at once, by page and by segment
    mov si, pairs
    mov cx, 2
    mov dx, [handle]
    ems 5000h
    ok
    same word [fs:0], 2
    same word [fs:4000h], 3
    mov si, pairs2
    mov cx, 2
    mov dx, [handle]
    ems 5001h
    ok
    same word [fs:0], 0
    same word [fs:4000h], 1

    step 9                              ; more and fewer pages
    mov dx, [handle]
    mov bx, 6
    ems 5100h
    ok
    same bx, 6
    mov dx, [handle]
    mov bx, 3
    ems 4400h
    same word [fs:0], 3
    mov dx, [handle]
    mov bx, 2
    ems 5100h
    ok
    mov dx, [handle]
    mov bx, 1
    ems 4400h
    same word [fs:0], 1
    same word [fs:3FFEh], 1
    mov bx, 2
    ems 4400h
    fails 8Ah

    step 10                             ; names
    mov dx, [handle]
    mov si, label
    ems 5301h
    ok
    mov di, buffer
    ems 5300h
    same dword [buffer], 'MY E'
    mov si, label
    mov dx, 0
    ems 5401h
    ok
    same dx, [handle]
    mov si, name
    ems 5401h
    fails 0A0h
    mov di, buffer
    ems 5400h
    ok
    same al, 2
    ems 5402h
    same bx, 255
    mov bl, 1
    mov dx, [handle]
    ems 5201h
    fails 91h

    step 11                             ; code in pages: each page has its own at the same place
    mov dx, [handle]
    mov bx, 0
    ems 4400h
    mov dword [fs:100h], 0CB0001B8h     ; mov ax, 1; retf with a spare byte
    mov word [fs:100h], 01B8h
    mov word [fs:102h], 0CB00h
    mov dx, [handle]
    mov bx, 1
    ems 4400h
    mov word [fs:100h], 02B8h
    mov word [fs:102h], 0CB00h
    mov cx, 3
.turn:
    mov dx, [handle]
    mov bx, 0
    ems 4400h
    call 0E000h:100h
    same ax, 1
    mov dx, [handle]
    mov bx, 1
    ems 4400h
    call 0E000h:100h
    same ax, 2
    loop .turn

    step 12                             ; a call with a map of its own, and a jump
    mov dx, [handle]
    mov bx, 1
    ems 4400h
    mov word [request], routine
    mov [request + 2], cs
    mov byte [request + 4], 1
    mov word [request + 5], pair_new
    mov [request + 7], ds
    mov byte [request + 9], 1
    mov word [request + 10], pair_old
    mov [request + 12], ds
    mov si, request
    mov dx, [handle]
    mov cx, 0
    ems 5600h
    ok
    same cx, 1                          ; the routine saw page 0, whose first code byte loads 1
    mov al, [fs:101h]
    same al, 2
    mov word [request], .landed
    mov si, request
    mov dx, [handle]
    ems 5500h
    jmp wrong
.landed:
    ok
    mov al, [fs:101h]
    same al, 1

    step 13                             ; moves: to a page, between pages, an exchange
    mov dword [request], 16
    mov byte [request + 4], 0
    mov word [request + 7], label
    mov [request + 9], ds
    mov byte [request + 11], 1
    mov ax, [handle]
    mov [request + 12], ax
    mov word [request + 14], 3FF8h      ; over the end of page 0
    mov word [request + 16], 0
    mov si, request
    ems 5700h
    ok
    mov dx, [handle]
    mov bx, 0
    ems 4400h
    same dword [fs:3FF8h], 'MY E'
    mov bx, 1
    ems 4400h
    same dword [fs:0], 'AND '
    mov si, request
    mov dword [buffer], 0
    mov word [request + 7], buffer
    mov dword [request], 4
    ems 5701h
    ok
    same dword [buffer], 'MY E'
    mov dx, [handle]
    mov bx, 0
    ems 4400h
    same dword [fs:3FF8h], 0
    mov word [request + 14], 4000h
    ems 5700h
    fails 95h
    mov word [request + 14], 3FF0h
    mov word [request + 16], 1
    mov dword [request], 100h
    ems 5700h
    fails 93h
    mov dword [request], 200000h
    ems 5700h
    fails 96h

    step 14                             ; the window and the hardware
    mov di, buffer
    ems 5800h
    ok
    same cx, 4
    same word [buffer + 12], 0EC00h
    same word [buffer + 14], 3
    mov di, buffer
    ems 5900h
    ok
    same word [buffer], 400h
    mov bx, 0
    ems 5A00h
    ok
    mov [other], dx
    ems 4500h
    ok
    mov bl, 1
    ems 5B01h
    fails 9Ch
    mov bx, 0
    ems 5D01h                           ; off
    ok
    mov [key], bx
    mov [key + 2], cx
    mov di, buffer
    ems 5900h
    fails 0A4h
    mov bx, 0
    ems 5D00h
    fails 0A4h
    mov bx, [key]
    mov cx, [key + 2]
    ems 5D02h
    ok

    step 15                             ; given back, also while it shows
    mov dx, [handle]
    ems 4500h
    ok
    ems 4500h
    fails 83h
    ems 4200h
    same bx, [free]
    mov ax, 4C00h
    int 21h
wrong:
    mov al, [number]
    mov ah, 4Ch
    int 21h

routine:
    movzx cx, byte [fs:101h]
    retf

name: db 'EMMXXXX0', 0
label: db 'MY EXPANAND MORE'
number: db 0
free: dw 0
handle: dw 0
other: dw 0
key: dd 0
pairs: dw 2, 0, 3, 1
pairs2: dw 0, 0E000h, 1, 0E400h
pair_new: dw 0, 0
pair_old: dw 1, 0
request: times 22 db 0
buffer: times 64 db 0

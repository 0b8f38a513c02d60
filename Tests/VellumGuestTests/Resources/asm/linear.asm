; A Multiboot kernel that draws through the linear frame buffer: it finds it on the PCI bus, sets 320 x 200 with 32 bits
; a pixel, and compares what it sees there with the window at A0000h.  One letter to port E9h for each thing that is right.
bits 32
org 0x100000

header:
    dd 0x1BADB002, 0x00010000, -(0x1BADB002 + 0x00010000)
    dd header, header, image_end, bss_end, start

%macro register 2                       ; VBE register, value
    mov dx, 0x1CE
    mov ax, %1
    out dx, ax
    inc dx
    mov ax, %2
    out dx, ax
%endmacro

%macro expect 2                         ; flag that must be set, letter
    mov al, %2
    j%1 %%right
    mov al, '-'
%%right:
    out 0xE9, al
%endmacro

start:
    mov esp, stack_top
    ; The adapter is function 0 of device 2.
    mov eax, 0x80001000
    call pci_read
    cmp eax, 0x11111234
    expect e, 'i'
    mov eax, 0x80001010
    call pci_read
    and eax, ~15
    mov edi, eax

    register 4, 0
    register 1, 320
    register 2, 200
    register 3, 32
    register 4, 0x41

    ; Line 50 is within the window's first bank.
    mov dword [edi + 50 * 1280 + 160 * 4], 0x00123456
    register 5, 0
    cmp dword [0xA0000 + 50 * 1280 + 160 * 4], 0x00123456
    expect e, 'w'
    ; And what the window's bank 2 gets shows at 128 KiB.
    register 5, 2
    mov dword [0xA0010], 0x00ABCDEF
    cmp dword [edi + 0x20010], 0x00ABCDEF
    expect e, 'b'

    ; The frame buffer moves; its old place answers with ones.
    mov ebx, edi
    mov eax, 0x80001010
    mov ecx, 0xE8000000
    call pci_write
    cmp dword [0xE8000000 + 0x20010], 0x00ABCDEF
    expect e, 'm'
    cmp dword [ebx + 0x20010], -1
    expect e, 'o'

    ; Code runs from it as from any memory, also after it was changed.
    mov dword [0xE8000000 + 0x40000], 0xC340C031    ; xor eax, eax; inc eax; ret
    mov ebx, 0xE8000000 + 0x40000
    call ebx
    cmp eax, 1
    expect e, 'c'
    mov dword [0xE8000000 + 0x40000], 0xC348C031    ; dec instead
    call ebx
    cmp eax, -1
    expect e, 'd'
    mov dword [0xE8000000 + 0x40000], 0

    ; Without memory decoding nothing answers.
    mov eax, 0x80001004
    mov ecx, 1
    call pci_write
    cmp dword [0xE8000000 + 0x20010], -1
    expect e, 'n'
    mov ecx, 3
    call pci_write
    register 5, 0
    mov al, 0x10
    out 0xF4, al
    hlt

pci_read:
    mov dx, 0xCF8
    out dx, eax
    mov dx, 0xCFC
    in eax, dx
    ret

pci_write:
    mov dx, 0xCF8
    out dx, eax
    push eax
    mov dx, 0xCFC
    mov eax, ecx
    out dx, eax
    pop eax
    ret
image_end:

section .bss
stack: resb 0x1000
stack_top:
bss_end:

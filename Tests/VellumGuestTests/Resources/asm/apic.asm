; A Multiboot kernel that lives from the APICs: a non-maskable message to itself, the local timer, and the 8254 through
; the I/O APIC.  It writes one letter for each thing that happened to port E9h, and ends by the debug exit.
bits 32
org 0x100000

header:
    dd 0x1BADB002, 0x00010000, -(0x1BADB002 + 0x00010000)
    dd header, header, image_end, bss_end, start

APIC equ 0xFEE00000
IOAPIC equ 0xFEC00000

%macro gate 2
    mov eax, %2
    mov word [idt + %1 * 8], ax
    mov word [idt + %1 * 8 + 2], cs
    mov word [idt + %1 * 8 + 4], 0x8E00
    shr eax, 16
    mov word [idt + %1 * 8 + 6], ax
%endmacro

start:
    mov esp, stack_top
    gate 2, on_nmi
    gate 0x40, on_timer
    gate 0x42, on_8254
    gate 0xFF, on_spurious
    lidt [idt_register]
    mov al, 0xFF                        ; nothing through the 8259s
    out 0x21, al
    out 0xA1, al
    mov dword [APIC + 0xF0], 0x1FF

    ; A message to itself; the handler sends another, which must wait for its IRET.
    mov dword [APIC + 0x310], 0
    mov dword [APIC + 0x300], 0x400
    mov al, 'a'
    out 0xE9, al

    ; The local timer, three periods.
    mov dword [APIC + 0x3E0], 0xB
    mov dword [APIC + 0x320], 0x20040
    mov dword [APIC + 0x380], 10000
    sti
.ticks:
    hlt
    cmp dword [timer_count], 3
    jb .ticks
    mov dword [APIC + 0x320], 0x10000

    ; The 8254 at input 2.
    mov al, 0x34
    out 0x43, al
    mov al, 0
    out 0x40, al
    mov al, 0x10
    out 0x40, al
    mov dword [IOAPIC], 0x15
    mov dword [IOAPIC + 0x10], 0
    mov dword [IOAPIC], 0x14
    mov dword [IOAPIC + 0x10], 0x42
.beats:
    hlt
    cmp dword [beat_count], 2
    jb .beats
    cli
    mov al, 0x10
    out 0xF4, al
    hlt

on_nmi:
    push eax
    inc dword [nmi_depth]
    mov al, [nmi_depth]
    add al, '0'                         ; always 1: the second comes after the first's return
    out 0xE9, al
    cmp byte [nmi_sent], 0
    jne .done
    mov byte [nmi_sent], 1
    mov dword [APIC + 0x300], 0x400
    nop
.done:
    dec dword [nmi_depth]
    pop eax
    iret

on_timer:
    push eax
    inc dword [timer_count]
    mov al, 't'
    out 0xE9, al
    mov dword [APIC + 0xB0], 0
    pop eax
    iret

on_8254:
    push eax
    inc dword [beat_count]
    mov al, 'p'
    out 0xE9, al
    mov dword [APIC + 0xB0], 0
    pop eax
    iret

on_spurious:
    iret

idt_register:
    dw 0x7FF
    dd idt
image_end:

section .bss
nmi_depth: resd 1
nmi_sent: resd 1
timer_count: resd 1
beat_count: resd 1
alignb 8
idt: resb 0x800
stack: resb 0x1000
stack_top:
bss_end:

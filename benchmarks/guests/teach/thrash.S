/* A kernel that makes a translation cache thrash, after two phases that do not:
 *   calm     a routine is called
 *   patches  a constant of a routine is changed before each call of it, which can
 *            be changed in the translation as well
 *   thrash   before each call the routine's INC becomes DEC or INC again, and what
 *            was translated is void
 * Status 0: as many INCs as DECs in the last phase. */
#include "start.inc"
main:
        movl    $40000, %ecx
calm:   call    routine
        decl    %ecx
        jnz     calm

        movl    $40000, %ecx
patches: addl   $3, constant + 1
        call    constant
        decl    %ecx
        jnz     patches

        xorl    %eax, %eax
        movl    $20000, %ecx
thrash: xorb    $0x08, routine          /* 40 INC EAX, 48 DEC EAX */
        call    routine
        decl    %ecx
        jnz     thrash
        jmp     finish

        .balign 64
routine:
        incl    %eax
        ret
        .balign 64
constant:
        movl    $0, %edx
        ret

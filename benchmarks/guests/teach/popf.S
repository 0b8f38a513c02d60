/* A critical section: interrupts off by POPF, as kernels do that put the flags
 * back which they saved.  Without privilege the POPF changes nothing and does
 * not trap: the section runs with interrupts on.  Status 0: they were off. */
#include "start.inc"
main:
        sti
        pushl   $0x00000002             /* IF clear */
        .globl  planted
planted:
        popfl
        pushfl
        popl    %eax
        shrl    $9, %eax
        andl    $1, %eax
        jmp     finish

/* A kernel asks which ring it runs in: the low bits of CS.  PUSH CS never
 * traps.  Status 0: ring 0. */
#include "start.inc"
main:
        .globl  planted
planted:
        pushl   %cs
        popl    %eax
        andl    $3, %eax
        jmp     finish

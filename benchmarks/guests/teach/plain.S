/* A kernel whose sensitive instructions all trap: trap-and-emulate is enough.
 * Status 0: 1 + 2 + ... + 1000 is right. */
#include "start.inc"
main:
        xorl    %eax, %eax
        movl    $1000, %ecx
1:      addl    %ecx, %eax
        decl    %ecx
        jnz     1b
        movl    %cr0, %edx              /* privileged: it traps */
        cli
        subl    $500500, %eax
        setnz   %al
        movzbl  %al, %eax
        jmp     finish

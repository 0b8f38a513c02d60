/* From ring 3 through an interrupt gate to ring 0, and back by IRET: what a system call was. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_gate";
const uint32_t bench_default_n = 2000000;

static uint8_t trap_stack[4096], user_stack[4096];

void nano_return(void);
void nano_leave(void);
void nano_user(uint32_t count, void *stack_top);

__asm__("nano_return: iretl\n"
        "nano_user:  pushl %ebx\n"
        "            pushl %esi\n"
        "            pushl %edi\n"
        "            pushl %ebp\n"
        "            movl 20(%esp), %ecx\n"
        "            movl 24(%esp), %edx\n"
        "            movl %esp, saved_stack\n"
        "            movl $0x23, %eax\n"
        "            movw %ax, %ds\n"
        "            movw %ax, %es\n"
        "            pushl %eax\n"
        "            pushl %edx\n"
        "            pushl $2\n"
        "            pushl $0x1B\n"
        "            pushl $1f\n"
        "            iretl\n"
        "1:          int $0x80\n"
        "            decl %ecx\n"
        "            jnz 1b\n"
        "            int $0x81\n"
        "nano_leave: movl $0x10, %eax\n"
        "            movw %ax, %ds\n"
        "            movw %ax, %es\n"
        "            movl saved_stack, %esp\n"
        "            popl %ebp\n"
        "            popl %edi\n"
        "            popl %esi\n"
        "            popl %ebx\n"
        "            ret\n"
        ".local saved_stack\n"
        ".comm saved_stack, 4, 4\n");

uint32_t bench_run(uint32_t n)
{
    cpu_load_tss(trap_stack + sizeof trap_stack);
    cpu_set_gate(0x80, nano_return, 3);
    cpu_set_gate(0x81, nano_leave, 3);
    nano_user(n, user_stack + sizeof user_stack);
    return n;
}

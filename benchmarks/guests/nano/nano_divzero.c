/* A division by zero, and a handler that steps over it. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_divzero";
const uint32_t bench_default_n = 2000000;

void nano_skip(void);
__asm__("nano_skip: addl $2, (%esp)\n"          /* DIV ECX is two bytes long */
        "           iretl\n");

uint32_t bench_run(uint32_t n)
{
    uint32_t count = n;
    cpu_set_gate(0, nano_skip, 0);
    while (n--)
        __asm__ volatile("divl %%ecx" : : "a"(1), "d"(0), "c"(0) : "cc", "memory");
    return count;
}

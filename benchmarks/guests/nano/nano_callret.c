/* A near call and its return. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_callret";
const uint32_t bench_default_n = 20000000;

uint32_t bench_run(uint32_t n)
{
    __asm__ volatile("1: call 2f\n"
                     "   decl %0\n"
                     "   jnz 1b\n"
                     "   jmp 3f\n"
                     "2: ret\n"
                     "3:" : "+r"(n) : : "cc", "memory");
    return n;
}

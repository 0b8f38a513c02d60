/* A far call to the same privilege level and its return. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_farcall";
const uint32_t bench_default_n = 5000000;

uint32_t bench_run(uint32_t n)
{
    __asm__ volatile("1: lcall $0x08, $2f\n"
                     "   decl %0\n"
                     "   jnz 1b\n"
                     "   jmp 3f\n"
                     "2: lret\n"
                     "3:" : "+r"(n) : : "cc", "memory");
    return n;
}

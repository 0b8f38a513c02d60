/* PUSHF and POPF with interrupts off. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_popf";
const uint32_t bench_default_n = 10000000;

uint32_t bench_run(uint32_t n)
{
    uint32_t count = n;
    while (n--)
        __asm__ volatile("pushfl; popfl" : : : "cc", "memory");
    return count;
}

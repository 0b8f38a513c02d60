/* A write to CR0 of the value that it has. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_crwrite";
const uint32_t bench_default_n = 2000000;

uint32_t bench_run(uint32_t n)
{
    uint32_t count = n, value;
    __asm__ volatile("movl %%cr0, %0" : "=r"(value));
    while (n--)
        __asm__ volatile("movl %0, %%cr0" : : "r"(value) : "memory");
    return count;
}

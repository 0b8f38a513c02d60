/* A load from a page that is not present; the handler steps over it. */
#include "nano.h"
#include "rt.h"

const char bench_name[] = "nano_pagefault";
const uint32_t bench_default_n = 1000000;

void nano_skip(void);
__asm__("nano_skip: addl $4, %esp\n"            /* the error code */
        "           addl $2, (%esp)\n"          /* MOV EAX, [ECX] is two bytes long */
        "           iretl\n");

uint32_t bench_run(uint32_t n)
{
    uint32_t count = n;
    nano_enable_paging();
    cpu_set_gate(14, nano_skip, 0);
    while (n--)
        __asm__ volatile("movl (%%ecx), %%eax" : : "c"(WINDOW + 4096) : "eax", "memory");
    return count;
}

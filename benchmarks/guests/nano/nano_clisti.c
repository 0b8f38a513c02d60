/* STI, and CLI after its shadow; nothing is pending. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_clisti";
const uint32_t bench_default_n = 10000000;

uint32_t bench_run(uint32_t n)
{
    uint32_t count = n;

    outb(0x21, 0xFF);                           /* mask both interrupt controllers */
    outb(0xA1, 0xFF);
    while (n--)
        __asm__ volatile("sti; nop; cli" : : : "cc", "memory");
    return count;
}

/* OUT to port 80h, the diagnostic port. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_out";
const uint32_t bench_default_n = 5000000;

uint32_t bench_run(uint32_t n)
{
    uint32_t count = n;
    while (n--)
        outb(0x80, 0);
    return count;
}

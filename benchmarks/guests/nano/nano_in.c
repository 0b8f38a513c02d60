/* IN from port 80h, which no device answers. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_in";
const uint32_t bench_default_n = 5000000;

uint32_t bench_run(uint32_t n)
{
    uint32_t count = n;
    while (n--)
        (void)inb(0x80);
    return count;
}

/* A page-table entry is changed, and the page read through it. */
#include "nano.h"
#include "rt.h"

const char bench_name[] = "nano_ptechange";
const uint32_t bench_default_n = 1000000;

uint32_t bench_run(uint32_t n)
{
    uint32_t sum = 0;
    nano_enable_paging();
    for (uint32_t i = 0; i < n; i++) {
        *(volatile uint32_t *)nano_window = (uint32_t)nano_page | PRESENT | (i & 1 ? WRITABLE : 0);
        __asm__ volatile("invlpg (%0)" : : "r"(WINDOW) : "memory");
        sum += *(volatile uint32_t *)WINDOW;
    }
    return sum + n;
}

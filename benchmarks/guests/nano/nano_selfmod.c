/* A store into the instruction that runs next. */
#include "cpu.h"
#include "rt.h"

const char bench_name[] = "nano_selfmod";
const uint32_t bench_default_n = 200000;

extern uint8_t nano_code[];
uint32_t nano_call(void);
__asm__(".section .data\n"
        ".balign 16\n"
        "nano_call: .byte 0xB8\n"               /* MOV EAX, imm32 */
        "nano_code: .long 0\n"
        "           ret\n"
        ".text\n");

uint32_t bench_run(uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        *(volatile uint32_t *)nano_code = i;
        sum += nano_call();
    }
    return sum;
}

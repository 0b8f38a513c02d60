#include "CVellumVector.h"

enum { MASKS = 0x1F80, FLAGS = 0x3F };

/* Everything between taking and giving back the host's MXCSR is one statement: nothing else runs under the guest's. */
#define RUN(instructions)                                                                                     \
    __asm__ volatile("ldmxcsr %[guest]\n\tmovups %[to], %%xmm0\n\tmovups %[from], %%xmm1\n\t" instructions    \
                     "\n\tmovups %%xmm0, %[to]\n\tstmxcsr %[guest]\n\tldmxcsr %[host]"                        \
                     : [to] "+m"(*target), [guest] "+m"(guest)                                                \
                     : [from] "m"(*source), [host] "m"(host)                                                  \
                     : "xmm0", "xmm1", "rax", "cc")
#define TWO(name)                            \
    if (scalar) RUN(name "ss %%xmm1, %%xmm0"); \
    else RUN(name "ps %%xmm1, %%xmm0");      \
    break
#define COMPARE(number)                              \
    case number:                                     \
        if (scalar) RUN("cmpss $" #number ", %%xmm1, %%xmm0"); \
        else RUN("cmpps $" #number ", %%xmm1, %%xmm0");  \
        break

uint32_t vellum_sse(
    uint32_t opcode, bool scalar, uint32_t immediate, uint32_t mxcsr, vellum_xmm *target, const vellum_xmm *source) {
    uint32_t host, guest = (mxcsr & ~(uint32_t)FLAGS) | MASKS;
    __asm__ volatile("stmxcsr %0" : "=m"(host));
    switch (opcode) {
    case 0x2A:
        if (scalar) RUN("movd %%xmm1, %%eax\n\tcvtsi2ssl %%eax, %%xmm0");
        else RUN("movq %%xmm1, %%xmm1\n\tcvtdq2ps %%xmm1, %%xmm1\n\tmovsd %%xmm1, %%xmm0");
        break;
    case 0x2C:
        if (scalar) RUN("cvttss2si %%xmm1, %%eax\n\tmovd %%eax, %%xmm0");
        else RUN("movq %%xmm1, %%xmm1\n\tcvttps2dq %%xmm1, %%xmm0");
        break;
    case 0x2D:
        if (scalar) RUN("cvtss2si %%xmm1, %%eax\n\tmovd %%eax, %%xmm0");
        else RUN("movq %%xmm1, %%xmm1\n\tcvtps2dq %%xmm1, %%xmm0");
        break;
    case 0x2E: RUN("ucomiss %%xmm1, %%xmm0\n\tlahf\n\tmovzbl %%ah, %%eax\n\tmovd %%eax, %%xmm0"); break;
    case 0x2F: RUN("comiss %%xmm1, %%xmm0\n\tlahf\n\tmovzbl %%ah, %%eax\n\tmovd %%eax, %%xmm0"); break;
    case 0x51: TWO("sqrt");
    case 0x52: TWO("rsqrt");
    case 0x53: TWO("rcp");
    case 0x58: TWO("add");
    case 0x59: TWO("mul");
    case 0x5C: TWO("sub");
    case 0x5D: TWO("min");
    case 0x5E: TWO("div");
    case 0x5F: TWO("max");
    case 0xC2:
        switch (immediate & 7) {
        COMPARE(0);
        COMPARE(1);
        COMPARE(2);
        COMPARE(3);
        COMPARE(4);
        COMPARE(5);
        COMPARE(6);
        COMPARE(7);
        }
        break;
    default: break;
    }
    return guest & FLAGS;
}

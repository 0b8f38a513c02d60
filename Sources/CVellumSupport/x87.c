#include "CVellumSupport.h"

#include <string.h>

/// What FXSAVE writes (SDM vol. 1, table 10-2).
struct image {
    uint16_t control, status;
    uint8_t tags, unused;
    uint16_t opcode;
    uint32_t pointers[4];
    uint32_t mxcsr, mxcsr_mask;
    vellum_float80 st[8];
    uint8_t rest[512 - 160];
};

/* One entry of four bytes for each instruction: those on registers by opcode and ModRM, then those on memory at (RDI) by
 * opcode and ModRM.reg. */
__asm__(
    ".text\n\t.p2align 6\n"
    "vellum_x87_registers:\n\t"
    ".set escape, 0xD8\n\t.rept 8\n\t.set operand, 0xC0\n\t.rept 64\n\t"
    ".byte escape, operand, 0xC3, 0x90\n\t"
    ".set operand, operand + 1\n\t.endr\n\t.set escape, escape + 1\n\t.endr\n"
    "vellum_x87_memory:\n\t"
    ".set escape, 0xD8\n\t.rept 8\n\t.set operand, 0x07\n\t.rept 8\n\t"
    ".byte escape, operand, 0xC3, 0x90\n\t"
    ".set operand, operand + 8\n\t.endr\n\t.set escape, escape + 1\n\t.endr\n");

/* uint32_t vellum_x87_run(image, entry, operand, flags): loads the image, calls the entry, stores the image, and leaves
 * the host's unit empty and under its old control word.  FNINIT, which is slow, only where an exception would be
 * pending. */
__asm__(
    "vellum_x87_run:\n\t"
    "subq $24, %rsp\n\tfnstcw 8(%rsp)\n\tmovq %rdi, %r8\n\tmovq %rdx, %rdi\n\t"
    "fxrstor (%r8)\n\tpushq %rcx\n\tpopfq\n\tcall *%rsi\n\tpushfq\n\tpopq %rax\n\t"
    "fxsave (%r8)\n\ttestb $0x80, 2(%r8)\n\tjz 1f\n\tfninit\n\t"
    "1: emms\n\tfldcw 8(%rsp)\n\taddq $24, %rsp\n\tret\n");

extern const uint8_t vellum_x87_registers[] __attribute__((visibility("hidden")));
extern const uint8_t vellum_x87_memory[] __attribute__((visibility("hidden")));
extern uint32_t vellum_x87_run(struct image *image, const void *entry, void *operand, uint64_t flags)
    __attribute__((visibility("hidden")));

uint32_t vellum_x87_execute(vellum_fpu *fpu, uint32_t code, uint32_t flags) {
    _Alignas(16) struct image image;
    memset(&image, 0, sizeof image);
    image.control = fpu->control;
    // With IGNNE# an instruction runs although an exception waits.  The host must not see that one, or it would trap.
    uint16_t waiting = fpu->status & ~fpu->control & 0x3F;
    image.status = (uint16_t)((fpu->status & 0x477F & ~waiting) | fpu->top << 11);
    image.tags = fpu->tags;
    __asm__ volatile("stmxcsr %0" : "=m"(image.mxcsr));
    for (uint32_t index = 0; index < 8; index++) image.st[index] = *vellum_x87_at(fpu, index);
    uint32_t escape = code >> 8 & 7, operand = code & 0xFF;
    const uint8_t *entry = operand >= 0xC0 ? vellum_x87_registers + (escape * 64 + operand - 0xC0) * 4
                                           : vellum_x87_memory + (escape * 8 + (operand >> 3 & 7)) * 4;
    uint32_t result = vellum_x87_run(&image, entry, fpu->operand, (flags & 0x8D5) | 0x202);
    fpu->status = (uint16_t)((image.status & 0x47FF) | waiting | (waiting ? 0x80 : 0));
    fpu->top = image.status >> 11 & 7;
    fpu->tags = image.tags;
    for (uint32_t index = 0; index < 8; index++) *vellum_x87_at(fpu, index) = image.st[index];
    return result;
}

/* The status word after `step`, done again. */
static uint16_t again(const vellum_fpu *fpu) {
    uint16_t host = 0;
    uint64_t stored;
    uint8_t step = fpu->step;
#define AGAIN(text) \
    __asm__ volatile("fldt %1\n\t" text "\n\tfnstsw %0\n\tfstp %%st(0)" : "=&a"(host) : "m"(fpu->left), "m"(fpu->right))
#define AGAIN32(name, byte) AGAIN(name "s %2")
#define AGAIN64(name, byte) AGAIN(name "l %2")
#define AGAIN_LOADED(load, text) \
    __asm__ volatile(load " %1\n\t" text " %2\n\tfnstsw %0\n\tfstp %%st(0)" : "=&a"(host) : "m"(fpu->left), "m"(fpu->right))
#define AGAIN_LOADED32(name, byte) AGAIN_LOADED("flds", name "s")
#define AGAIN_LOADED64(name, byte) AGAIN_LOADED("fldl", name "l")
#define AGAIN80(name, byte) AGAIN("fldt %2\n\t.byte 0xDE, " byte)
#define AGAIN_STORE(text) \
    __asm__ volatile("fldt %2\n\t" text " %1\n\tfnstsw %0" : "=&a"(host), "=m"(stored) : "m"(fpu->left))
    if (step < VELLUM_X87_MEMORY32) {
        switch (step & 7) { VELLUM_X87_OPERATIONS(AGAIN80) }
    } else if (step < VELLUM_X87_MEMORY64) {
        switch (step & 7) { VELLUM_X87_OPERATIONS(AGAIN32) }
    } else if (step < VELLUM_X87_LOADED32) {
        switch (step & 7) { VELLUM_X87_OPERATIONS(AGAIN64) }
    } else if (step < VELLUM_X87_LOADED64) {
        switch (step & 7) { VELLUM_X87_OPERATIONS(AGAIN_LOADED32) }
    } else if (step < VELLUM_X87_STORE32) {
        switch (step & 7) { VELLUM_X87_OPERATIONS(AGAIN_LOADED64) }
    } else {
        switch (step) {
        case VELLUM_X87_STORE32: AGAIN_STORE("fstps"); break;
        case VELLUM_X87_STORE64: AGAIN_STORE("fstpl"); break;
        case VELLUM_X87_STORE_INTEGER16: AGAIN_STORE("fistps"); break;
        case VELLUM_X87_STORE_INTEGER32: AGAIN_STORE("fistpl"); break;
        case VELLUM_X87_STORE_INTEGER64: AGAIN_STORE("fistpll"); break;
        case VELLUM_X87_SQUARE_ROOT: AGAIN("fsqrt"); break;
        case VELLUM_X87_ROUND: AGAIN("frndint"); break;
        }
    }
    return host;
}

void vellum_x87_settle(vellum_fpu *fpu) {
    if (!fpu->live) return;
    uint16_t host;
    if (fpu->step != VELLUM_X87_SETTLED) {
        host = again(fpu);
        fpu->status = (uint16_t)((fpu->status & ~VELLUM_X87_C1) | (host & VELLUM_X87_C1));
        fpu->step = VELLUM_X87_SETTLED;
    } else {
        __asm__ volatile("fnstsw %0" : "=a"(host));
    }
    if (host & VELLUM_X87_FLAGS) {
        fpu->status |= host & VELLUM_X87_FLAGS;
        __asm__ volatile("fnclex");
    }
}

/* What a comparison finds, as CF, PF and ZF; the exceptions stay with the host. */
static uint32_t compare(const vellum_float80 *first, const vellum_float80 *second, bool quiet) {
    uint8_t below, unordered, equal;
#define COMPARE(text)                                                                                          \
    __asm__ volatile("fldt %4\n\tfldt %3\n\t" text " %%st(1), %%st\n\tsetc %0\n\tsetp %1\n\tsetz %2\n\tfstp %%st(0)" \
                     : "=&q"(below), "=&q"(unordered), "=&q"(equal) : "m"(*first), "m"(*second) : "cc")
    if (quiet) COMPARE("fucomip");
    else COMPARE("fcomip");
    return below | (uint32_t)unordered << 2 | (uint32_t)equal << 6;
}

/* FCOM and its like: the condition codes have the places of those flags in the status word's high byte. */
static void compare_with(vellum_fpu *fpu, const vellum_float80 *other, bool quiet, uint32_t pops) {
    uint32_t found = compare(vellum_x87_at(fpu, 0), other, quiet);
    fpu->status = (uint16_t)((fpu->status & ~(VELLUM_X87_C0 | VELLUM_X87_C2 | VELLUM_X87_C3)) | found << 8);
    vellum_x87_clear_c1(fpu);
    for (; pops > 0; pops--) vellum_x87_pop(fpu);
}

static bool compare_register(vellum_fpu *fpu, uint32_t index, bool quiet, uint32_t pops) {
    if (!vellum_x87_holds(fpu, 0) || !vellum_x87_holds(fpu, index)) return false;
    compare_with(fpu, vellum_x87_at(fpu, index), quiet, pops);
    return true;
}

/* FCOM with memory: the host's own, for its rules of which exception comes first. */
#define COMPARE_MEMORY(text)                                                                               \
    do {                                                                                                   \
        uint16_t host;                                                                                     \
        const uint16_t codes = VELLUM_X87_C0 | VELLUM_X87_C2 | VELLUM_X87_C3;                              \
        if (!vellum_x87_holds(fpu, 0)) return false;                                                       \
        __asm__ volatile("fldt %1\n\t" text " %2\n\tfnstsw %0\n\tfstp %%st(0)"                             \
                         : "=&a"(host) : "m"(*vellum_x87_at(fpu, 0)), "m"(fpu->operand));                  \
        fpu->status = (uint16_t)((fpu->status & ~codes) | (host & codes));                                 \
        vellum_x87_clear_c1(fpu);                                                                          \
        if (operation & 1) vellum_x87_pop(fpu);                                                            \
        return true;                                                                                       \
    } while (0)

/* Whether FCOMI clears C1: 0 while that is not known. */
static _Atomic int8_t comparison_clears_c1;

static bool compare_to_flags(vellum_fpu *fpu, uint32_t index, bool quiet, bool pop, uint32_t *flags) {
    if (!vellum_x87_holds(fpu, 0) || !vellum_x87_holds(fpu, index)) return false;
    *flags = compare(vellum_x87_at(fpu, 0), vellum_x87_at(fpu, index), quiet);
    if (comparison_clears_c1 > 0) vellum_x87_clear_c1(fpu);
    if (pop) vellum_x87_pop(fpu);
    return true;
}

/* ST(0) = f(ST(0)), as the host does it. */
#define REPLACE(text, kind)                                          \
    do {                                                             \
        if (!vellum_x87_holds(fpu, 0)) return false;                 \
        vellum_float80 *st = vellum_x87_at(fpu, 0);                  \
        vellum_x87_keep(fpu, kind, st);                              \
        __asm__ volatile("fldt %0\n\t" text "\n\tfstpt %0" : "+m"(*st)); \
        return true;                                                 \
    } while (0)
/* FLD of what the host loads: a constant, or the operand (%1). */
#define PUSH(text)                                                                                \
    do {                                                                                          \
        vellum_float80 value;                                                                     \
        if (vellum_x87_holds(fpu, 7)) return false;                                               \
        __asm__ volatile(text "\n\tfstpt %0" : "=m"(value) : "m"(fpu->operand));                  \
        return vellum_x87_push(fpu, value.significand, value.exponent);                           \
    } while (0)

static bool quick_register(vellum_fpu *fpu, uint32_t escape, uint32_t operand, uint32_t *flags) {
    uint32_t index = operand & 7, group = operand >> 3 & 7;
    switch (escape << 3 | group) {
    case 0 << 3 | 2: return compare_register(fpu, index, false, 0);
    case 0 << 3 | 3: return compare_register(fpu, index, false, 1);
    case 2 << 3 | 5: return index == 1 && compare_register(fpu, 1, true, 2);
    case 3 << 3 | 5: return compare_to_flags(fpu, index, true, false, flags);
    case 3 << 3 | 6: return compare_to_flags(fpu, index, false, false, flags);
    case 5 << 3 | 2:
    case 5 << 3 | 3:
        // FST and FSTP to a register, full or empty.
        if (!vellum_x87_holds(fpu, 0)) return false;
        *vellum_x87_at(fpu, index) = *vellum_x87_at(fpu, 0);
        fpu->tags |= (uint8_t)(1u << ((fpu->top + index) & 7));
        vellum_x87_clear_c1(fpu);
        if (group == 3) vellum_x87_pop(fpu);
        return true;
    case 5 << 3 | 4: return compare_register(fpu, index, true, 0);
    case 5 << 3 | 5: return compare_register(fpu, index, true, 1);
    case 6 << 3 | 3: return index == 1 && compare_register(fpu, 1, false, 2);
    case 7 << 3 | 5: return compare_to_flags(fpu, index, true, true, flags);
    case 7 << 3 | 6: return compare_to_flags(fpu, index, false, true, flags);
    default: break;
    }
    if (escape != 1) return false;
    switch (operand) {
    case 0xE0:
    case 0xE1:
        // FCHS and FABS do not care what the register holds.
        if (!vellum_x87_holds(fpu, 0)) return false;
        if (operand == 0xE0) vellum_x87_at(fpu, 0)->exponent ^= 0x8000;
        else vellum_x87_at(fpu, 0)->exponent &= 0x7FFF;
        vellum_x87_clear_c1(fpu);
        return true;
    case 0xE4: {
        static const vellum_float80 zero;
        if (!vellum_x87_holds(fpu, 0)) return false;
        compare_with(fpu, &zero, false, 0);
        return true;
    }
    case 0xE8: PUSH("fld1");
    case 0xE9: PUSH("fldl2t");
    case 0xEA: PUSH("fldl2e");
    case 0xEB: PUSH("fldpi");
    case 0xEC: PUSH("fldlg2");
    case 0xED: PUSH("fldln2");
    case 0xEE: PUSH("fldz");
    case 0xFA: REPLACE("fsqrt", VELLUM_X87_SQUARE_ROOT);
    case 0xFC: REPLACE("frndint", VELLUM_X87_ROUND);
    default: return false;
    }
}

/* FST of an integer to the operand. */
#define STORE_INTEGER(text, type, kind, pop)                                                                     \
    do {                                                                                                         \
        type value;                                                                                              \
        if (!vellum_x87_holds(fpu, 0)) return false;                                                             \
        __asm__ volatile("fldt %1\n\t" text " %0" : "=m"(value) : "m"(*vellum_x87_at(fpu, 0)));                  \
        memcpy(fpu->operand, &value, sizeof value);                                                              \
        vellum_x87_finish_store(fpu, kind, pop);                                                                 \
        return true;                                                                                             \
    } while (0)

static bool quick_memory(vellum_fpu *fpu, uint32_t escape, uint32_t operation) {
    // The operand as a register would hold it: comparisons, and arithmetic with integers.
    vellum_float80 value = {0};
    switch (escape) {
    case 0:
        if ((operation & 6) != 2) return false;
        COMPARE_MEMORY("fcoms");
    case 4:
        if ((operation & 6) != 2) return false;
        COMPARE_MEMORY("fcoml");
    case 2: __asm__ volatile("fildl %1\n\tfstpt %0" : "=m"(value) : "m"(*(int32_t *)fpu->operand)); break;
    case 6: __asm__ volatile("filds %1\n\tfstpt %0" : "=m"(value) : "m"(*(int16_t *)fpu->operand)); break;
    case 3:
        switch (operation) {
        case 0: PUSH("fildl %1");
        case 2:
        case 3: STORE_INTEGER("fistpl", int32_t, VELLUM_X87_STORE_INTEGER32, operation == 3);
        case 5:
            memcpy(&value, fpu->operand, 10);
            return vellum_x87_push(fpu, value.significand, value.exponent);
        case 7:
            if (!vellum_x87_holds(fpu, 0)) return false;
            memcpy(fpu->operand, vellum_x87_at(fpu, 0), 10);
            vellum_x87_clear_c1(fpu);
            vellum_x87_pop(fpu);
            return true;
        default: return false;
        }
    case 7:
        switch (operation) {
        case 0: PUSH("filds %1");
        case 2:
        case 3: STORE_INTEGER("fistps", int16_t, VELLUM_X87_STORE_INTEGER16, operation == 3);
        case 5: PUSH("fildll %1");
        case 7: STORE_INTEGER("fistpll", int64_t, VELLUM_X87_STORE_INTEGER64, true);
        default: return false;
        }
    default: return false;
    }
    if (!vellum_x87_holds(fpu, 0)) return false;
    if ((operation & 6) == 2) compare_with(fpu, &value, false, operation & 1);
    else vellum_x87_combine(fpu, operation, vellum_x87_at(fpu, 0), &value);
    return true;
}

bool vellum_x87_quick(vellum_fpu *fpu, uint32_t code, uint32_t *flags) {
    uint32_t escape = code >> 8 & 7, operand = code & 0xFF;
    if (!fpu->live) return false;
    return operand >= 0xC0 ? quick_register(fpu, escape, operand, flags) : quick_memory(fpu, escape, operand >> 3 & 7);
}

/* Manuals say that FCOMI clears C1; processors of AMD let it stand.  The host is the authority, so it is asked: C1 is set
 * by rounding 2/3 up to a float. */
static void learn_comparison(void) {
    const uint16_t nearest = 0x37F;
    const float two = 2, three = 3;
    float third;
    uint16_t host;
    __asm__ volatile("fldcw %2\n\tflds %3\n\tfdivs %4\n\tfld %%st(0)\n\tfsts %1\n\tfcomip %%st(1), %%st\n\t"
                     "fnstsw %0\n\tfstp %%st(0)\n\tfnclex"
                     : "=&a"(host), "=m"(third) : "m"(nearest), "m"(two), "m"(three) : "cc");
    comparison_clears_c1 = host & VELLUM_X87_C1 ? -1 : 1;
}

bool vellum_x87_enter(vellum_fpu *fpu) {
    if (fpu->live) return true;
    if ((fpu->control & 0x3F) != 0x3F) return false;
    uint16_t control, status;
    // FNCLEX takes longer than asking whether it is needed.
    __asm__ volatile("fnstcw %0\n\tfnstsw %1" : "=m"(control), "=&a"(status));
    if (status & VELLUM_X87_FLAGS) __asm__ volatile("fnclex");
    if (comparison_clears_c1 == 0) learn_comparison();
    __asm__ volatile("fldcw %0" : : "m"(fpu->control));
    fpu->host_control = control;
    fpu->live = true;
    return true;
}

void vellum_x87_leave(vellum_fpu *fpu) {
    if (!fpu->live) return;
    vellum_x87_settle(fpu);
    fpu->live = false;
    __asm__ volatile("fldcw %0" : : "m"(fpu->host_control));
}

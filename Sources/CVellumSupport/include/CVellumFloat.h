#ifndef CVELLUMFLOAT_H
#define CVELLUMFLOAT_H

#include <stdbool.h>
#include <stdint.h>

/// An 80-bit register; the last six bytes mean nothing.
typedef struct {
    uint64_t significand;
    uint16_t exponent;
    uint16_t unused[3];
} vellum_float80;

typedef struct {
    uint64_t low, high;
} vellum_xmm;

/// The registers of x87, MMX and SSE, as a guest has them (SDM vol. 1, sections 8.1 and 10.2).
typedef struct {
    /// Physical registers R0 to R7; the significands are MM0 to MM7.
    _Alignas(16) vellum_float80 registers[8];
    vellum_xmm xmm[8];
    /// The memory operand of the instruction at hand; no state.
    uint8_t operand[512];
    uint32_t mxcsr;
    /// Offset and selector of the last instruction that is no control instruction, and of its memory operand.
    uint32_t instruction, data;
    uint16_t instruction_selector, data_selector;
    uint16_t control;
    /// The status word without TOP and B; ES is kept right.
    uint16_t status;
    /// Opcode of the last instruction, eleven bits.
    uint16_t opcode;
    /// The physical register that is ST(0).
    uint8_t top;
    /// Bit n: physical register n is not empty.
    uint8_t tags;
    /// The host's x87 unit runs under the guest's control word, which masks every exception.
    bool live;
    /// The error that is pending has been shown on FERR#.
    bool reported;
    /// The host's control word while `live`.
    uint16_t host_control;
} vellum_fpu;

enum {
    VELLUM_X87_FLAGS = 0x7F,
    VELLUM_X87_ERROR = 0x80,
    VELLUM_X87_C1 = 0x200,
};

/// Executes one x87 instruction, `code` being the low three bits of its opcode and its ModRM byte, on the host's x87
/// unit with the guest's whole state in it: tags, masks, everything.  A memory operand is `fpu->operand` (where
/// unmasked exceptions withhold a store, that stays as it was).  No control instruction, none that stores or loads an
/// environment.  Takes and returns EFLAGS, of which only the arithmetic flags count.  What is pending stays so.
uint32_t vellum_x87_execute(vellum_fpu *_Nonnull fpu, uint32_t code, uint32_t flags);

/// Puts the host's x87 unit under the guest's control word, if that masks every exception; says whether it did.
bool vellum_x87_enter(vellum_fpu *_Nonnull fpu);
/// Gives the host's x87 unit back.
void vellum_x87_leave(vellum_fpu *_Nonnull fpu);

static inline vellum_float80 *_Nonnull vellum_fpu_register(vellum_fpu *_Nonnull fpu, uint32_t number) {
    return &fpu->registers[number & 7];
}
static inline vellum_xmm *_Nonnull vellum_fpu_xmm(vellum_fpu *_Nonnull fpu, uint32_t number) {
    return &fpu->xmm[number & 7];
}
static inline uint8_t *_Nonnull vellum_fpu_operand(vellum_fpu *_Nonnull fpu) { return fpu->operand; }

// The hot instructions.  Each returns false, having done nothing, where only the whole state will do: exceptions not
// masked, stack overflow or underflow.  Each that rounds or reports is one volatile statement: compilers move
// arithmetic across changes of the control word, but not those.

static inline vellum_float80 *_Nonnull vellum_x87_at(vellum_fpu *_Nonnull fpu, uint32_t index) {
    return &fpu->registers[(fpu->top + index) & 7];
}
static inline bool vellum_x87_holds(const vellum_fpu *_Nonnull fpu, uint32_t index) {
    return fpu->tags >> ((fpu->top + index) & 7) & 1;
}
static inline void vellum_x87_pop(vellum_fpu *_Nonnull fpu) {
    fpu->tags &= (uint8_t) ~(1u << fpu->top);
    fpu->top = (fpu->top + 1) & 7;
}
static inline bool vellum_x87_push(vellum_fpu *_Nonnull fpu, uint64_t significand, uint32_t exponent) {
    uint32_t top = (fpu->top - 1u) & 7;
    if (!fpu->live || fpu->tags >> top & 1) return false;
    fpu->registers[top].significand = significand;
    fpu->registers[top].exponent = (uint16_t)exponent;
    fpu->tags |= (uint8_t)(1u << top);
    fpu->top = (uint8_t)top;
    fpu->status &= (uint16_t)~VELLUM_X87_C1;
    return true;
}
static inline void vellum_x87_note(vellum_fpu *_Nonnull fpu, uint16_t host) {
    fpu->status = (uint16_t)((fpu->status & ~VELLUM_X87_C1) | (host & (VELLUM_X87_FLAGS | VELLUM_X87_C1)));
}

/// FLD m32: exact, but for denormals, infinities and NaNs, which report.
static inline bool vellum_x87_load32(vellum_fpu *_Nonnull fpu, uint32_t bits) {
    uint32_t exponent = bits >> 23 & 0xFF, sign = bits >> 16 & 0x8000;
    if (exponent - 1 < 0xFE) return vellum_x87_push(fpu, (1ull << 63) | ((uint64_t)bits << 40 & ~(1ull << 63)), exponent + 16256 + sign);
    return bits << 1 == 0 && vellum_x87_push(fpu, 0, sign);
}
/// FLD m64.
static inline bool vellum_x87_load64(vellum_fpu *_Nonnull fpu, uint64_t bits) {
    uint32_t exponent = bits >> 52 & 0x7FF, sign = bits >> 48 & 0x8000;
    if (exponent - 1 < 0x7FE) return vellum_x87_push(fpu, (1ull << 63) | (bits << 11), exponent + 15360 + sign);
    return bits << 1 == 0 && vellum_x87_push(fpu, 0, sign);
}
/// FST m32 up to the store; `finish` does the rest.
static inline bool vellum_x87_store32(vellum_fpu *_Nonnull fpu, uint32_t *_Nonnull bits, uint16_t *_Nonnull host) {
    if (!fpu->live || !vellum_x87_holds(fpu, 0)) return false;
    __asm__ volatile("fldt %2\n\tfstps %0\n\tfnstsw %1" : "=m"(*bits), "=&a"(*host) : "m"(*vellum_x87_at(fpu, 0)));
    return true;
}
static inline bool vellum_x87_store64(vellum_fpu *_Nonnull fpu, uint64_t *_Nonnull bits, uint16_t *_Nonnull host) {
    if (!fpu->live || !vellum_x87_holds(fpu, 0)) return false;
    __asm__ volatile("fldt %2\n\tfstpl %0\n\tfnstsw %1" : "=m"(*bits), "=&a"(*host) : "m"(*vellum_x87_at(fpu, 0)));
    return true;
}
static inline void vellum_x87_finish_store(vellum_fpu *_Nonnull fpu, uint16_t host, bool pop) {
    vellum_x87_note(fpu, host);
    if (pop) vellum_x87_pop(fpu);
}

/// FADD, FMUL, FSUB, FSUBR, FDIV, FDIVR of ST(0) with memory; the operation is ModRM.reg.  Comparisons: false.
#define VELLUM_X87_MEMORY(name, type, suffix)                                                                       \
    static inline bool name(vellum_fpu *_Nonnull fpu, uint32_t operation, type bits) {                              \
        if (!fpu->live || !vellum_x87_holds(fpu, 0)) return false;                                                  \
        vellum_float80 *st = vellum_x87_at(fpu, 0);                                                                 \
        uint16_t host;                                                                                              \
        switch (operation) {                                                                                        \
        case 0: VELLUM_X87_STEP("fadd" suffix " %2"); break;                                                        \
        case 1: VELLUM_X87_STEP("fmul" suffix " %2"); break;                                                        \
        case 4: VELLUM_X87_STEP("fsub" suffix " %2"); break;                                                        \
        case 5: VELLUM_X87_STEP("fsubr" suffix " %2"); break;                                                       \
        case 6: VELLUM_X87_STEP("fdiv" suffix " %2"); break;                                                        \
        case 7: VELLUM_X87_STEP("fdivr" suffix " %2"); break;                                                       \
        default: return false;                                                                                      \
        }                                                                                                           \
        vellum_x87_note(fpu, host);                                                                                 \
        return true;                                                                                                \
    }
#define VELLUM_X87_STEP(operation) \
    __asm__ volatile("fldt %0\n\t" operation "\n\tfnstsw %1\n\tfstpt %0" : "+m"(*st), "=&a"(host) : "m"(bits))
VELLUM_X87_MEMORY(vellum_x87_memory32, uint32_t, "s")
VELLUM_X87_MEMORY(vellum_x87_memory64, uint64_t, "l")
#undef VELLUM_X87_STEP

/// target = target op other (the R forms: other op target), for two registers, one of them ST(0).
static inline bool vellum_x87_register(
    vellum_fpu *_Nonnull fpu, uint32_t operation, uint32_t target, uint32_t source, bool pop) {
    if (!fpu->live || !vellum_x87_holds(fpu, target) || !vellum_x87_holds(fpu, source)) return false;
    vellum_float80 *to = vellum_x87_at(fpu, target), *from = vellum_x87_at(fpu, source);
    uint16_t host;
#define VELLUM_X87_STEP(operation)                                                  \
    __asm__ volatile("fldt %0\n\tfldt %2\n\t" operation "\n\tfnstsw %1\n\tfstpt %0" \
                     : "+m"(*to), "=&a"(host) : "m"(*from))
    // The assembler's names of FSUBP and FSUBRP, FDIVP and FDIVRP are the other way round: bytes leave no doubt.
    switch (operation) {
    case 0: VELLUM_X87_STEP(".byte 0xDE, 0xC1"); break;
    case 1: VELLUM_X87_STEP(".byte 0xDE, 0xC9"); break;
    case 4: VELLUM_X87_STEP(".byte 0xDE, 0xE9"); break;
    case 5: VELLUM_X87_STEP(".byte 0xDE, 0xE1"); break;
    case 6: VELLUM_X87_STEP(".byte 0xDE, 0xF9"); break;
    case 7: VELLUM_X87_STEP(".byte 0xDE, 0xF1"); break;
    default: return false;
    }
#undef VELLUM_X87_STEP
    vellum_x87_note(fpu, host);
    if (pop) vellum_x87_pop(fpu);
    return true;
}
/// The instruction of an escape D8, DC or DE with a register operand.
static inline bool vellum_x87_arithmetic(vellum_fpu *_Nonnull fpu, uint32_t code) {
    uint32_t operation = code >> 3 & 7, index = code & 7;
    if (!(code & 0x400)) return vellum_x87_register(fpu, operation, 0, index, false);
    // With ST(i) as the target the encodings of FSUB and FSUBR, FDIV and FDIVR change places.
    return vellum_x87_register(fpu, operation ^ (operation >> 2 & 1), index, 0, code & 0x200);
}
/// FXCH ST(i).
static inline bool vellum_x87_exchange(vellum_fpu *_Nonnull fpu, uint32_t index) {
    if (!fpu->live || !vellum_x87_holds(fpu, 0) || !vellum_x87_holds(fpu, index)) return false;
    vellum_float80 *first = vellum_x87_at(fpu, 0), *second = vellum_x87_at(fpu, index), kept = *first;
    *first = *second;
    *second = kept;
    fpu->status &= (uint16_t)~VELLUM_X87_C1;
    return true;
}
/// FLD ST(i).
static inline bool vellum_x87_duplicate(vellum_fpu *_Nonnull fpu, uint32_t index) {
    if (!vellum_x87_holds(fpu, index)) return false;
    vellum_float80 *from = vellum_x87_at(fpu, index);
    return vellum_x87_push(fpu, from->significand, from->exponent);
}

#endif

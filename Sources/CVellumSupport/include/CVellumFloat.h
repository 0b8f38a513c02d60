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
    /// What the last hot instruction did, if its C1 has not been asked for yet, and to what: see vellum_x87_settle.
    uint8_t step;
    vellum_float80 left, right;
} vellum_fpu;

enum {
    VELLUM_X87_FLAGS = 0x7F,
    VELLUM_X87_ERROR = 0x80,
    VELLUM_X87_C0 = 0x100,
    VELLUM_X87_C1 = 0x200,
    VELLUM_X87_C2 = 0x400,
    VELLUM_X87_C3 = 0x4000,
};

/// `vellum_fpu.step`: none, or one of these.  The first five have the operation (ModRM.reg) in their low bits.
enum {
    VELLUM_X87_SETTLED = 0,
    VELLUM_X87_REGISTER = 0x80,
    VELLUM_X87_MEMORY32 = 0x90,
    VELLUM_X87_MEMORY64 = 0xA0,
    VELLUM_X87_LOADED32 = 0xB0,
    VELLUM_X87_LOADED64 = 0xC0,
    VELLUM_X87_STORE32 = 0xD0,
    VELLUM_X87_STORE64,
    VELLUM_X87_STORE_INTEGER16,
    VELLUM_X87_STORE_INTEGER32,
    VELLUM_X87_STORE_INTEGER64,
    VELLUM_X87_SQUARE_ROOT,
    VELLUM_X87_ROUND,
};

/// Executes one x87 instruction, `code` being the low three bits of its opcode and its ModRM byte, on the host's x87
/// unit with the guest's whole state in it: tags, masks, everything.  A memory operand is `fpu->operand` (where
/// unmasked exceptions withhold a store, that stays as it was).  No control instruction, none that stores or loads an
/// environment.  Takes and returns EFLAGS, of which only the arithmetic flags count.  What is pending stays so.
uint32_t vellum_x87_execute(vellum_fpu *_Nonnull fpu, uint32_t code, uint32_t flags);

/// The same for the instructions that need no more than a few registers, or false where this is none or the whole state
/// is needed.  The flags change only with FCOMI and its like.
bool vellum_x87_quick(vellum_fpu *_Nonnull fpu, uint32_t code, uint32_t *_Nonnull flags);

/// Brings `status` up to date: to be called before anything looks at its exceptions or C1, or changes them.
///
/// Reading the host's status word takes longer than an addition, so the hot instructions do not: exceptions stay where
/// the host collects them, and the last instruction is done again for its C1.
void vellum_x87_settle(vellum_fpu *_Nonnull fpu);

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
static inline void vellum_x87_clear_c1(vellum_fpu *_Nonnull fpu) {
    fpu->status &= (uint16_t)~VELLUM_X87_C1;
    fpu->step = VELLUM_X87_SETTLED;
}
/// The register that a push fills, already pushed; null where there is no room.
static inline vellum_float80 *_Nullable vellum_x87_pushed(vellum_fpu *_Nonnull fpu) {
    uint32_t top = (fpu->top - 1u) & 7;
    if (!fpu->live || fpu->tags >> top & 1) return 0;
    fpu->tags |= (uint8_t)(1u << top);
    fpu->top = (uint8_t)top;
    vellum_x87_clear_c1(fpu);
    return &fpu->registers[top];
}
static inline bool vellum_x87_push(vellum_fpu *_Nonnull fpu, uint64_t significand, uint32_t exponent) {
    vellum_float80 *st = vellum_x87_pushed(fpu);
    if (!st) return false;
    st->significand = significand;
    st->exponent = (uint16_t)exponent;
    return true;
}
/// Keeps what `step` started from, before it is done.
static inline void vellum_x87_keep(vellum_fpu *_Nonnull fpu, uint32_t step, const vellum_float80 *_Nonnull left) {
    fpu->step = (uint8_t)step;
    fpu->left.significand = left->significand;
    fpu->left.exponent = left->exponent;
}

/// Whether FLD of a number only converts it: not where it is a denormal, an infinity or a NaN, which report.
static inline bool vellum_x87_loads32(uint32_t bits) { return (bits >> 23 & 0xFF) - 1 < 0xFE || bits << 1 == 0; }
static inline bool vellum_x87_loads64(uint64_t bits) { return (bits >> 52 & 0x7FF) - 1 < 0x7FE || bits << 1 == 0; }
/// FLD m32.  The host stores what it converts in the form in which it will want it again.
static inline bool vellum_x87_load32(vellum_fpu *_Nonnull fpu, uint32_t bits) {
    if (!vellum_x87_loads32(bits)) return false;
    vellum_float80 *st = vellum_x87_pushed(fpu);
    if (!st) return false;
    __asm__ volatile("flds %1\n\tfstpt %0" : "=m"(*st) : "m"(bits));
    return true;
}
/// FLD m64.
static inline bool vellum_x87_load64(vellum_fpu *_Nonnull fpu, uint64_t bits) {
    if (!vellum_x87_loads64(bits)) return false;
    vellum_float80 *st = vellum_x87_pushed(fpu);
    if (!st) return false;
    __asm__ volatile("fldl %1\n\tfstpt %0" : "=m"(*st) : "m"(bits));
    return true;
}
/// FST m32 up to the store; `finish` does the rest.
static inline bool vellum_x87_store32(vellum_fpu *_Nonnull fpu, uint32_t *_Nonnull bits) {
    if (!fpu->live || !vellum_x87_holds(fpu, 0)) return false;
    __asm__ volatile("fldt %1\n\tfstps %0" : "=m"(*bits) : "m"(*vellum_x87_at(fpu, 0)));
    return true;
}
static inline bool vellum_x87_store64(vellum_fpu *_Nonnull fpu, uint64_t *_Nonnull bits) {
    if (!fpu->live || !vellum_x87_holds(fpu, 0)) return false;
    __asm__ volatile("fldt %1\n\tfstpl %0" : "=m"(*bits) : "m"(*vellum_x87_at(fpu, 0)));
    return true;
}
static inline void vellum_x87_finish_store(vellum_fpu *_Nonnull fpu, uint32_t step, bool pop) {
    vellum_x87_keep(fpu, step, vellum_x87_at(fpu, 0));
    if (pop) vellum_x87_pop(fpu);
}

/// The operations by ModRM.reg: the name with a memory operand, and the second byte of ST(1) op= ST(0) and pop (the R
/// forms: ST(0) op ST(1)), for which assemblers do not agree on the names.
#define VELLUM_X87_OPERATIONS(STEP)        \
    case 0: STEP("fadd", "0xC1"); break;   \
    case 1: STEP("fmul", "0xC9"); break;   \
    case 4: STEP("fsub", "0xE9"); break;   \
    case 5: STEP("fsubr", "0xE1"); break;  \
    case 6: STEP("fdiv", "0xF9"); break;   \
    case 7: STEP("fdivr", "0xF1"); break;

/// Arithmetic of ST(0) with memory: FADD, FMUL, FSUB, FSUBR, FDIV, FDIVR; the operation is ModRM.reg.  Comparisons: false.
#define VELLUM_X87_MEMORY(name, type, STEP, step)                                                                   \
    static inline bool name(vellum_fpu *_Nonnull fpu, uint32_t operation, type bits) {                              \
        if (!fpu->live || !vellum_x87_holds(fpu, 0) || (operation & 6) == 2) return false;                          \
        vellum_float80 *st = vellum_x87_at(fpu, 0);                                                                 \
        vellum_x87_keep(fpu, step + operation, st);                                                                 \
        fpu->right.significand = bits;                                                                              \
        switch (operation) { VELLUM_X87_OPERATIONS(STEP) }                                                          \
        return true;                                                                                                \
    }
/// FLD and such arithmetic behind it.  What is between is not stored.
#define VELLUM_X87_LOADED(name, type, loads, suffix, STEP, kind)                                                    \
    static inline bool name(vellum_fpu *_Nonnull fpu, type first, uint32_t operation, type bits) {                  \
        if ((operation & 6) == 2 || !loads(first)) return false;                                                    \
        vellum_float80 *st = vellum_x87_pushed(fpu);                                                                \
        if (!st) return false;                                                                                      \
        fpu->step = (uint8_t)(kind + operation);                                                                    \
        fpu->left.significand = first;                                                                              \
        fpu->right.significand = bits;                                                                              \
        __asm__ volatile("fld" suffix " %0" : : "m"(first));                                                        \
        switch (operation) { VELLUM_X87_OPERATIONS(STEP) }                                                          \
        __asm__ volatile("fstpt %0" : "=m"(*st));                                                                   \
        return true;                                                                                                \
    }
/// Both, and an instruction behind them, `code`, that does arithmetic with the result and pops it: a sum of products.
#define VELLUM_X87_COMBINED(name, type, loads, suffix, STEP)                                                        \
    static inline bool name(                                                                                        \
        vellum_fpu *_Nonnull fpu, type first, uint32_t operation, type bits, uint32_t code) {                       \
        const uint32_t last = (code >> 3 & 7) ^ (code >> 5 & 1);                                                    \
        if ((code & 0x7C7) != 0x6C1 || (last & 6) == 2 || (operation & 6) == 2 || !loads(first)) return false;      \
        if (!fpu->live || vellum_x87_holds(fpu, 7) || !vellum_x87_holds(fpu, 0)) return false;                      \
        vellum_float80 *pushed = vellum_x87_at(fpu, 7), *st = vellum_x87_at(fpu, 0);                                \
        vellum_x87_keep(fpu, VELLUM_X87_REGISTER + last, st);                                                       \
        __asm__ volatile("fldt %0\n\tfld" suffix " %1" : : "m"(*st), "m"(first));                                   \
        switch (operation) { VELLUM_X87_OPERATIONS(STEP) }                                                          \
        __asm__ volatile("fld %%st(0)\n\tfstpt %0" : "=m"(*pushed));                                               \
        switch (last) { VELLUM_X87_OPERATIONS(VELLUM_X87_STEP_POP) }                                                \
        __asm__ volatile("fstpt %0" : "=m"(*st));                                                                   \
        fpu->right.significand = pushed->significand;                                                               \
        fpu->right.exponent = pushed->exponent;                                                                     \
        return true;                                                                                                \
    }
#define VELLUM_X87_STEP32(name, bytes) __asm__ volatile("fldt %0\n\t" name "s %1\n\tfstpt %0" : "+m"(*st) : "m"(bits))
#define VELLUM_X87_STEP64(name, bytes) __asm__ volatile("fldt %0\n\t" name "l %1\n\tfstpt %0" : "+m"(*st) : "m"(bits))
#define VELLUM_X87_STEP_LOADED32(name, bytes) __asm__ volatile(name "s %0" : : "m"(bits))
#define VELLUM_X87_STEP_LOADED64(name, bytes) __asm__ volatile(name "l %0" : : "m"(bits))
#define VELLUM_X87_STEP_POP(name, byte) __asm__ volatile(".byte 0xDE, " byte)
VELLUM_X87_MEMORY(vellum_x87_memory32, uint32_t, VELLUM_X87_STEP32, VELLUM_X87_MEMORY32)
VELLUM_X87_MEMORY(vellum_x87_memory64, uint64_t, VELLUM_X87_STEP64, VELLUM_X87_MEMORY64)
VELLUM_X87_LOADED(
    vellum_x87_loaded32, uint32_t, vellum_x87_loads32, "s", VELLUM_X87_STEP_LOADED32, VELLUM_X87_LOADED32)
VELLUM_X87_LOADED(
    vellum_x87_loaded64, uint64_t, vellum_x87_loads64, "l", VELLUM_X87_STEP_LOADED64, VELLUM_X87_LOADED64)
VELLUM_X87_COMBINED(vellum_x87_combined32, uint32_t, vellum_x87_loads32, "s", VELLUM_X87_STEP_LOADED32)
VELLUM_X87_COMBINED(vellum_x87_combined64, uint64_t, vellum_x87_loads64, "l", VELLUM_X87_STEP_LOADED64)
#undef VELLUM_X87_STEP32
#undef VELLUM_X87_STEP64
#undef VELLUM_X87_STEP_LOADED32
#undef VELLUM_X87_STEP_LOADED64
#undef VELLUM_X87_STEP_POP

/// to = to op from (the R forms: from op to); both hold something, and the unit is live.
static inline void vellum_x87_combine(
    vellum_fpu *_Nonnull fpu, uint32_t operation, vellum_float80 *_Nonnull to, const vellum_float80 *_Nonnull from) {
    vellum_x87_keep(fpu, VELLUM_X87_REGISTER + operation, to);
    fpu->right.significand = from->significand;
    fpu->right.exponent = from->exponent;
#define VELLUM_X87_STEP(name, byte) \
    __asm__ volatile("fldt %0\n\tfldt %1\n\t.byte 0xDE, " byte "\n\tfstpt %0" : "+m"(*to) : "m"(*from))
    switch (operation) { VELLUM_X87_OPERATIONS(VELLUM_X87_STEP) }
#undef VELLUM_X87_STEP
}
/// The same for two registers, one of them ST(0).
static inline bool vellum_x87_register(
    vellum_fpu *_Nonnull fpu, uint32_t operation, uint32_t target, uint32_t source, bool pop) {
    if (!fpu->live || !vellum_x87_holds(fpu, target) || !vellum_x87_holds(fpu, source)) return false;
    if ((operation & 6) == 2) return false;
    vellum_x87_combine(fpu, operation, vellum_x87_at(fpu, target), vellum_x87_at(fpu, source));
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
    vellum_x87_clear_c1(fpu);
    return true;
}
/// FLD ST(i).
static inline bool vellum_x87_duplicate(vellum_fpu *_Nonnull fpu, uint32_t index) {
    if (!vellum_x87_holds(fpu, index)) return false;
    vellum_float80 *from = vellum_x87_at(fpu, index);
    return vellum_x87_push(fpu, from->significand, from->exponent);
}

#endif

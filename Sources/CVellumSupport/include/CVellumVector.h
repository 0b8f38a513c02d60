#ifndef CVELLUMVECTOR_H
#define CVELLUMVECTOR_H

#include "CVellumFloat.h"

/// The MMX instruction 0F `opcode` on 64-bit operands: arithmetic, comparison, packing, shifts by register.
uint64_t vellum_mmx(uint32_t opcode, uint64_t target, uint64_t source);

/// The SSE instruction 0F `opcode` (after F3 where `scalar`), executed under the guest's MXCSR with every exception
/// masked.  Returns the exception flags that it raised.  CVTPS2PI and CVTSS2SI leave their integers in the low half of
/// `target`, CVTPI2PS and CVTSI2SS take theirs from the low half of `source`; COMISS and UCOMISS leave EFLAGS in
/// `target`.
uint32_t vellum_sse(
    uint32_t opcode, bool scalar, uint32_t immediate, uint32_t mxcsr, vellum_xmm *_Nonnull target,
    const vellum_xmm *_Nonnull source);

#endif

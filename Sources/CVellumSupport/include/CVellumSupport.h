#ifndef CVELLUMSUPPORT_H
#define CVELLUMSUPPORT_H

#include <stdint.h>
#include "CVellumFloat.h"
#include "CVellumHost.h"
#include "CVellumVector.h"

/// Two empty functions that differ to the compiler.  Called on the two ways of a guest branch they keep the
/// ways apart, so that the host predicts the guest's branch instead of waiting for guest data in a select.
static inline void vellum_way_taken(void) { __asm__ volatile("# taken"); }
static inline void vellum_way_not_taken(void) { __asm__ volatile("# not taken"); }

/* Plain loads and stores for the interpreter.  They are always inlined, whatever the size of their caller, and may be
 * unaligned. */
#define VELLUM_INLINE static inline __attribute__((always_inline))

VELLUM_INLINE uint8_t vellum_load8(const void *_Nonnull at) { return *(const uint8_t *)at; }
VELLUM_INLINE uint16_t vellum_load16(const void *_Nonnull at) { uint16_t v; __builtin_memcpy(&v, at, 2); return v; }
VELLUM_INLINE uint32_t vellum_load32(const void *_Nonnull at) { uint32_t v; __builtin_memcpy(&v, at, 4); return v; }
VELLUM_INLINE uint64_t vellum_load64(const void *_Nonnull at) { uint64_t v; __builtin_memcpy(&v, at, 8); return v; }
VELLUM_INLINE void vellum_store8(void *_Nonnull at, uint8_t v) { *(uint8_t *)at = v; }
VELLUM_INLINE void vellum_store16(void *_Nonnull at, uint16_t v) { __builtin_memcpy(at, &v, 2); }
VELLUM_INLINE void vellum_store32(void *_Nonnull at, uint32_t v) { __builtin_memcpy(at, &v, 4); }
VELLUM_INLINE void vellum_store64(void *_Nonnull at, uint64_t v) { __builtin_memcpy(at, &v, 8); }

/// A linear address as the host's word.  The compiler cannot see through it, so that it works the address out once and
/// goes on from there: the tag, the index and the host address otherwise start from its parts each.
VELLUM_INLINE uintptr_t vellum_linear(uint32_t address) {
    uintptr_t linear = address;
    __asm__("" : "+r"(linear));
    return linear;
}

/// Where a hit in the soft TLB leads.  Never null, which spares the check that Swift would make.
VELLUM_INLINE void *_Nonnull vellum_host_address(uintptr_t addend, uintptr_t linear) {
    return (void *)(addend + linear);
}

#endif

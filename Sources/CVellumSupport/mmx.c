#include "CVellumVector.h"

#include <emmintrin.h>

/* The 128-bit forms of SSE2 work on the low halves, so that the host's x87 unit is left alone. */

static inline __m128i wide(uint64_t value) { return _mm_cvtsi64_si128((long long)value); }
static inline uint64_t low(__m128i value) { return (uint64_t)_mm_cvtsi128_si64(value); }
static inline uint64_t high(__m128i value) { return low(_mm_unpackhi_epi64(value, value)); }
/* Packing takes eight bytes from the target, then eight from the source. */
static inline __m128i pair(uint64_t target, uint64_t source) { return _mm_unpacklo_epi64(wide(target), wide(source)); }

#define TWO(opcode, function) \
    case opcode: return low(function(wide(a), wide(b)))

uint64_t vellum_mmx(uint32_t opcode, uint64_t a, uint64_t b) {
    switch (opcode) {
    TWO(0x60, _mm_unpacklo_epi8);
    TWO(0x61, _mm_unpacklo_epi16);
    TWO(0x62, _mm_unpacklo_epi32);
    case 0x63: return low(_mm_packs_epi16(pair(a, b), pair(a, b)));
    TWO(0x64, _mm_cmpgt_epi8);
    TWO(0x65, _mm_cmpgt_epi16);
    TWO(0x66, _mm_cmpgt_epi32);
    case 0x67: return low(_mm_packus_epi16(pair(a, b), pair(a, b)));
    case 0x68: return high(_mm_unpacklo_epi8(wide(a), wide(b)));
    case 0x69: return high(_mm_unpacklo_epi16(wide(a), wide(b)));
    case 0x6A: return high(_mm_unpacklo_epi32(wide(a), wide(b)));
    case 0x6B: return low(_mm_packs_epi32(pair(a, b), pair(a, b)));
    TWO(0x74, _mm_cmpeq_epi8);
    TWO(0x75, _mm_cmpeq_epi16);
    TWO(0x76, _mm_cmpeq_epi32);
    TWO(0xD1, _mm_srl_epi16);
    TWO(0xD2, _mm_srl_epi32);
    TWO(0xD3, _mm_srl_epi64);
    TWO(0xD5, _mm_mullo_epi16);
    TWO(0xD8, _mm_subs_epu8);
    TWO(0xD9, _mm_subs_epu16);
    TWO(0xDA, _mm_min_epu8);
    case 0xDB: return a & b;
    TWO(0xDC, _mm_adds_epu8);
    TWO(0xDD, _mm_adds_epu16);
    TWO(0xDE, _mm_max_epu8);
    case 0xDF: return ~a & b;
    TWO(0xE0, _mm_avg_epu8);
    TWO(0xE1, _mm_sra_epi16);
    TWO(0xE2, _mm_sra_epi32);
    TWO(0xE3, _mm_avg_epu16);
    TWO(0xE4, _mm_mulhi_epu16);
    TWO(0xE5, _mm_mulhi_epi16);
    TWO(0xE8, _mm_subs_epi8);
    TWO(0xE9, _mm_subs_epi16);
    TWO(0xEA, _mm_min_epi16);
    case 0xEB: return a | b;
    TWO(0xEC, _mm_adds_epi8);
    TWO(0xED, _mm_adds_epi16);
    TWO(0xEE, _mm_max_epi16);
    case 0xEF: return a ^ b;
    TWO(0xF1, _mm_sll_epi16);
    TWO(0xF2, _mm_sll_epi32);
    TWO(0xF3, _mm_sll_epi64);
    TWO(0xF5, _mm_madd_epi16);
    TWO(0xF6, _mm_sad_epu8);
    TWO(0xF8, _mm_sub_epi8);
    TWO(0xF9, _mm_sub_epi16);
    TWO(0xFA, _mm_sub_epi32);
    TWO(0xFC, _mm_add_epi8);
    TWO(0xFD, _mm_add_epi16);
    TWO(0xFE, _mm_add_epi32);
    default: return a;
    }
}

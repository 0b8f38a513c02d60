#include <capstone/capstone.h>

/* The details sit in a union that Swift can only copy as a whole. */
static inline const cs_x86 *vellum_x86_detail(const cs_insn *instruction) { return &instruction->detail->x86; }

static inline const cs_x86_op *vellum_x86_operand(const cs_x86 *detail, int index) { return &detail->operands[index]; }

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

bool vellum_x87_enter(vellum_fpu *fpu) {
    if (fpu->live) return true;
    if ((fpu->control & 0x3F) != 0x3F) return false;
    uint16_t control, status;
    // FNCLEX takes longer than asking whether it is needed.
    __asm__ volatile("fnstcw %0\n\tfnstsw %1" : "=m"(control), "=&a"(status));
    if (status & VELLUM_X87_FLAGS) __asm__ volatile("fnclex");
    __asm__ volatile("fldcw %0" : : "m"(fpu->control));
    fpu->host_control = control;
    fpu->live = true;
    return true;
}

void vellum_x87_leave(vellum_fpu *fpu) {
    if (!fpu->live) return;
    fpu->live = false;
    __asm__ volatile("fldcw %0" : : "m"(fpu->host_control));
}

#include <Zydis/Zydis.h>

/* What the tests compare, in plain fields: Zydis's own structures are large and nested. */
typedef struct {
    ZyanU8 length, operand_width, address_width;
    /* The first memory operand. */
    ZyanU8 has_memory, segment, base, index, scale;
    ZyanI64 displacement;
    ZyanU64 immediate[2];
    ZyanU8 immediate_size[2], immediate_signed[2];
    ZydisISASet isa_set;
    ZydisMnemonic mnemonic;
    ZydisInstructionEncoding encoding;
    ZyanU32 flags_tested, flags_written, flags_undefined;
} vellum_zydis_result;

/* A decoder that knows no reuse of reserved NOPs and no later meaning of a repeat prefix. */
static inline void vellum_zydis_open(ZydisDecoder *decoder, int is_32) {
    if (is_32)
        ZydisDecoderInit(decoder, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32);
    else
        ZydisDecoderInit(decoder, ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_MPX, ZYAN_FALSE);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_CET, ZYAN_FALSE);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_LZCNT, ZYAN_FALSE);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_TZCNT, ZYAN_FALSE);
    ZydisDecoderEnableMode(decoder, ZYDIS_DECODER_MODE_CLDEMOTE, ZYAN_FALSE);
}

static inline void vellum_zydis_memory(const ZydisDecodedOperand *operand, vellum_zydis_result *result) {
    result->has_memory = 1;
    result->segment = (ZyanU8)(operand->mem.segment - ZYDIS_REGISTER_ES);
    result->base = operand->mem.base == ZYDIS_REGISTER_NONE ? 0xFF : (ZyanU8)ZydisRegisterGetId(operand->mem.base);
    result->index = operand->mem.index == ZYDIS_REGISTER_NONE ? 0xFF : (ZyanU8)ZydisRegisterGetId(operand->mem.index);
    result->scale = operand->mem.scale;
    result->displacement = operand->mem.disp.has_displacement ? operand->mem.disp.value : 0;
}

/* Returns nonzero for an instruction. */
static inline int vellum_zydis_decode(const ZydisDecoder *decoder, const void *bytes, int count,
                                      vellum_zydis_result *result) {
    ZydisDecodedInstruction instruction;
    ZydisDecoderContext context;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(decoder, &context, bytes, count, &instruction))) return 0;
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeOperands(decoder, &context, &instruction, operands, instruction.operand_count)))
        return 0;
    result->length = instruction.length;
    result->operand_width = instruction.operand_width;
    result->address_width = instruction.address_width;
    result->isa_set = instruction.meta.isa_set;
    result->mnemonic = instruction.mnemonic;
    result->encoding = instruction.encoding;
    result->has_memory = 0;
    for (int i = 0; i < instruction.operand_count; i++)
        if (operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY) {
            vellum_zydis_memory(&operands[i], result);
            break;
        }
    for (int i = 0; i < 2; i++) {
        result->immediate[i] = instruction.raw.imm[i].value.u;
        result->immediate_size[i] = instruction.raw.imm[i].size;
        result->immediate_signed[i] = instruction.raw.imm[i].is_signed;
    }
    result->flags_tested = result->flags_written = result->flags_undefined = 0;
    if (instruction.cpu_flags) {
        result->flags_tested = instruction.cpu_flags->tested;
        result->flags_written =
            instruction.cpu_flags->modified | instruction.cpu_flags->set_0 | instruction.cpu_flags->set_1;
        result->flags_undefined = instruction.cpu_flags->undefined;
    }
    return 1;
}

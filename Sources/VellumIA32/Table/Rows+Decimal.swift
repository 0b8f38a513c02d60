/// BCD adjustments and the instructions that move flags.
enum DecimalRows {
    private static let decimal = FlagUse(
        read: [.carry, .adjust], written: [.carry, .parity, .adjust, .zero, .sign], undefined: .overflow)
    private static let ascii = FlagUse(
        read: .adjust, written: [.carry, .adjust], undefined: [.parity, .zero, .sign, .overflow])
    private static let unpacked = FlagUse(
        written: [.parity, .zero, .sign], undefined: [.carry, .adjust, .overflow])
    private static let lowByte: EFlags = [.carry, .parity, .adjust, .zero, .sign]

    static let rows: [InstructionRow] = [
        .primary(0x27, .daa, flags: decimal),
        .primary(0x2F, .das, flags: decimal),
        .primary(0x37, .aaa, flags: ascii),
        .primary(0x3F, .aas, flags: ascii),
        .primary(0xD4, .aam, .ib, flags: unpacked),
        .primary(0xD5, .aad, .ib, flags: unpacked),
        .primary(0x9E, .sahf, flags: .writing(lowByte)),
        .primary(0x9F, .lahf, flags: .reading(lowByte)),
        .primary(0xD6, .salc, flags: .reading(.carry), attributes: .undocumented),
        .primary(0xF5, .cmc, flags: FlagUse(read: .carry, written: .carry)),
        .primary(0xF8, .clc, flags: .writing(.carry)),
        .primary(0xF9, .stc, flags: .writing(.carry)),
        .primary(0xFC, .cld, flags: .writing(.direction)),
        .primary(0xFD, .std, flags: .writing(.direction)),
    ]
}

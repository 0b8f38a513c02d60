/// MMX, SSE and FXSAVE as the Pentium III has them.  Encodings with a mandatory prefix that SSE2 and later gave a meaning
/// have no row and are #UD.
enum SIMDRows {
    static let mmx: [InstructionRow] = [
        .simd(0x60, span: 12),
        .simd(0x6E, span: 2),
        .simd(0x70, immediate: true),
        .simd(0x71, group: 2, mod: .register, immediate: true),
        .simd(0x71, group: 4, mod: .register, immediate: true),
        .simd(0x71, group: 6, mod: .register, immediate: true),
        .simd(0x72, group: 2, mod: .register, immediate: true),
        .simd(0x72, group: 4, mod: .register, immediate: true),
        .simd(0x72, group: 6, mod: .register, immediate: true),
        .simd(0x73, group: 2, mod: .register, immediate: true),
        .simd(0x73, group: 6, mod: .register, immediate: true),
        .simd(0x74, span: 3),
        .simd(0x77, mod: ModForm.none),
        .simd(0x7E, span: 2),
        .simd(0xC4, immediate: true),
        .simd(0xC5, mod: .register, immediate: true),
        .simd(0xD1, span: 3),
        .simd(0xD5),
        .simd(0xD7, mod: .register),
        .simd(0xD8, span: 8),
        .simd(0xE0, span: 6),
        .simd(0xE7, mod: .memory),
        .simd(0xE8, span: 8),
        .simd(0xF1, span: 3),
        .simd(0xF5, span: 2),
        .simd(0xF7, mod: .register),
        .simd(0xF8, span: 3),
        .simd(0xFC, span: 3),
    ]

    /// COMISS and UCOMISS set ZF, PF and CF and clear the others.
    private static let compared = FlagUse.writing(.arithmetic)

    static let sse: [InstructionRow] = [
        .simd(0x10, span: 2, .packedAndScalar),
        .simd(0x12),
        .simd(0x13, mod: .memory),
        .simd(0x14, span: 2),
        .simd(0x16),
        .simd(0x17, mod: .memory),
        .simd(0x28, span: 2),
        .simd(0x2A, .packedAndScalar),
        .simd(0x2B, mod: .memory),
        .simd(0x2C, span: 2, .packedAndScalar),
        .simd(0x2E, span: 2, flags: compared),
        .simd(0x50, mod: .register),
        .simd(0x51, span: 3, .packedAndScalar),
        .simd(0x54, span: 4),
        .simd(0x58, span: 2, .packedAndScalar),
        .simd(0x5C, span: 4, .packedAndScalar),
        .simd(0xC2, immediate: true, .packedAndScalar),
        .simd(0xC6, immediate: true),
        .simd(0xAE, group: 0, mod: .memory),
        .simd(0xAE, group: 1, mod: .memory),
        .simd(0xAE, group: 2, mod: .memory),
        .simd(0xAE, group: 3, mod: .memory),
        .simd(0xAE, group: 7, mod: .register),
    ]
}

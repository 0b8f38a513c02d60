import VellumIA32

/// What a vector of `capstone-quirks.tsv` has to decode to.
enum QuirkExpectation {
    /// Facts of an instruction that the Pentium III has; nil facts are not looked at.
    case instruction(
        Operation, length: UInt8, operandSize: OperandSize? = nil, immediate: UInt32? = nil, immediate2: UInt16? = nil,
        memorySize: Int? = nil)
    /// Newer than the Pentium III: invalid there, and this text to the disassembler.
    case later(String)
    case invalid
    case tooLong
}

extension QuirkExpectation {
    /// By mode and bytes, as in the first two columns of the file.
    static let all: [String: QuirkExpectation] = strings.merging(simd) { $1 }.merging(fields) { $1 }
        .merging(rejected) { $1 }

    private static let strings: [String: QuirkExpectation] = [
        "32 66f3a5": .instruction(.movs, length: 3, operandSize: .word),
        "32 66f3ab": .instruction(.stos, length: 3, operandSize: .word),
        "32 66f2af": .instruction(.scas, length: 3, operandSize: .word),
        "32 66f36d": .instruction(.ins, length: 3, operandSize: .word),
        "32 f366a5": .instruction(.movs, length: 3, operandSize: .word),
        "32 f2a5": .instruction(.movs, length: 2, operandSize: .dword),
        "32 67f3e3fe": .instruction(.jcxz, length: 4, immediate: 0xFFFF_FFFE),
        "32 66f3e80001": .instruction(.call, length: 5, operandSize: .word, immediate: 0x100),
        "32 66f2058000": .instruction(.add, length: 5, operandSize: .word, immediate: 0x80),
        "16 98": .instruction(.cbw, length: 1, operandSize: .word),
        "16 99": .instruction(.cwd, length: 1, operandSize: .word),
        "16 6698": .instruction(.cbw, length: 2, operandSize: .dword),
        "32 91": .instruction(.xchg, length: 1, operandSize: .dword),
        "32 666666666666666666666666666690": .instruction(.nop, length: 15),
    ]

    private static let simd: [String: QuirkExpectation] = [
        "16 660f58c1": .later("addpd xmm0, xmm1"),
        "16 f20f10c1": .later("movsd xmm0, xmm1"),
        "16 f30f5ac1": .later("cvtss2sd xmm0, xmm1"),
        "16 660f6fc1": .later("movdqa xmm0, xmm1"),
        "16 f30fb8c1": .later("popcnt ax, cx"),
        "32 f22e0f58c1": .later("addsd xmm0, xmm1"),
        "32 f2660f58c1": .later("addsd xmm0, xmm1"),
        "32 0faee9": .later("lfence"),
        "32 0f1fc0": .instruction(.nop, length: 3),
        "32 f30f1ec0": .instruction(.nop, length: 4),
        "32 0f18c0": .instruction(.nop, length: 3),
        "32 0f0d00": .instruction(.nop, length: 3),
        "32 0fc2c101": .instruction(.simd, length: 4, immediate: 1),
    ]

    private static let fields: [String: QuirkExpectation] = [
        "32 66ebfe": .instruction(.jmp, length: 3, operandSize: .word, immediate: 0xFFFF_FFFE),
        "16 66740500": .instruction(.jcc, length: 3, operandSize: .dword, immediate: 5),
        "32 660f841000": .instruction(.jcc, length: 5, operandSize: .word, immediate: 0x10),
        "32 d40a": .instruction(.aam, length: 2, immediate: 10),
        "32 c8ff80ff": .instruction(.enter, length: 4, immediate: 0x80FF, immediate2: 0xFF),
        "32 ea001122334455": .instruction(.jmpFar, length: 7, immediate: 0x3322_1100, immediate2: 0x5544),
        "32 e507": .instruction(.in, length: 2, operandSize: .dword, immediate: 7),
        "16 c41e3412": .instruction(.les, length: 4, operandSize: .word, memorySize: 4),
        "32 0fb200": .instruction(.lss, length: 3, operandSize: .dword, memorySize: 6),
        "32 66ff18": .instruction(.callFar, length: 3, operandSize: .word, memorySize: 4),
        "32 dd30": .instruction(.escape, length: 2, memorySize: 108),
        "16 dd30": .instruction(.escape, length: 2, memorySize: 94),
        "32 dd38": .instruction(.escape, length: 2, memorySize: 2),
        "16 66d930": .instruction(.escape, length: 3, memorySize: 28),
        "32 0f0300": .instruction(.lsl, length: 3, operandSize: .dword, memorySize: 2),
        "32 830984": .instruction(.or, length: 3, immediate: 0xFFFF_FF84, memorySize: 4),
    ]

    private static let rejected: [String: QuirkExpectation] = [
        "32 8ec8": .invalid,
        "32 0f20c8": .invalid,
        "32 0f01f8": .invalid,
        "32 f00200": .invalid,
        "32 f0f290": .invalid,
        "32 f00f1f00": .invalid,
        "32 f30f57c1": .invalid,
        "32 66666666666666666666666666666690": .tooLong,
    ]
}

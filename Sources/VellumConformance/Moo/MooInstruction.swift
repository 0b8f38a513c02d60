/// What a test's instruction bytes say, as far as masks and skips need to know it.
package struct MooInstruction: Equatable, Sendable {
    /// The opcode; two-byte opcodes as 0F00h + second byte.
    package var opcode: UInt16 = 0
    /// The byte behind the opcode, which is ModRM where the opcode has one; zero when there is none.
    package var modRM: UInt8 = 0
    package var hasLock = false
    package var hasOperandSize = false
    /// Length without the HLT at the end.
    package var length = 0
    /// The last byte of the instruction: the count of a shift by an immediate.
    package var lastByte: UInt8 = 0

    private static let prefixes: Set<UInt8> = [0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3]

    /// Scans the bytes of a test, which end with a HLT (unless HLT itself is under test and stands alone).
    package init(_ bytes: [UInt8]) {
        length = bytes.count > 1 && bytes.last == 0xF4 ? bytes.count - 1 : bytes.count
        let own = bytes[0..<length]
        lastByte = own.last ?? 0
        var rest = own.drop { Self.prefixes.contains($0) }
        hasLock = own[..<rest.startIndex].contains(0xF0)
        hasOperandSize = own[..<rest.startIndex].contains(0x66)
        guard let first = rest.popFirst() else { return }
        opcode = UInt16(first)
        if first == 0x0F, let second = rest.popFirst() { opcode = 0x0F00 | UInt16(second) }
        modRM = rest.first ?? 0
    }

    /// ModRM.reg.
    package var group: UInt8 { modRM >> 3 & 7 }
}

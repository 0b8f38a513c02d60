/// The prefixes that were present before an opcode.
package struct PrefixSet: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let operandSize = PrefixSet(rawValue: 1 << 0)
    package static let addressSize = PrefixSet(rawValue: 1 << 1)
    package static let lock = PrefixSet(rawValue: 1 << 2)
    /// F2 was the last of F2 and F3.
    package static let repne = PrefixSet(rawValue: 1 << 3)
    /// F3 was the last of F2 and F3.
    package static let rep = PrefixSet(rawValue: 1 << 4)
    package static let segment = PrefixSet(rawValue: 1 << 5)
}

/// One decoded instruction: a plain value that points nowhere.
package struct DecodedInstruction: Equatable, Sendable {
    /// Index into `InstructionTable.rows`.
    package var row: UInt16
    package var operation: Operation
    /// Total length in bytes, prefixes included; 1 to 15.
    package var length: UInt8
    package var map: OpcodeMap
    package var opcode: UInt8
    package var prefixes: PrefixSet
    /// Effective operand size of the v operands: word or dword.
    package var operandSize: OperandSize
    /// Effective address size: word or dword.
    package var addressSize: OperandSize
    /// The ModRM byte, zero where there is none.
    package var modRM: UInt8
    /// True where the r/m operand is in memory.
    package var isMemory: Bool
    /// The segment of the memory operand (default or override); also for moffs and string sources.
    package var segment: SegmentRegister
    /// The base register's number, or `noRegister`.
    package var base: UInt8
    /// The index register's number, or `noRegister`.
    package var index: UInt8
    /// log2 of the scale, 0 to 3.
    package var scale: UInt8
    /// The displacement, sign-extended to 32 bits; a moffs is zero-extended.
    package var displacement: UInt32
    /// The first immediate, extended as its operand kind says (ibs, jb: sign-extended to 32 bits; others zero).
    package var immediate: UInt32
    /// The second immediate: the selector of a far pointer, the nesting level of ENTER (not yet masked).
    package var immediate2: UInt16
    /// Capstone's instruction id (x86_insn), kept as a cross-check and for disassembly; zero where our own rules decoded.
    package var capstoneID: UInt16

    package static let noRegister: UInt8 = 0xFF

    package init(operation: Operation) {
        row = 0
        self.operation = operation
        length = 0
        map = .primary
        opcode = 0
        prefixes = []
        operandSize = .dword
        addressSize = .dword
        modRM = 0
        isMemory = false
        segment = .ds
        base = DecodedInstruction.noRegister
        index = DecodedInstruction.noRegister
        scale = 0
        displacement = 0
        immediate = 0
        immediate2 = 0
        capstoneID = 0
    }

    /// ModRM.reg.
    package var reg: UInt8 { modRM >> 3 & 7 }
    /// ModRM.rm.
    package var rm: UInt8 { modRM & 7 }
    /// The condition of Jcc, SETcc and CMOVcc.
    package var condition: Condition { Condition(rawValue: opcode & 15) ?? .overflow }
}

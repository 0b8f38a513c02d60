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
    /// Index into `InstructionTable.rows`; `InstructionTable.laterIndex` where only disassembly knows the instruction.
    package var row: UInt16
    package var operation: Operation
    /// Total length in bytes, prefixes included; 1 to 15.
    package var length: UInt8
    package var map: OpcodeMap
    package var opcode: UInt8
    package var prefixes: PrefixSet
    /// Effective operand size of the v operands: word or dword, also where the operands are bytes.
    package var operandSize: OperandSize
    /// Effective address size: word or dword.
    package var addressSize: OperandSize
    /// The ModRM byte, zero where there is none.
    package var modRM: UInt8
    /// True where ModRM names a memory operand.  False for strings, memory offsets and XLAT, which have no ModRM, and for
    /// MOV to and from control and debug registers, which take r/m for a register whatever mod says.
    package var isMemory: Bool
    /// The segment of the memory operand, of a moffs, of a string source (DS:eSI) and of XLAT: the override or else the
    /// default, which is SS where the base is EBP, ESP or BP and DS otherwise.  ES where the only memory operand is
    /// ES:eDI, which cannot be overridden; of MOVS and CMPS it is the segment of the source.  DS where there is no memory
    /// operand.
    package var segment: SegmentRegister
    /// The base register's number, or `noRegister`.  With 16-bit addresses EBX, EBP, ESI or EDI stands for its lower
    /// half, and a lone SI or DI is a base: [BX+SI] has base 3 and index 6, [SI] has base 6.
    package var base: UInt8
    /// The index register's number, or `noRegister`.  With 16-bit addresses ESI or EDI stands for its lower half.
    package var index: UInt8
    /// log2 of the scale, 0 to 3.
    package var scale: UInt8
    /// The displacement, sign-extended to 32 bits from 8 or 16; a moffs is zero-extended.  The sum with base and index
    /// wraps at the address size.
    package var displacement: UInt32
    /// How the displacement stands in the code, before the immediates.
    package var displacementFormat: FieldFormat
    /// The first immediate.  Sign-extended to 32 bits where the operand is `ibs`, `jb` or a 16-bit `jv`; zero-extended
    /// where it is `ib`, `iw` or a 16-bit `iv`.  The offset of a far pointer, zero-extended.  A branch target is this
    /// plus the address of the next instruction, truncated to the operand size.
    package var immediate: UInt32
    /// How the first immediate stands in the code; where there is no second one, in the instruction's last bytes.
    package var immediateFormat: FieldFormat
    /// The second immediate: the selector of a far pointer, the nesting level of ENTER (not yet masked).
    package var immediate2: UInt16
    /// Capstone's instruction id (x86_insn), kept as a cross-check and for disassembly; zero where
    /// our own rules decoded.
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
        displacementFormat = .none
        immediate = 0
        immediateFormat = .none
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

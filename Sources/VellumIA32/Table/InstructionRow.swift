/// The opcode maps of IA-32 (SDM vol. 2, appendix A).
package enum OpcodeMap: UInt8, Sendable {
    case primary, escape0F, escape0F38, escape0F3A
}

/// Which form of the ModRM byte a row is for.
package enum ModForm: UInt8, Sendable {
    /// No ModRM byte.
    case none
    /// Both forms.
    case any
    case memory
    case register
}

/// Operands in the notation of the SDM (vol. 2, appendix A.2).
package enum OperandKind: UInt8, CaseIterable, Sendable {
    case none
    /// ModRM r/m: byte, word, operand size.
    case eb, ew, ev
    /// ModRM r/m: operand size as a register, word in memory (SMSW, SLDT, STR, MOV Ev,Sw).
    case evw
    /// ModRM reg: byte, word, operand size.
    case gb, gw, gv
    /// The register in the low three bits of the opcode: byte, operand size.
    case zb, zv
    /// Immediate: byte, word, operand size, byte sign-extended to the operand size.
    case ib, iw, iv, ibs
    /// Relative branch target: byte or operand-size displacement.
    case jb, jv
    /// Far pointer: immediate; in memory.
    case ap, mp
    /// Memory: no access (LEA, INVLPG), a pair of bounds, a 6-byte pseudo-descriptor, 8 bytes.
    case m, ma, ms, mq
    /// Memory offset without ModRM: byte, operand size.
    case ob, ov
    /// ModRM reg: segment, control, debug register; ModRM r/m as a dword register whatever mod says.
    case sw, cd, dd, rd
    /// String operands: DS:eSI (or override), ES:eDI.
    case xb, xv, yb, yv
    /// Fixed registers; `eax` is AL's operand-size sibling (AX or EAX), `dx` and `cl` are what they say.
    case al, cl, dx, eax
    /// The constant one of the D0/D1 shifts.
    case one
    case es, cs, ss, ds, fs, gs
}

/// The class of an instruction in the sense of Popek and Goldberg (1974).
package enum Sensitivity: UInt8, Sendable {
    /// Behaves the same whatever the privilege level and touches no privileged state.
    case innocuous
    /// Sensitive and always trapping when executed without the privilege (CPL 0 or IOPL) it needs.
    case privileged
    /// Sensitive, yet executed without a trap at reduced privilege.
    case sensitive
}

/// Further facts of a row.
package struct RowAttributes: OptionSet, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The translation unit ends after the instruction whatever happens.
    package static let endsUnit = RowAttributes(rawValue: 1 << 0)
    /// LOCK is allowed with a memory destination.
    package static let lockable = RowAttributes(rawValue: 1 << 1)
    /// F2 and F3 repeat the instruction by (E)CX.
    package static let repeats = RowAttributes(rawValue: 1 << 2)
    /// F3 repeats while equal, F2 while not equal.
    package static let repeatsWhile = RowAttributes(rawValue: 1 << 3)
    /// The instruction cannot run in real and virtual-8086 mode (#UD).
    package static let protectedOnly = RowAttributes(rawValue: 1 << 4)
    /// A second encoding of an instruction that has a usual one.
    package static let alias = RowAttributes(rawValue: 1 << 5)
    /// Not in the vendor's manual of its time (SALC, ICEBP…).
    package static let undocumented = RowAttributes(rawValue: 1 << 6)
}

/// The prefix that chooses between the instructions of one SIMD opcode (SDM vol. 2, section 2.1.2).
package enum MandatoryPrefix: UInt8, CaseIterable, Sendable {
    /// `operandSize` means a literal 66 byte, not an operand size of 16; F2 and F3 win over it.
    case none, operandSize, repne, rep
}

/// The mandatory prefixes with which a row's opcode means that row.
package struct MandatoryPrefixes: OptionSet, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let none = MandatoryPrefixes(rawValue: 1 << MandatoryPrefix.none.rawValue)
    package static let operandSize = MandatoryPrefixes(rawValue: 1 << MandatoryPrefix.operandSize.rawValue)
    package static let repne = MandatoryPrefixes(rawValue: 1 << MandatoryPrefix.repne.rawValue)
    package static let rep = MandatoryPrefixes(rawValue: 1 << MandatoryPrefix.rep.rawValue)
    /// Integer instructions: 66 is the operand size, F2 and F3 repeat or are ignored.
    package static let any = MandatoryPrefixes(rawValue: 0b1111)
    /// SSE in its packed (no prefix) and scalar (F3) form.
    package static let packedAndScalar: MandatoryPrefixes = [.none, .rep]

    package func contains(_ prefix: MandatoryPrefix) -> Bool { rawValue >> prefix.rawValue & 1 != 0 }
}

/// Three operands, destination first.
package struct RowOperands: Equatable, Sendable {
    package var first: OperandKind
    package var second: OperandKind
    package var third: OperandKind

    package init(_ first: OperandKind = .none, _ second: OperandKind = .none, _ third: OperandKind = .none) {
        self.first = first
        self.second = second
        self.third = third
    }
}

/// The facts of one instruction encoding.  Decoder, classification, audit, coverage and fuzzer derive from it.
package struct InstructionRow: Sendable {
    package var map: OpcodeMap
    /// For encodings that keep a register in the low bits, the first opcode of the eight.
    package var opcode: UInt8
    /// How many opcodes from `opcode` on the row covers: 8 (or 7 for XCHG) for a register in the opcode, else 1, or the
    /// length of a run of SIMD opcodes that have the same shape.
    package var span: UInt8
    /// The value of ModRM.reg for opcode groups, else nil.
    package var group: UInt8?
    package var mod: ModForm
    package var operation: Operation
    package var operands: RowOperands
    package var flagsRead: EFlags
    /// Flags that get a defined value.
    package var flagsWritten: EFlags
    /// Flags that the manual leaves undefined.  A flag that is also in `flagsWritten` is defined for some operands only
    /// (OF after a shift by one, CF after a shift by less than the operand's width).  Shifts and rotates by a masked
    /// count of zero, and string instructions repeated zero times, leave every flag as it was.
    package var flagsUndefined: EFlags
    package var sensitivity: Sensitivity
    package var attributes: RowAttributes
    /// The first processor that has the instruction.
    package var since: CPULevel
    /// The mandatory prefixes that select the row; `.any` but for SIMD.
    package var mandatory: MandatoryPrefixes
}

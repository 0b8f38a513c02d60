/// The flags that a row reads, writes and leaves undefined.
struct FlagUse: Sendable {
    var read: EFlags = []
    var written: EFlags = []
    var undefined: EFlags = []

    static let none = FlagUse()
    /// ADD, SUB, CMP, NEG: all six from the result.
    static let arithmetic = FlagUse(written: .arithmetic)
    /// ADC and SBB.
    static let withCarry = FlagUse(read: .carry, written: .arithmetic)
    /// AND, OR, XOR, TEST: CF and OF cleared, AF undefined.
    static let logic = FlagUse(written: [.carry, .parity, .zero, .sign, .overflow], undefined: .adjust)
    /// INC and DEC keep CF.
    static let increment = FlagUse(written: [.parity, .adjust, .zero, .sign, .overflow])
    /// BT, BTS, BTR, BTC: ZF is kept.
    static let bitTest = FlagUse(written: .carry, undefined: [.parity, .adjust, .sign, .overflow])
    static let bitScan = FlagUse(written: .zero, undefined: [.carry, .parity, .adjust, .sign, .overflow])
    static let multiply = FlagUse(written: [.carry, .overflow], undefined: [.parity, .adjust, .zero, .sign])
    /// DIV, IDIV, MOV to and from control and debug registers.
    static let allUndefined = FlagUse(undefined: .arithmetic)
    /// LAR, LSL, VERR, VERW, ARPL, CMPXCHG8B.
    static let zero = FlagUse(written: .zero)

    static func reading(_ flags: EFlags) -> FlagUse { FlagUse(read: flags) }
    static func writing(_ flags: EFlags) -> FlagUse { FlagUse(written: flags) }
}

extension OperandKind {
    /// How the operand uses ModRM.
    fileprivate var form: ModForm {
        switch self {
        case .eb, .ew, .ev, .evw, .gb, .gw, .gv, .sw, .cd, .dd, .rd: .any
        case .mp, .m, .ma, .ms, .mq: .memory
        case .none, .zb, .zv, .ib, .iw, .iv, .ibs, .jb, .jv, .ap, .ob, .ov, .xb, .xv, .yb, .yv, .al, .cl, .dx, .eax,
            .one, .es, .cs, .ss, .ds, .fs, .gs:
            .none
        }
    }
}

extension RowOperands {
    /// The ModRM form that the operands ask for.
    var form: ModForm {
        let forms = [first.form, second.form, third.form]
        return forms.contains(.memory) ? .memory : forms.contains(.any) ? .any : .none
    }
}

extension InstructionRow {
    /// A row of the one-byte map.  The ModRM form follows from the operands unless it is given.
    static func primary(
        _ opcode: UInt8, _ operation: Operation,
        _ first: OperandKind = .none, _ second: OperandKind = .none, _ third: OperandKind = .none,
        group: UInt8? = nil, span: UInt8 = 1, mod: ModForm? = nil, flags: FlagUse = .none,
        class sensitivity: Sensitivity = .innocuous, attributes: RowAttributes = [], since: CPULevel = .i8086
    ) -> InstructionRow {
        let operands = RowOperands(first, second, third)
        return InstructionRow(
            map: .primary, opcode: opcode, span: span, group: group, mod: mod ?? operands.form,
            operation: operation, operands: operands,
            flagsRead: flags.read, flagsWritten: flags.written, flagsUndefined: flags.undefined,
            sensitivity: sensitivity, attributes: attributes, since: since, mandatory: .any)
    }

    /// A row of the map behind 0F, 386 by default.
    static func extended(
        _ opcode: UInt8, _ operation: Operation,
        _ first: OperandKind = .none, _ second: OperandKind = .none, _ third: OperandKind = .none,
        group: UInt8? = nil, span: UInt8 = 1, mod: ModForm? = nil, flags: FlagUse = .none,
        class sensitivity: Sensitivity = .innocuous, attributes: RowAttributes = [], since: CPULevel = .i386
    ) -> InstructionRow {
        var row = primary(
            opcode, operation, first, second, third, group: group, span: span, mod: mod, flags: flags,
            class: sensitivity, attributes: attributes, since: since)
        row.map = .escape0F
        return row
    }

    /// A row of MMX or SSE.  Its register operands are not described yet: floating point and SIMD are executed behind
    /// one operation; only the ModRM form, an immediate byte and the mandatory prefixes matter for decoding.
    static func simd(
        _ opcode: UInt8, span: UInt8 = 1, group: UInt8? = nil, mod: ModForm = .any, immediate: Bool = false,
        _ mandatory: MandatoryPrefixes = .none, flags: FlagUse = .none
    ) -> InstructionRow {
        var row = extended(
            opcode, .simd, .none, .none, immediate ? .ib : .none, group: group, span: span, mod: mod, flags: flags,
            since: .pentium3)
        row.mandatory = mandatory
        return row
    }
}

/// Integer addition, subtraction, logic, comparison, multiplication and division.
enum ArithmeticRows {
    private struct Family {
        var operation: Operation
        var flags: FlagUse
        /// CMP writes no destination, so LOCK is not allowed.
        var attributes: RowAttributes
    }

    /// In encoding order: the operation is bits 3 to 5 of the opcode, or ModRM.reg of 80 to 83.
    private static let families: [Family] = [
        Family(operation: .add, flags: .arithmetic, attributes: .lockable),
        Family(operation: .or, flags: .logic, attributes: .lockable),
        Family(operation: .adc, flags: .withCarry, attributes: .lockable),
        Family(operation: .sbb, flags: .withCarry, attributes: .lockable),
        Family(operation: .and, flags: .logic, attributes: .lockable),
        Family(operation: .sub, flags: .arithmetic, attributes: .lockable),
        Family(operation: .xor, flags: .logic, attributes: .lockable),
        Family(operation: .cmp, flags: .arithmetic, attributes: []),
    ]

    /// 00 to 3D: six forms each.
    static let basic: [InstructionRow] = families.enumerated().flatMap { index, family in
        sixForms(UInt8(index) * 8, family)
    }

    private static func sixForms(_ first: UInt8, _ family: Family) -> [InstructionRow] {
        let operation = family.operation
        let flags = family.flags
        return [
            .primary(first, operation, .eb, .gb, flags: flags, attributes: family.attributes),
            .primary(first + 1, operation, .ev, .gv, flags: flags, attributes: family.attributes),
            .primary(first + 2, operation, .gb, .eb, flags: flags),
            .primary(first + 3, operation, .gv, .ev, flags: flags),
            .primary(first + 4, operation, .al, .ib, flags: flags),
            .primary(first + 5, operation, .eax, .iv, flags: flags),
        ]
    }

    /// 80 to 83: with an immediate.
    static let immediate: [InstructionRow] = families.enumerated().flatMap { index, family in
        immediateForms(UInt8(index), family)
    }

    private static func immediateForms(_ group: UInt8, _ family: Family) -> [InstructionRow] {
        let operation = family.operation
        let flags = family.flags
        let attributes = family.attributes
        return [
            .primary(0x80, operation, .eb, .ib, group: group, flags: flags, attributes: attributes),
            .primary(0x81, operation, .ev, .iv, group: group, flags: flags, attributes: attributes),
            .primary(0x82, operation, .eb, .ib, group: group, flags: flags, attributes: attributes.union(.alias)),
            .primary(0x83, operation, .ev, .ibs, group: group, flags: flags, attributes: attributes),
        ]
    }

    /// INC, DEC, NOT, NEG and TEST.
    static let unary: [InstructionRow] = [
        .primary(0x40, .inc, .zv, span: 8, flags: .increment),
        .primary(0x48, .dec, .zv, span: 8, flags: .increment),
        .primary(0xFE, .inc, .eb, group: 0, flags: .increment, attributes: .lockable),
        .primary(0xFE, .dec, .eb, group: 1, flags: .increment, attributes: .lockable),
        .primary(0xFF, .inc, .ev, group: 0, flags: .increment, attributes: .lockable),
        .primary(0xFF, .dec, .ev, group: 1, flags: .increment, attributes: .lockable),
        .primary(0x84, .test, .eb, .gb, flags: .logic),
        .primary(0x85, .test, .ev, .gv, flags: .logic),
        .primary(0xA8, .test, .al, .ib, flags: .logic),
        .primary(0xA9, .test, .eax, .iv, flags: .logic),
        .primary(0xF6, .test, .eb, .ib, group: 0, flags: .logic),
        .primary(0xF6, .test, .eb, .ib, group: 1, flags: .logic, attributes: [.alias, .undocumented]),
        .primary(0xF7, .test, .ev, .iv, group: 0, flags: .logic),
        .primary(0xF7, .test, .ev, .iv, group: 1, flags: .logic, attributes: [.alias, .undocumented]),
        .primary(0xF6, .not, .eb, group: 2, attributes: .lockable),
        .primary(0xF7, .not, .ev, group: 2, attributes: .lockable),
        .primary(0xF6, .neg, .eb, group: 3, flags: .arithmetic, attributes: .lockable),
        .primary(0xF7, .neg, .ev, group: 3, flags: .arithmetic, attributes: .lockable),
    ]

    /// Multiplication, division, and the exchanges that add or compare.
    static let multiply: [InstructionRow] = [
        .primary(0xF6, .mul, .eb, group: 4, flags: .multiply),
        .primary(0xF7, .mul, .ev, group: 4, flags: .multiply),
        .primary(0xF6, .imul, .eb, group: 5, flags: .multiply),
        .primary(0xF7, .imul, .ev, group: 5, flags: .multiply),
        .primary(0xF6, .div, .eb, group: 6, flags: .allUndefined),
        .primary(0xF7, .div, .ev, group: 6, flags: .allUndefined),
        .primary(0xF6, .idiv, .eb, group: 7, flags: .allUndefined),
        .primary(0xF7, .idiv, .ev, group: 7, flags: .allUndefined),
        .primary(0x69, .imulThree, .gv, .ev, .iv, flags: .multiply, since: .i186),
        .primary(0x6B, .imulThree, .gv, .ev, .ibs, flags: .multiply, since: .i186),
        .extended(0xAF, .imulTwo, .gv, .ev, flags: .multiply),
        .extended(0xB0, .cmpxchg, .eb, .gb, flags: .arithmetic, attributes: .lockable, since: .i486),
        .extended(0xB1, .cmpxchg, .ev, .gv, flags: .arithmetic, attributes: .lockable, since: .i486),
        .extended(0xC0, .xadd, .eb, .gb, flags: .arithmetic, attributes: .lockable, since: .i486),
        .extended(0xC1, .xadd, .ev, .gv, flags: .arithmetic, attributes: .lockable, since: .i486),
        .extended(0xC7, .cmpxchg8b, .mq, group: 1, flags: .zero, attributes: .lockable, since: .pentium),
    ]
}

/// Shifts, rotates, double shifts and single bits.
enum ShiftRows {
    private struct Family {
        var operation: Operation
        var read: EFlags = []
        var written: EFlags
        /// Undefined after a shift by one; more is undefined after longer ones.
        var undefined: EFlags = []
        var undefinedByMore: EFlags
        var attributes: RowAttributes = []

        var byOne: FlagUse { FlagUse(read: read, written: written, undefined: undefined) }
        var byCount: FlagUse { FlagUse(read: read, written: written, undefined: undefined.union(undefinedByMore)) }
    }

    private static let rotated: EFlags = [.carry, .overflow]
    private static let shifted: EFlags = [.carry, .parity, .zero, .sign, .overflow]

    /// In encoding order (ModRM.reg); 6 is SAL, the same as SHL.  SAR fills with the sign, so CF is always defined.
    private static let families: [Family] = [
        Family(operation: .rol, written: rotated, undefinedByMore: .overflow),
        Family(operation: .ror, written: rotated, undefinedByMore: .overflow),
        Family(operation: .rcl, read: .carry, written: rotated, undefinedByMore: .overflow),
        Family(operation: .rcr, read: .carry, written: rotated, undefinedByMore: .overflow),
        Family(operation: .shl, written: shifted, undefined: .adjust, undefinedByMore: rotated),
        Family(operation: .shr, written: shifted, undefined: .adjust, undefinedByMore: rotated),
        Family(
            operation: .shl, written: shifted, undefined: .adjust, undefinedByMore: rotated,
            attributes: [.alias, .undocumented]),
        Family(operation: .sar, written: shifted, undefined: .adjust, undefinedByMore: .overflow),
    ]

    static let shifts: [InstructionRow] = families.enumerated().flatMap { index, family in
        sixForms(UInt8(index), family)
    }

    private static func sixForms(_ group: UInt8, _ family: Family) -> [InstructionRow] {
        let operation = family.operation
        let one = family.byOne
        let count = family.byCount
        let attributes = family.attributes
        return [
            .primary(0xC0, operation, .eb, .ib, group: group, flags: count, attributes: attributes, since: .i186),
            .primary(0xC1, operation, .ev, .ib, group: group, flags: count, attributes: attributes, since: .i186),
            .primary(0xD0, operation, .eb, .one, group: group, flags: one, attributes: attributes),
            .primary(0xD1, operation, .ev, .one, group: group, flags: one, attributes: attributes),
            .primary(0xD2, operation, .eb, .cl, group: group, flags: count, attributes: attributes),
            .primary(0xD3, operation, .ev, .cl, group: group, flags: count, attributes: attributes),
        ]
    }

    /// SHLD and SHRD: a count above the operand's width leaves all six flags undefined (and the result).
    private static let double = FlagUse(written: shifted, undefined: .arithmetic)

    static let bits: [InstructionRow] = [
        .extended(0xA4, .shld, .ev, .gv, .ib, flags: double),
        .extended(0xA5, .shld, .ev, .gv, .cl, flags: double),
        .extended(0xAC, .shrd, .ev, .gv, .ib, flags: double),
        .extended(0xAD, .shrd, .ev, .gv, .cl, flags: double),
        .extended(0xA3, .bt, .ev, .gv, flags: .bitTest),
        .extended(0xAB, .bts, .ev, .gv, flags: .bitTest, attributes: .lockable),
        .extended(0xB3, .btr, .ev, .gv, flags: .bitTest, attributes: .lockable),
        .extended(0xBB, .btc, .ev, .gv, flags: .bitTest, attributes: .lockable),
        .extended(0xBA, .bt, .ev, .ib, group: 4, flags: .bitTest),
        .extended(0xBA, .bts, .ev, .ib, group: 5, flags: .bitTest, attributes: .lockable),
        .extended(0xBA, .btr, .ev, .ib, group: 6, flags: .bitTest, attributes: .lockable),
        .extended(0xBA, .btc, .ev, .ib, group: 7, flags: .bitTest, attributes: .lockable),
        .extended(0xBC, .bsf, .gv, .ev, flags: .bitScan),
        .extended(0xBD, .bsr, .gv, .ev, flags: .bitScan),
    ]
}

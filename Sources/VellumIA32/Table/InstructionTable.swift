/// Every instruction encoding that the modelled processors have, by family, and the way from bytes to a row.
package enum InstructionTable {
    /// The rows; a `DecodedInstruction` holds an index into them.
    package static let rows: [InstructionRow] = [
        ArithmeticRows.basic, ArithmeticRows.immediate, ArithmeticRows.unary, ArithmeticRows.multiply,
        DecimalRows.rows,
        ShiftRows.shifts, ShiftRows.bits,
        MoveRows.moves, MoveRows.conditional,
        StackRows.stack, StackRows.pushedSegments, StackRows.movedSegments, StackRows.farPointers,
        StringRows.rows,
        BranchRows.conditional, BranchRows.near, BranchRows.far,
        FlagRows.rows, FlagRows.hints, FlagRows.undefined,
        SystemRows.tables, SystemRows.control, SystemRows.others,
        FloatingPointRows.rows, FloatingPointRows.registers,
        SIMDRows.mmx, SIMDRows.sse,
        [laterRow],
    ].flatMap { $0 }

    /// Stands for all instructions newer than any modelled processor.  It covers no opcode (its span is zero), so only a
    /// decoder that was asked to recognise such instructions gives it; running one raises #UD.
    package static let laterRow = InstructionRow.primary(
        0, .undefined, span: 0, attributes: .endsUnit, since: .pentium3)

    /// The index of `laterRow`.
    package static let laterIndex = rows.count - 1

    private static let index = OpcodeIndex(rows)

    /// The row of an encoding, or nil where no modelled processor has one.  `modRM` is ignored for opcodes without it.
    package static func lookup(
        map: OpcodeMap, opcode: UInt8, modRM: UInt8, mandatory: MandatoryPrefix = .none
    ) -> Int? {
        index.row(map, opcode, modRM, mandatory)
    }

    /// Whether an opcode is followed by a ModRM byte, or nil where the opcode has no row at all.
    package static func usesModRM(map: OpcodeMap, opcode: UInt8) -> Bool? {
        index.usesModRM(map, opcode)
    }
}

/// A dense index from (map, opcode, mandatory prefix, ModRM form and reg) to a row.
private struct OpcodeIndex: Sendable {
    private static let missing = UInt16.max
    /// Mandatory prefix (2 bits), register form (1 bit), ModRM.reg (3 bits).
    private static let refinements = 64

    /// For each map and opcode the number of its block in `entries`, or `missing`.
    private var blocks = [UInt16](repeating: missing, count: 4 * 256)
    private var modRM = [Bool](repeating: false, count: 4 * 256)
    private var entries: [UInt16] = []

    init(_ rows: [InstructionRow]) {
        for (number, row) in rows.enumerated() {
            for offset in 0..<Int(row.span) {
                add(row, UInt16(truncatingIfNeeded: number), Self.slot(row.map, row.opcode &+ UInt8(offset)))
            }
        }
    }

    private static func slot(_ map: OpcodeMap, _ opcode: UInt8) -> Int { Int(map.rawValue) << 8 | Int(opcode) }

    private mutating func add(_ row: InstructionRow, _ number: UInt16, _ slot: Int) {
        if blocks[slot] == Self.missing {
            blocks[slot] = UInt16(entries.count / Self.refinements)
            entries.append(contentsOf: repeatElement(Self.missing, count: Self.refinements))
        }
        if row.mod != .none { modRM[slot] = true }
        let start = Int(blocks[slot]) * Self.refinements
        for refinement in 0..<Self.refinements where row.covers(refinement) { entries[start + refinement] = number }
    }

    func row(_ map: OpcodeMap, _ opcode: UInt8, _ modRM: UInt8, _ mandatory: MandatoryPrefix) -> Int? {
        let block = blocks[Self.slot(map, opcode)]
        if block == Self.missing { return nil }
        let register = modRM >= 0xC0 ? 8 : 0
        let refinement = Int(mandatory.rawValue) << 4 | register | Int(modRM >> 3 & 7)
        let entry = entries[Int(block) * Self.refinements + refinement]
        return entry == Self.missing ? nil : Int(entry)
    }

    func usesModRM(_ map: OpcodeMap, _ opcode: UInt8) -> Bool? {
        let slot = Self.slot(map, opcode)
        return blocks[slot] == Self.missing ? nil : modRM[slot]
    }
}

extension InstructionRow {
    /// Whether the row holds for a combination of mandatory prefix, ModRM form and ModRM.reg.
    fileprivate func covers(_ refinement: Int) -> Bool {
        guard let prefix = MandatoryPrefix(rawValue: UInt8(refinement >> 4)), mandatory.contains(prefix) else {
            return false
        }
        let isRegister = refinement & 8 != 0
        if mod == .memory && isRegister || mod == .register && !isRegister { return false }
        return group.map { Int($0) == refinement & 7 } ?? true
    }
}

import Testing
import VellumIA32

@Suite struct InstructionTableTests {
    /// All (map, opcode, mandatory prefix, ModRM) that a row covers, as numbers.
    private static func claims(_ row: InstructionRow) -> [Int] {
        var claims: [Int] = []
        for offset in 0..<Int(row.span) {
            let opcode = Int(row.map.rawValue) << 8 | Int(row.opcode) + offset
            for prefix in MandatoryPrefix.allCases where row.mandatory.contains(prefix) {
                for modRM in 0..<256 where isCovered(row, modRM) {
                    claims.append((opcode << 2 | Int(prefix.rawValue)) << 8 | modRM)
                }
            }
        }
        return claims
    }

    private static func isCovered(_ row: InstructionRow, _ modRM: Int) -> Bool {
        if let group = row.group, Int(group) != modRM >> 3 & 7 { return false }
        switch row.mod {
        case .none, .any: return true
        case .memory: return modRM < 0xC0
        case .register: return modRM >= 0xC0
        }
    }

    @Test func noTwoRowsClaimTheSameEncoding() {
        var owner: [Int: Int] = [:]
        for (number, row) in InstructionTable.rows.enumerated() {
            for claim in Self.claims(row) {
                if let other = owner[claim] {
                    Issue.record("\(row.name) and \(InstructionTable.rows[other].name)")
                    break
                }
                owner[claim] = number
            }
        }
    }

    @Test func lookupFindsEveryRow() throws {
        for (number, row) in InstructionTable.rows.enumerated() {
            for claim in Self.claims(row) {
                let found = InstructionTable.lookup(
                    map: row.map, opcode: UInt8(claim >> 10 & 0xFF), modRM: UInt8(claim & 0xFF),
                    mandatory: try #require(MandatoryPrefix(rawValue: UInt8(claim >> 8 & 3))))
                if found != number { Issue.record("\(row.name)") }
            }
        }
        #expect(InstructionTable.rows.count <= Int(UInt16.max))
        #expect(InstructionTable.rows[InstructionTable.laterIndex].span == 0)
    }

    @Test func opcodeUsesModRMForAllRowsOrNone() {
        for row in InstructionTable.rows where row.span > 0 {
            #expect(InstructionTable.usesModRM(map: row.map, opcode: row.opcode) == (row.mod != .none), "\(row.name)")
        }
    }

    /// Every operation has a row.
    @Test func noOperationIsMissing() {
        let present = Set(InstructionTable.rows.map(\.operation))
        for operation in Operation.allCases { #expect(present.contains(operation), "\(operation)") }
    }

    @Test func claimsMakeSense() {
        for row in InstructionTable.rows {
            if row.attributes.contains(.lockable) {
                #expect([.eb, .ev, .mq].contains(row.operands.first), "\(row.name)")
            }
            if row.attributes.contains(.repeatsWhile) { #expect(row.attributes.contains(.repeats), "\(row.name)") }
            if row.mandatory != .any { #expect(row.operation == .simd, "\(row.name)") }
        }
    }
}

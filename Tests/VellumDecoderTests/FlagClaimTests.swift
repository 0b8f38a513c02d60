import CZydis
import Testing
import VellumDecoder
import VellumIA32

/// What the rows say of arithmetic and direction flags, against Zydis.
@Suite struct FlagClaimTests {
    /// Flags whose claims may differ for an operation, and why ours are right.
    private struct Exception {
        var operations: [Operation]
        var flags: EFlags
        var authority: String
    }

    private static let exceptions: [Exception] = [
        Exception(
            operations: [.sbb], flags: .adjust,
            authority: "SDM vol. 2, SBB: OF, SF, ZF, AF, PF and CF are set according to the result"),
        Exception(
            operations: [.rol, .ror, .rcl, .rcr, .sar], flags: .overflow,
            authority: "SDM vol. 2, RCL and SAL: OF is defined for counts of one; the rows tell them apart"),
        Exception(
            operations: [.shl, .shr], flags: [.carry, .overflow],
            authority: "SDM vol. 2, SAL: CF is undefined for counts of the operand's size and more"),
        Exception(
            operations: [.shld, .shrd], flags: .arithmetic,
            authority: "SDM vol. 2, SHLD: all flags are undefined for counts above the operand's size"),
        Exception(
            operations: [.movFromControl, .movToControl, .movFromDebug, .movToDebug], flags: .arithmetic,
            authority: "SDM vol. 2, MOV to and from control registers: the arithmetic flags are undefined"),
        Exception(
            operations: [.int, .int3, .into, .icebp], flags: [.arithmetic, .direction],
            authority: "SDM vol. 3, section 6.12.1: EFLAGS is pushed whole, so every flag is read"),
    ]

    @Test func arithmeticFlags() {
        var oracle = ZydisOracle(codeSize32: true)
        var unknown: [String] = []
        for row in InstructionTable.rows {
            guard let bytes = row.encoding(isMemory: true) else { continue }
            guard let zydis = bytes.withUnsafeBytes({ oracle.decode($0) }) else {
                unknown.append(row.name)
                continue
            }
            let mask = Self.compared(row)
            #expect(row.flagsRead.rawValue & mask == zydis.flags_tested & mask, "\(row.name) reads")
            #expect(row.flagsWritten.rawValue & mask == zydis.flags_written & mask, "\(row.name) writes")
            #expect(row.flagsUndefined.rawValue & mask == zydis.flags_undefined & mask, "\(row.name) leaves undefined")
        }
        #expect(unknown.allSatisfy { $0.hasPrefix("escape") }, "\(unknown)")
    }

    private static func compared(_ row: InstructionRow) -> UInt32 {
        let all = EFlags.arithmetic.union(.direction)
        let excepted = exceptions.first { $0.operations.contains(row.operation) }?.flags ?? []
        return all.subtracting(excepted).rawValue
    }

    /// The excepted rows, by hand.
    @Test func shiftsAndSubtraction() throws {
        let byOne = try #require(InstructionTable.lookup(map: .primary, opcode: 0xD1, modRM: 0xE0))
        #expect(InstructionTable.rows[byOne].flagsUndefined == .adjust)
        let byCL = try #require(InstructionTable.lookup(map: .primary, opcode: 0xD3, modRM: 0xE0))
        #expect(InstructionTable.rows[byCL].flagsUndefined == [.carry, .adjust, .overflow])
        let signed = try #require(InstructionTable.lookup(map: .primary, opcode: 0xD3, modRM: 0xF8))
        #expect(InstructionTable.rows[signed].flagsUndefined == [.adjust, .overflow])
        let rotate = try #require(InstructionTable.lookup(map: .primary, opcode: 0xC1, modRM: 0xD0))
        #expect(InstructionTable.rows[rotate].flagsWritten == [.carry, .overflow])
        #expect(InstructionTable.rows[rotate].flagsRead == .carry)
        let subtract = try #require(InstructionTable.lookup(map: .primary, opcode: 0x19, modRM: 0))
        #expect(InstructionTable.rows[subtract].flagsWritten == .arithmetic)
    }
}

import VellumIA32

/// Differences between a Pentium III and the host's x87, MMX and SSE.
enum FloatRules {
    struct Rule: Sendable {
        var name: String
        /// Why: a manual's section, or how the two processors differ.
        var authority: String
        let matches: @Sendable (Difference) -> Bool
    }

    /// What a rule looks at: the case, how the host ended it, and the names of the fields that differ.
    struct Difference: Sendable {
        var item: GeneratedCase
        var host: OracleResult
        var here: OracleResult
        var fields: Set<String>

        /// Opcodes (behind 0F, or x87) of the case's instructions.
        func contains(_ test: (InstructionRow, [UInt8]) -> Bool) -> Bool {
            item.instructions.dropFirst().contains { test(InstructionTable.rows[$0.row], $0.bytes) }
        }

        func contains(_ map: OpcodeMap, _ opcode: UInt8, group: UInt8? = nil) -> Bool {
            contains { row, _ in
                row.map == map && row.opcode <= opcode && opcode < row.opcode + row.span && row.group == group
            }
        }

        /// The instruction that faulted here.
        func isAtHere(_ map: OpcodeMap, _ opcode: UInt8, group: UInt8) -> Bool {
            item.row(atEIP: here.eip).map { $0.map == map && $0.opcode == opcode && $0.group == group } ?? false
        }

        /// The words of memory that differ are those of FXSAVE's opcode, pointers and MXCSR_MASK.
        var differsInPointersOnly: Bool {
            let words = Set(host.changes.map(\.offset)).union(here.changes.map(\.offset)).filter { offset in
                host.changes.first { $0.offset == offset } != here.changes.first { $0.offset == offset }
            }
            guard let first = words.min() else { return false }
            return [first & ~15, (first & ~15) &- 16].contains { base in
                words.allSatisfy { [4, 8, 12, 16, 20, 28].contains($0 &- base) }
            }
        }

        func onlyIn(_ names: Set<String>) -> Bool { fields.isSubset(of: names) }
    }

    static let all: [Rule] = [
        Rule(
            name: "FXSAVE without the pointers",
            authority: "AMD manual vol. 5, FXSAVE: pointers are saved only while an exception is pending"
        ) { $0.onlyIn(["memory"]) && $0.contains(.escape0F, 0xAE, group: 0) && $0.differsInPointersOnly },
        Rule(
            name: "bits of MXCSR that came later",
            authority: "SDM vol. 1, section 10.2.3: bit 6 and bits 16 up are reserved on a Pentium III; AMD's have two"
        ) {
            $0.here.vector == 13 && ($0.isAtHere(.escape0F, 0xAE, group: 1) || $0.isAtHere(.escape0F, 0xAE, group: 2))
        },
        Rule(
            name: "CVTPI2PS from memory",
            authority: "SDM vol. 2, CVTPI2PS: goes over to MMX state whatever the operand; AMD's only with a register"
        ) { $0.contains(.escape0F, 0x2A) && $0.onlyIn(stackFields) },
        Rule(
            name: "CVTPI2PS from memory while an x87 exception is pending",
            authority: "SDM vol. 2, CVTPI2PS: the exception is handled first; AMD's does not touch x87"
        ) { $0.here.vector == 16 && $0.item.uses(.escape0F, 0x2A, atEIP: $0.here.eip) },
        Rule(
            name: "MASKMOVQ that faults",
            authority: "SDM vol. 3, section 6.5: a fault leaves the state as it was; AMD's has gone over to MMX state"
        ) { $0.contains(.escape0F, 0xF7) && [13, 14, 17].contains($0.host.vector) && $0.onlyIn(stackFields) },
        Rule(
            name: "address of a fault across pages",
            authority: "SDM vol. 3, section 4.7: CR2 is the address that faulted; AMD's may access the last bytes first"
        ) {
            $0.onlyIn(["cr2", "error code"]) && $0.host.address > $0.here.address
                && $0.host.address - $0.here.address < 512
        },
        Rule(
            name: "alignment check or #GP",
            authority: "SDM vol. 2, FXSAVE: whether #AC or #GP is raised depends on the implementation"
        ) { $0.onlyIn(["vector"]) && $0.host.vector == 17 && $0.here.vector == 13 },
    ]

    static let stackFields: Set<String> = Set((0..<8).map { "st\($0)" } + ["status", "tags"])

    static func explanation(_ difference: Difference) -> String? { all.first { $0.matches(difference) }?.name }
}

import VellumExecution
import VellumHypervisor
import VellumMachine
import VellumMicroOps

/// How often the micro-ops of a guest's fragments ran: what superinstructions are chosen from.
///
/// As text, a fragment is a line: how often it was entered, and its opcodes.
package struct SequenceCounts: Equatable, Sendable {
    package struct Fragment: Equatable, Sendable {
        package var entries: UInt64
        package var opcodes: [MicroOpcode]

        package init(entries: UInt64, opcodes: [MicroOpcode]) {
            self.entries = entries
            self.opcodes = opcodes
        }
    }

    package struct Malformed: Error, CustomStringConvertible {
        package var line: Int
        package var description: String { "line \(line): not a count and the names of micro-ops" }
    }

    package var fragments: [Fragment]

    package init(_ fragments: [Fragment]) { self.fragments = fragments }

    /// What is in the cache of a machine that has run.
    package init(_ machine: Machine) {
        fragments = machine.processor.cache.countedFragments.map { Fragment(entries: $0.entries, opcodes: $0.opcodes) }
            .sorted { ($0.entries, $0.opcodes.count) > ($1.entries, $1.opcodes.count) }
    }

    package init(text: String) throws(Malformed) {
        let names = Dictionary(uniqueKeysWithValues: MicroOpcode.allCases.map { ("\($0)", $0) })
        fragments = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty {
            let words = line.split(separator: " ")
            let opcodes = words.dropFirst().compactMap { names[String($0)] }
            guard let entries = words.first.flatMap({ UInt64($0) }), opcodes.count == words.count - 1, !opcodes.isEmpty
            else { throw Malformed(line: number + 1) }
            fragments.append(Fragment(entries: entries, opcodes: opcodes))
        }
    }

    package var text: String {
        fragments.map { fragment in
            (["\(fragment.entries)"] + fragment.opcodes.map { "\($0)" }).joined(separator: " ") + "\n"
        }.joined()
    }
}

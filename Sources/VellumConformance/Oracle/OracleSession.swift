import VellumDecoder
import VellumHypervisor
import VellumIA32
import VellumTranslation

/// A case on which the host and Vellum do not agree.
package struct OracleFailure: Sendable {
    package var seed: UInt64
    package var number: Int
    package var item: GeneratedCase
    package var differences: [String]
}

/// What a run of cases came to.
package struct OracleReport: Sendable {
    package var executed = 0
    /// Not run on the host: they would reach the helper's memory, or do not end.
    package var dropped = 0
    package var explained: [String: Int] = [:]
    package var failed = 0
    /// The first failures, shrunk.
    package var failures: [OracleFailure] = []
    /// How often each row was part of a case.
    package var rows: [Int: Int] = [:]

    package init() {}

    /// Rules that explained more than they may.
    package var exceeded: [String] {
        OracleRules.all.filter { (explained[$0.name] ?? 0) * 10_000 > $0.ceiling * max(executed, 1_000) }.map(\.name)
    }

    package var passed: Bool { failed == 0 && exceeded.isEmpty }
}

/// Compares Vellum with the host's processor over generated cases.
package final class OracleSession {
    private let host: HostOracle
    private let machine: OracleMachine
    private let choice = RowChoice()
    /// A deliberate mistake in rows or lowering, which the oracle must notice.
    package var mutation: TranslationMutation? {
        didSet {
            machine.processor.translator.mutation = mutation
            machine.processor.codeChanged()
        }
    }
    /// Failures to shrink and keep.
    package var keptFailures = 10

    package init(helper: String, options: EngineOptions = EngineOptions()) throws {
        host = try HostOracle(program: helper)
        machine = try OracleMachine(options: options)
    }

    /// The case of a given number.
    package func makeCase(seed: UInt64, number: Int, is16: Bool?) -> GeneratedCase {
        var generator = CaseGenerator(choice: choice, seed: RandomSource.seed(seed, item: UInt64(number)))
        generator.claims = mutation?.row
        let narrow = is16 ?? (number % 2 == 1)
        return generator.next(is16: narrow)
    }

    /// Runs `count` cases.  `is16` chooses 16-bit or 32-bit code; nil means both in turn.
    package func run(count: Int, seed: UInt64, is16: Bool? = nil, first: Int = 0) throws -> OracleReport {
        var report = OracleReport()
        for start in stride(from: first, to: first + count, by: OracleProtocol.largestBatch) {
            let numbers = start..<min(start + OracleProtocol.largestBatch, first + count)
            try runBatch(numbers, seed, is16, &report)
        }
        return report
    }

    private func runBatch(_ numbers: Range<Int>, _ seed: UInt64, _ is16: Bool?, _ report: inout OracleReport) throws {
        var batch: [(number: Int, item: GeneratedCase, here: OracleResult)] = []
        for number in numbers {
            let item = makeCase(seed: seed, number: number, is16: is16)
            let here = machine.run(item)
            if OracleRules.mustDrop(here) { report.dropped += 1 } else { batch.append((number, item, here)) }
        }
        let results = try host.run(batch.map(\.item))
        for ((number, item, here), there) in zip(batch, results) {
            report.executed += 1
            for instruction in item.instructions { report.rows[instruction.row, default: 0] += 1 }
            let differences = here.differences(from: there, undefined: item.undefinedFlags(at: there.eip))
            if differences.isEmpty { continue }
            if let rule = OracleRules.explanation(item, host: there, here: here) {
                report.explained[rule.name, default: 0] += 1
                continue
            }
            report.failed += 1
            if report.failures.count < keptFailures {
                let failure = OracleFailure(seed: seed, number: number, item: item, differences: differences)
                report.failures.append(try shrink(failure))
            }
        }
    }

    // MARK: Shrinking

    /// The unexplained differences of one case.
    package func differences(_ item: GeneratedCase) throws -> [String] {
        let here = machine.run(item)
        if OracleRules.mustDrop(here) { return [] }
        guard let there = try host.run([item]).first else { return [] }
        if OracleRules.explanation(item, host: there, here: here) != nil { return [] }
        return here.differences(from: there, undefined: item.undefinedFlags(at: there.eip))
    }

    /// Makes a failing case smaller for as long as it fails: fewer instructions, simpler registers.
    private func shrink(_ failure: OracleFailure) throws -> OracleFailure {
        var best = failure
        var progress = true
        while progress {
            progress = false
            for candidate in smaller(best.item) {
                let differences = try differences(candidate)
                if differences.isEmpty { continue }
                best.item = candidate
                best.differences = differences
                progress = true
                break
            }
        }
        return best
    }

    private func smaller(_ item: GeneratedCase) -> [GeneratedCase] {
        var candidates: [GeneratedCase] = []
        if item.instructions.count > 1 {
            candidates += item.instructions.indices.map(item.removing)
        }
        for index in item.registers.indices where item.registers[index] != 0 && index != 4 {
            var candidate = item
            candidate.registers[index] = 0
            candidates.append(candidate)
        }
        if item.eflags != 0x202 {
            var candidate = item
            candidate.eflags = 0x202 | item.eflags & EFlags.trap.rawValue
            if candidate.eflags != item.eflags { candidates.append(candidate) }
        }
        return candidates
    }
}

extension OracleReport {
    /// Operation and opcode of a row of the instruction table.
    package static func name(ofRow index: Int) -> String {
        let row = InstructionTable.rows[index]
        let group = row.group.map { " /\($0)" } ?? ""
        return "\(row.operation) \(row.map) \(String(row.opcode, radix: 16, uppercase: true))\(group)"
    }
}

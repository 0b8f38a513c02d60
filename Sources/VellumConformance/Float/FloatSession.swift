import VellumHypervisor
import VellumIA32

/// Compares x87, MMX and SSE with the host's processor over generated cases.
package final class FloatSession {
    private let host: HostOracle
    private let machine: OracleMachine
    private var loadedBlock: UInt64?
    private var seed: UInt64 = 0
    /// Cases that share one set of memory contents.
    private static let blockSize = 1024
    package var keptFailures = 10

    package init(helper: String, options: EngineOptions = EngineOptions()) throws {
        host = try HostOracle(program: helper)
        machine = try OracleMachine(options: options)
    }

    /// Runs cases `first` to `first + count - 1` of a seed.
    package func run(count: Int, seed: UInt64, first: Int = 0) throws -> OracleReport {
        self.seed = seed
        loadedBlock = nil
        var report = OracleReport()
        var number = first
        while number < first + count {
            let end = min((number / Self.blockSize + 1) * Self.blockSize, first + count)
            try runBlock(number..<end, &report)
            number = end
        }
        return report
    }

    private func load(block: UInt64) {
        guard loadedBlock != block else { return }
        loadedBlock = block
        let patterns = FloatArena.patterns(seed: RandomSource.seed(seed &+ 1, item: block))
        host.patterns = patterns
        machine.setPatterns(patterns)
    }

    private func runBlock(_ numbers: Range<Int>, _ report: inout OracleReport) throws {
        load(block: UInt64(numbers.lowerBound / Self.blockSize))
        var batch: [(number: Int, item: GeneratedCase, here: OracleResult)] = []
        for number in numbers {
            var generator = FloatGenerator(
                seed: RandomSource.seed(seed, item: UInt64(number)), rows: FloatGenerator.vectorRows)
            let item = generator.next()
            let here = machine.run(item)
            if OracleRules.mustDrop(here) { report.dropped += 1 } else { batch.append((number, item, here)) }
        }
        let results = try host.run(batch.map(\.item))
        for ((number, item, here), there) in zip(batch, results) {
            report.executed += item.instructions.count - 1
            let comparison = FloatComparison(item, host: there, here: here)
            let differences = comparison.differences
            if differences.isEmpty { continue }
            if let rule = comparison.explanation {
                report.explained[rule, default: 0] += 1
                continue
            }
            report.failed += 1
            guard report.failures.count < keptFailures else { continue }
            let failure = OracleFailure(seed: seed, number: number, item: item, differences: differences)
            report.failures.append(try shrink(failure))
        }
    }

    /// Takes instructions away, but for the FXRSTOR, for as long as the case fails.
    private func shrink(_ failure: OracleFailure) throws -> OracleFailure {
        var best = failure
        for index in failure.item.instructions.indices.dropFirst().reversed() where best.item.instructions.count > 2 {
            let candidate = best.item.removing(index)
            let here = machine.run(candidate)
            guard !OracleRules.mustDrop(here), let there = try host.run([candidate]).first else { continue }
            let comparison = FloatComparison(candidate, host: there, here: here)
            if comparison.differences.isEmpty || comparison.explanation != nil { continue }
            best.item = candidate
            best.differences = comparison.differences
        }
        return best
    }
}

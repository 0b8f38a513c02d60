/// How many tests went which way.
package struct MooCounts: Equatable, Sendable, Codable {
    package var passed = 0
    package var failed = 0
    package var skipped = 0

    package init() {}

    package static func + (a: MooCounts, b: MooCounts) -> MooCounts {
        var sum = a
        sum.passed += b.passed
        sum.failed += b.failed
        sum.skipped += b.skipped
        return sum
    }
}

/// A test that gave something else than the processor it was captured from.
package struct MooFailure: Equatable, Sendable {
    package var form: String
    package var test: MooTest
    package var differences: [String]

    package var description: String {
        let bytes = test.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: " ")
        let registers = MooRegister.allCases.compactMap { register in
            test.initial.registers[register].map { "\(register)=\(String($0, radix: 16, uppercase: true))" }
        }
        let exception = test.exception.map { " (exception \($0.vector))" } ?? ""
        let lines = ["\(form) #\(test.index)\(exception): \(test.name)  [\(bytes)]", registers.joined(separator: " ")]
        return (lines + differences).joined(separator: "\n    ")
    }
}

/// The results of a directory of vector files.
package struct MooReport: Equatable, Sendable {
    package var forms: [String: MooCounts] = [:]
    package var skips: [MooSkip: Int] = [:]
    /// Failures with a known reason.
    package var known: [MooKnownDifference: Int] = [:]
    /// The first failures, as many as were asked for.
    package var failures: [MooFailure] = []

    package init() {}

    package var total: MooCounts { forms.values.reduce(MooCounts(), +) }

    package mutating func merge(_ other: MooReport) {
        forms.merge(other.forms, uniquingKeysWith: +)
        skips.merge(other.skips, uniquingKeysWith: +)
        known.merge(other.known, uniquingKeysWith: +)
        failures += other.failures
    }

    /// `FORM passed failed skipped` for each form, the total, and the skips by reason.
    package var text: String {
        var lines = forms.sorted { $0.key < $1.key }.map { "\($0.key) \(line($0.value))" }
        let executed = total.passed + total.failed
        let share = executed == 0 ? 0 : Double(total.passed) / Double(executed) * 100
        lines.append("total \(line(total))")
        lines.append("executed \(executed), passed \(rounded(share)) %")
        lines += skips.sorted { $0.key.rawValue < $1.key.rawValue }.map { "skipped \($0.value): \($0.key.rawValue)" }
        lines += known.sorted { $0.key.rawValue < $1.key.rawValue }.map { "failed \($0.value): \($0.key.rawValue)" }
        if unexplained > 0 { lines.append("failed \(unexplained): unexplained") }
        return lines.joined(separator: "\n")
    }

    /// Failures without a known reason.
    package var unexplained: Int { total.failed - known.values.reduce(0, +) }

    private func line(_ counts: MooCounts) -> String { "\(counts.passed) \(counts.failed) \(counts.skipped)" }

    /// Three decimals, rounded down: 100.000 means all.
    private func rounded(_ share: Double) -> String {
        let thousandths = Int(share * 1000)
        let fraction = String(thousandths % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}

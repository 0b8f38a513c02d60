import ArgumentParser
import Foundation

/// `vellum-conformance oracle`
package struct OracleCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "oracle",
        abstract: "Compares random user-mode instructions with the host's processor.",
        discussion: """
            Walks the instruction table and runs each case natively in a 32-bit helper process and under translation. \
            Registers, defined flags, memory and faults must agree. Exits 1 when there is a difference that no rule explains.
            """)

    @Option(help: "Cases: half of them single instructions, half up to ten.")
    var count = 100_000

    @Option(help: "Seed of the generator.")
    var seed: UInt64 = 1

    @Option(help: "Number of the first case, to repeat one of a failed run.")
    var first = 0

    @Option(help: "Code size, 16 or 32; both in turn when not given.")
    var mode: Int?

    @Option(help: "Failures to shrink and print.")
    var failures = 10

    @Option(help: "A helper that was built before.")
    var helper: String?

    @Flag(help: "Print how often each row of the table was run.")
    var rows = false

    @OptionGroup var engine: EngineArguments

    package init() {}

    package func validate() throws {
        if let mode, mode != 16 && mode != 32 { throw ValidationError("--mode is 16 or 32") }
        if count < 0 || first < 0 { throw ValidationError("--count and --first cannot be negative") }
    }

    package func run() throws {
        let session = try OracleSession(helper: try helper ?? HelperBuild.build(), options: engine.options)
        session.keptFailures = max(0, failures)
        let report = try session.run(count: count, seed: seed, is16: mode.map { $0 == 16 }, first: first)
        let listing = try CaseListing()
        for failure in report.failures { print(listing.text(failure)) }
        print("seed \(seed): \(report.executed) executed, \(report.failed) failed, \(report.dropped) dropped")
        for (name, number) in report.explained.sorted(by: { $0.key < $1.key }) { print("explained \(number): \(name)") }
        if rows { printRows(report) }
        for name in report.exceeded { print("rule over its ceiling: \(name)") }
        if !report.passed { throw ExitCode.failure }
    }
}

extension OracleCommand {
    /// Rows that were run, by number and operation.
    private func printRows(_ report: OracleReport) {
        for (row, count) in report.rows.sorted(by: { $0.key < $1.key }) {
            print("row \(row) \(OracleReport.name(ofRow: row)): \(count)")
        }
    }
}

import ArgumentParser
import Foundation
import VellumHypervisor
import VellumIA32

/// `vellum-conformance moo DIR`
package struct MooCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "moo",
        abstract: "Runs per-instruction vectors captured from silicon (MOO files).",
        discussion: """
            Prints FORM passed failed skipped for each form, and totals. Skips follow the documented rules of the vector \
            sets and are counted by reason, as are failures that are \
            the captured processor's ways. Exits 1 when a test failed without such a reason.
            """)

    @Argument(help: "A directory of *.MOO and *.MOO.gz files, or one such file.")
    var directory: String

    @Option(name: .customLong("flags-csv"), help: "The opcode database with undefined flags.")
    var flagsCSV: String?

    @Flag(help: "Print the results as JSON.")
    var json = false

    @Option(help: "Print the first N failures with bytes, registers, expected and got.")
    var failures = 0

    @Option(help: "Threads.")
    var workers = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var engine: EngineArguments

    package init() {}

    package func run() throws {
        var suite = try MooSuite(path: directory, rules: try rules(), options: engine.options)
        guard !suite.files.isEmpty else { throw ValidationError("\(directory): no *.MOO or *.MOO.gz file") }
        suite.keptFailures = max(0, failures)
        let report = try suite.run(workers: workers)
        print(json ? try JSONOutput(report).text() : report.text)
        for failure in report.failures { printError(failure.description) }
        if report.unexplained > 0 { throw ExitCode.failure }
    }

    private func rules() throws -> MooRules {
        var rules = MooRules()
        let folder = URL(fileURLWithPath: directory)
        let beside = folder.deletingLastPathComponent()
        let standard = beside.appendingPathComponent("sst_80386.csv").path
        if let path = flagsCSV ?? (FileManager.default.fileExists(atPath: standard) ? standard : nil) {
            guard let masks = FlagMasks(csv: try String(contentsOfFile: path, encoding: .utf8)) else {
                throw ValidationError("\(path): not an opcode database (columns op, ex, f_umask)")
            }
            rules.flags = masks
        }
        for place in [folder, beside] {
            let list = place.appendingPathComponent("revocation_list.txt")
            if let text = try? String(contentsOf: list, encoding: .utf8) {
                rules.revoked.formUnion(text.split(whereSeparator: \.isWhitespace).map { $0.lowercased() })
            }
        }
        return rules
    }

    private struct JSONOutput: Encodable {
        var total: MooCounts
        var forms: [String: MooCounts]
        var skips: [String: Int]
        var known: [String: Int]

        init(_ report: MooReport) {
            total = report.total
            forms = report.forms
            skips = Dictionary(uniqueKeysWithValues: report.skips.map { ($0.key.rawValue, $0.value) })
            known = Dictionary(uniqueKeysWithValues: report.known.map { ($0.key.rawValue, $0.value) })
        }

        func text() throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

import ArgumentParser
import VellumBench
import VellumMachine

/// `vellum bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Runs guests as regression benchmarks, and compares with a baseline.",
        discussion: """
            A suite is a YAML file that names guests, their arguments and limits. Counts are exact and the same on \
            every run; times are medians of several runs, with the least and the most.

            Examples:
              vellum bench benchmarks/kernels.yaml --save-baseline base.json
              vellum bench benchmarks/kernels.yaml --baseline base.json --fail-over 1
              vellum bench benchmarks/kernels.yaml --format markdown --jobs 2
              vellum bench explain base.json now.json

            Exit status: 0; 1 when a guest failed, or with --fail-over a count grew by more; 64 usage, 65 suite or \
            baseline not understood, 66 unreadable, 70 our own error.
            """,
        subcommands: [BenchSuiteCommand.self, BenchExplainCommand.self], defaultSubcommand: BenchSuiteCommand.self)

    /// Reads a results file, or ends with a line that says why not.
    static func results(_ path: String) throws -> Results {
        try orFail(path) { try Results(parsing: HostFile.read(path, limit: 256 << 20)) }
    }

    static func orFail<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as ImageError {
            HostIO.report(error.about(path).description)
            throw ExitCode(error.exitStatus)
        } catch let error as BenchError {
            HostIO.report(error.about(path).description)
            throw ExitCode(65)
        }
    }
}

/// `vellum bench SUITE…`.
struct BenchSuiteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs suites (what vellum bench SUITE does).", shouldDisplay: false)

    @Argument(help: "Suite files.")
    var suites: [String]

    @Option(help: ArgumentHelp("Results to compare with: counts exactly, times as ratios.", valueName: "file"))
    var baseline: String?

    @Option(help: ArgumentHelp("Write the results as JSON, to be a baseline.", valueName: "file"))
    var saveBaseline: String?

    @Option(help: ArgumentHelp("A count that grew by more than so many percent fails the run.", valueName: "percent"))
    var failOver: Double?

    @Option(help: "table, json, junit or markdown.")
    var format = BenchFormat.table

    @Option(help: "Runs at the same time; counts do not change, times do where the host has too few processors.")
    var jobs = 1

    @Option(help: "Runs of each guest, instead of what the suite says.")
    var repeats: Int?

    func validate() throws {
        if suites.isEmpty { throw ValidationError("Name a suite file.") }
        if !(1...256).contains(jobs) { throw ValidationError("--jobs must be between 1 and 256.") }
        if let repeats, !(1...1000).contains(repeats) {
            throw ValidationError("--repeats must be between 1 and 1000.")
        }
        if let failOver, !(failOver >= 0) { throw ValidationError("--fail-over takes a percentage from 0.") }
        if failOver != nil, baseline == nil { throw ValidationError("--fail-over goes with --baseline FILE.") }
    }

    func run() throws {
        let old = try baseline.map(BenchCommand.results)
        var suite = try BenchSuiteCommand.joined(try suites.map(BenchSuiteCommand.read))
        if let repeats { for index in suite.guests.indices { suite.guests[index].repeats = repeats } }
        guard let scratch = ScratchDirectory() else {
            HostIO.report("no directory for temporary files can be made; set TMPDIR to one that can be written")
            throw ExitCode(70)
        }
        let records = saveBaseline != nil || format == .json
        let results = BenchRunner(suite: suite, jobs: jobs, recordsFragments: records, scratch: scratch).run()
        try finish(results, old)
    }

    private func finish(_ results: Results, _ old: Results?) throws {
        let report = BenchReport(
            results: results, comparison: old.map { Comparison(results, baseline: $0) }, limit: failOver)
        switch format {
        case .table: print(report.table)
        case .markdown: print(report.markdown)
        case .junit: print(report.junit)
        case .json: print(results.json.encoded())
        }
        if let saveBaseline, !HostIO.writeFile(saveBaseline, results.json.encoded() + "\n") {
            HostIO.report("\(saveBaseline): the results cannot be written")
            throw ExitCode(70)
        }
        guard report.failures.isEmpty else {
            if format != .table { for line in report.failures { HostIO.report(line) } }
            throw ExitCode(1)
        }
    }

    static func read(_ path: String) throws -> Suite {
        try BenchCommand.orFail(path) {
            let slash = path.lastIndex(of: "/")
            let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
            let file = slash.map { path[path.index(after: $0)...] } ?? path[...]
            let name = file.split(separator: ".").first.map(String.init) ?? String(file)
            return try Suite(HostFile.read(path, limit: 1 << 20), name: name, directory: directory)
        }
    }

    /// Several suites as one, with the suite's name before each guest's.
    private static func joined(_ suites: [Suite]) throws -> Suite {
        guard var all = suites.first, suites.count > 1 else { return suites[0] }
        all.name = suites.map(\.name).joined(separator: "+")
        all.guests = suites.flatMap { suite in
            suite.guests.map { guest in
                var guest = guest
                guest.name = "\(suite.name)/\(guest.name)"
                return guest
            }
        }
        guard Set(all.guests.map(\.name)).count == all.guests.count else {
            throw ValidationError("Two of the suites have the same name; give them different names.")
        }
        return all
    }
}

/// `vellum bench explain`.
struct BenchExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Names the fragments whose counts moved between two results.",
        discussion: "A.json and B.json are results of --save-baseline or --format json.")

    @Argument(help: ArgumentHelp("The results before.", valueName: "A.json"))
    var before: String

    @Argument(help: ArgumentHelp("The results after.", valueName: "B.json"))
    var after: String

    func run() throws {
        let explanation = Explanation(before: try BenchCommand.results(before), after: try BenchCommand.results(after))
        print(explanation.text)
    }
}

/// How results are shown.
enum BenchFormat: String, ExpressibleByArgument, CaseIterable { case table, json, junit, markdown }

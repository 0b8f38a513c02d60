import ArgumentParser

/// `vellum-conformance float`: x87, MMX and SSE against the host's processor.
package struct FloatCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "float",
        abstract: "Compares random x87, MMX and SSE instructions with the host's processor.",
        discussion: """
            Each case loads a random state by FXRSTOR and runs one to eight instructions. Registers, the whole state, \
            memory and faults must agree. Exits 1 when there is a difference that no rule explains.
            """)

    @Option(help: "Cases.")
    var count = 100_000

    @Option(help: "Seed of the generator.")
    var seed: UInt64 = 1

    @Option(help: "Number of the first case, to repeat one of a failed run.")
    var first = 0

    @Option(help: "Failures to shrink and print.")
    var failures = 10

    @OptionGroup var engine: EngineArguments

    package init() {}

    package func validate() throws {
        if count < 0 || first < 0 { throw ValidationError("--count and --first cannot be negative") }
    }

    package func run() throws {
        let session = try FloatSession(helper: try HelperBuild.build(), options: engine.options)
        session.keptFailures = max(0, failures)
        let report = try session.run(count: count, seed: seed, first: first)
        let listing = try CaseListing()
        for failure in report.failures { print(listing.text(failure)) }
        let cases = count - report.dropped
        print(
            "seed \(seed): \(report.executed) instructions in \(cases) cases, \(report.failed) failed, "
                + "\(report.dropped) dropped")
        for (name, number) in report.explained.sorted(by: { $0.key < $1.key }) { print("explained \(number): \(name)") }
        if report.failed > 0 { throw ExitCode.failure }
    }
}

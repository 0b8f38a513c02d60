import ArgumentParser

/// `vellum-conformance engines`
package struct EnginesCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "engines",
        abstract: "Compares engine settings over random programs with timer interrupts.",
        discussion: """
            The default, --no-chaining, --no-passes, --block-limit 1 and a cache of 256 KiB must agree in state, in \
            instruction counts and in where each interrupt is taken. Exits 1 when they do not.
            """)

    @Option(help: "Programs.")
    var count = 10_000

    @Option(help: "Seed of the generator.")
    var seed: UInt64 = 1

    @Option(help: "Number of the first program, to repeat one of a failed run.")
    var first = 0

    package init() {}

    package func run() throws {
        guard count >= 0, first >= 0 else { throw ValidationError("--count and --first cannot be negative") }
        let comparison = try EngineComparison()
        let differences = comparison.run(count: count, seed: seed, first: first)
        for difference in differences {
            print("seed \(difference.seed) program \(difference.number), \(difference.setting):")
            for line in difference.details { print("    \(line)") }
        }
        print(
            "seed \(seed): \(comparison.instructions) instructions, \(comparison.interrupts) interrupts, "
                + "\(differences.count) differences")
        if !differences.isEmpty { throw ExitCode.failure }
    }
}

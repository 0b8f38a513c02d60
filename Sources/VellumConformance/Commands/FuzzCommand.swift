import ArgumentParser
import Foundation
import VellumIA32

/// `vellum-conformance fuzz`
package struct FuzzCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Runs random instruction streams in every mode; the engine must neither crash nor hang.",
        discussion:
            "Build with --sanitize=address to look for memory errors. The number of the stream is printed when one hangs."
    )

    @Option(help: "Streams.")
    var count = 100_000

    @Option(help: "Seed of the generator.")
    var seed: UInt64 = 1

    @Option(help: "Number of the first stream, to repeat one of a failed run.")
    var first = 0

    @Option(help: "Seconds that one stream may take.")
    var watchdog = 10.0

    @Option(help: "Instructions that one stream may retire.")
    var length: UInt64 = 100

    @Flag(help: "Print the number of each stream before it runs, to find one that crashes.")
    var verbose = false

    @OptionGroup var engine: EngineArguments

    package init() {}

    package func validate() throws {
        if count < 0 || first < 0 || watchdog <= 0 { throw ValidationError("numbers must be positive") }
    }

    package func run() throws {
        let machine = try FuzzMachine(options: engine.options, length: length)
        let guardian = Watchdog(seconds: watchdog)
        let rows = InstructionTable.rows.indices.filter { InstructionTable.rows[$0].span > 0 }
        var instructions: UInt64 = 0
        for number in first..<(first + count) {
            if verbose { printError("stream \(number)") }
            guardian.begin("seed \(seed) stream \(number)")
            instructions += machine.run(FuzzCase(seed: RandomSource.seed(seed, item: UInt64(number)), rows: rows))
            guardian.end()
        }
        print("seed \(seed): \(count) streams, \(instructions) instructions, no crash and no hang")
    }
}

import ArgumentParser
import Foundation
import VellumHypervisor
import VellumIA32

/// The engine options that all commands take.
package struct EngineArguments: ParsableArguments {
    @Option(help: "Processor: 386, 486, pentium or pentium3.")
    var cpu: CPUName = .pentium3

    @Flag(name: .customLong("no-chaining"), help: "Do not link fragments.")
    var noChaining = false

    @Flag(name: .customLong("no-passes"), help: "Do not optimise fragments.")
    var noPasses = false

    @Option(name: .customLong("cache-size"), help: "Bytes of the translation cache.")
    var cacheSize = 64 << 20

    @Option(name: .customLong("block-limit"), help: "Instructions in a fragment at most; 0 for no limit.")
    var blockLimit = 0

    package init() {}

    package var options: EngineOptions {
        var options = EngineOptions()
        options.cpu = cpu.level
        options.chaining = !noChaining
        options.passes = !noPasses
        options.cacheSize = cacheSize
        options.blockLimit = blockLimit
        return options
    }
}

/// Processor names as the command line takes them.
package enum CPUName: String, ExpressibleByArgument, CaseIterable {
    case i386 = "386"
    case i486 = "486"
    case pentium, pentium3

    package var level: CPULevel {
        switch self {
        case .i386: .i386
        case .i486: .i486
        case .pentium: .pentium
        case .pentium3: .pentium3
        }
    }
}

/// Prints a line on the standard error stream.
func printError(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}

import ArgumentParser

/// The options that say how a run meets its user.
struct RunOptions: ParsableArguments {
    @Option(help: "End after so many guest instructions (status 122).")
    var maxInstructions: UInt64?

    @Option(help: "End after so many seconds of real time (status 124).")
    var timeout: Double?

    @Option(help: "Write the statistics as JSON; - for standard output.")
    var stats: String?

    @Option(help: ArgumentHelp("Write the screen at the end, as text or as a picture.", valueName: "file.txt|file.png"))
    var screen: String?

    @Option(
        help: ArgumentHelp(
            "Use the guest unattended: wait for text, type, take pictures, quit (docs/scripts.md).", valueName: "file"))
    var script: String?

    @Option(help: "terminal for the live text screen, or none (default: terminal at a terminal).")
    var display: DisplayKind?

    @Option(help: "The first serial port: stdio, none, file:PATH or pty.")
    var serial: SerialTarget?

    @Option(help: "virtual or host time (default: host at a live display, else virtual).")
    var clock: ClockSource?

    @Option(help: "Messages on stderr: quiet, error, info or debug.")
    var log = LogLevel.error

    func validate() throws {
        if let timeout, !(timeout > 0 && timeout < 1e9) { throw ValidationError("--timeout takes seconds above zero.") }
        if let maxInstructions, maxInstructions == 0 { throw ValidationError("--max-instructions must be above zero.") }
    }
}

/// How much Vellum says on standard error.
enum LogLevel: String, ExpressibleByArgument, CaseIterable, Comparable {
    /// Not even the reason of the end.
    case quiet
    case error
    case info
    case debug

    static func < (a: LogLevel, b: LogLevel) -> Bool { a.order < b.order }

    private var order: Int { LogLevel.allCases.firstIndex(of: self) ?? 0 }
}

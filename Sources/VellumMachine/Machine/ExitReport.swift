/// Why a run ended, by the names that stand in the statistics as `exit.reason`.
public enum ExitReason: String, CaseIterable, Sendable {
    case powerOff = "power-off"
    case debugExit = "debug-exit"
    case dosExit = "dos-exit"
    case fault
    case halted
    case reset
    case tripleFault = "triple-fault"
    case instructionLimit = "instruction-limit"
    case script
    case timeout
    case signal
}

/// How a run ended.
public struct ExitReport: Equatable, Sendable {
    public var reason: ExitReason
    /// The exit status of `vellum run`.
    public var status: Int32
    /// One line for a human.
    public var message: String

    public init(_ reason: ExitReason, status: Int32, message: String) {
        self.reason = reason
        self.status = status
        self.message = message
    }

    static let powerOff = ExitReport(.powerOff, status: 0, message: "the guest switched the machine off")
    public static let halted = ExitReport(
        .halted, status: 120, message: "the processor halted and nothing can wake it")
    static func reset(_ cause: ResetCause) -> ExitReport {
        ExitReport(.reset, status: 121, message: "reset by \(cause.rawValue)")
    }
    static func tripleFault(_ details: String) -> ExitReport {
        ExitReport(.tripleFault, status: 121, message: "triple fault: \(details)")
    }
    public static func instructionLimit(_ count: UInt64) -> ExitReport {
        ExitReport(.instructionLimit, status: 122, message: "\(count) instructions executed, the limit given")
    }
    static func dosExit(_ code: UInt8) -> ExitReport {
        ExitReport(.dosExit, status: Int32(code), message: "the program ended with errorlevel \(code)")
    }
    public static let timeout = ExitReport(.timeout, status: 124, message: "the time given is over")
    /// Ended by a signal: 130 for SIGINT, 143 for SIGTERM.
    public static func signal(_ number: Int32) -> ExitReport {
        ExitReport(.signal, status: 128 + number, message: "ended by signal \(number)")
    }
}

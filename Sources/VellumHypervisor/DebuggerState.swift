import VellumExecution

/// Why the processor stopped for a debugger.
package enum ProcessorStop: Equatable, Sendable {
    /// EIP stands at a breakpoint, whose instruction has not run.
    case breakpoint(UInt32)
    /// The instruction before EIP read or wrote what is watched: the watched range.
    case watchpoint(ObservedRange, isWrite: Bool)
    /// One instruction ran, or an event was delivered and EIP stands at its handler.
    case step
}

/// What a debugger outside the machine has asked of the processor.  None of it is guest state: DR0 to DR7, TF and memory
/// stay the guest's own, and no instruction counts otherwise for it.
struct DebuggerState {
    /// Linear addresses of instructions before which to stop.
    var breakpoints: Set<UInt32> = []
    var hasRanges = false
    var isStepping = false
    /// Where the last stop was; the breakpoint there has been reported.
    var reported: (linear: UInt32, instructions: UInt64)?
    /// The instruction at hand stands at a breakpoint that was reported: it runs alone, so that nothing links to it.
    var isPassing = false

    /// Anything at all must be looked at.
    var isActive: Bool { isStepping || hasRanges || !breakpoints.isEmpty }

    /// Fragments must hold one instruction now.
    var runsSingly: Bool { isStepping || isPassing }

    @inline(__always) func hasBreakpoint(at linear: UInt32) -> Bool {
        !breakpoints.isEmpty && breakpoints.contains(linear)
    }
}

import VellumIA32
import VellumMicroOps

/// Why a backend came back.
package enum BackendExit: Sendable {
    /// The budget does not allow the next fragment whole; `engine.eip` is where it starts.
    case budget
    /// A fragment ended; `engine.eip` is where to go on, and the run loop must look at the world first.
    case fragmentEnd
    /// The instruction at `engine.eip` raised the fault.
    case fault(GuestFault)
}

/// Performs hypervisor calls for a backend.
package protocol HypervisorGate: AnyObject {
    /// Performs the call that a `.hypervisor` micro-op holds.
    func perform(_ operation: UnsafePointer<MicroOp>) throws(GuestFault) -> CallOutcome
    /// A waiting x87 instruction finds an unmasked exception pending: throws #MF where CR0.NE says so, else drives FERR#
    /// and returns false when the interrupt that follows must be taken before the instruction.
    func meetNumericError() throws(GuestFault) -> Bool
    /// The log of entries is full.
    func drainEntries()
    /// The exception behind FERR# is pending no more.
    func numericErrorCleared()
    /// An unmasked SSE exception: #XM, or #UD where the system does not know of it (CR4.OSXMMEXCPT).
    var simdNumericFault: GuestFault { get }
}

/// Finds, or makes, the fragment that a transfer leads to.
package protocol FragmentResolver: AnyObject {
    /// The fragment at EIP under the processor's mode, or nil when the run loop must handle what happened (the fetch
    /// faulted).
    func resolve(eip: UInt32) -> FragmentPointer?
    /// The fragment found is entered now, having been charged for.
    func entered(_ fragment: FragmentPointer)
    /// Likewise, from link 0 or 1 of a fragment, which may be set to it.
    func entered(_ fragment: FragmentPointer, link: Int, of source: FragmentPointer)
    /// The fragment found is not entered: the budget does not allow it.
    func deferred(_ fragment: FragmentPointer)
    /// A fragment ended in a way that may have changed mode, mappings or lines; `engine.eip` is where to go on.  The
    /// fragment there, brought up to the new context and charged for, where nothing waits for the run loop; else nil.
    func proceed() -> FragmentPointer?
}

/// What a backend needs of the processor around it.
package typealias BackendHost = HypervisorGate & FragmentResolver

/// Executes fragments: one door in, an exit reason out.
package protocol ExecutionBackend: AnyObject {
    /// Runs from a fragment on.  `engine.budget` has not been charged for it yet and allows it.
    func enter(_ fragment: FragmentPointer) -> BackendExit
}

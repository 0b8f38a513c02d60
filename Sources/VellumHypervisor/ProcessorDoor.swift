import VellumEvents
import VellumExecution
import VellumIA32
import VellumMicroOps

/// The processor as its backend calls it.
///
/// The backend owns the door, and the door owns what it calls most; the processor it only knows.  So nothing on the way
/// of a hypervisor call counts references.
final class ProcessorDoor {
    private let hypervisor: Hypervisor
    private let events: EventStream
    private let callCounts: UnsafeMutablePointer<UInt64>
    private let processor: Unmanaged<VirtualProcessor>

    init(_ processor: VirtualProcessor) {
        hypervisor = processor.hypervisor
        events = processor.events
        callCounts = processor.callCounts
        self.processor = .passUnretained(processor)
    }
}

extension ProcessorDoor: HypervisorGate {
    func perform(_ operation: UnsafePointer<MicroOp>) throws(GuestFault) -> CallOutcome {
        guard let call = operation.pointee.hypervisorCall else { return .next }
        let arguments = CallArguments(at: operation)
        if events.wants([.hypervisorCalls, .ringChanges, .removals, .callWords]) {
            if events.wants(.hypervisorCalls) || call.mayChangeRing {
                return try processor.takeUnretainedValue().performObserved(call, arguments)
            }
            return try performNoted(call, arguments)
        }
        let outcome = try hypervisor.perform(call, arguments)
        callCounts[Int(call.rawValue)] &+= 1
        return outcome
    }

    /// A call that changes no ring, while nobody wants an event for it: the log of entries may want a word, and writes
    /// to code know who made them.
    private func performNoted(_ call: HypervisorCall, _ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let word = events.callWord(call)
        let before = hypervisor.cpu.pointee.engine.inCacheCalls
        hypervisor.mmu.writer = .processor
        defer { hypervisor.mmu.writer = .store }
        do throws(GuestFault) {
            let outcome = try hypervisor.perform(call, arguments)
            callCounts[Int(call.rawValue)] &+= 1
            events.noteCall(word, before, completed: true)
            return outcome
        } catch {
            events.noteCall(word, before, completed: false)
            throw error
        }
    }

    func drainEntries() { events.drain() }

    func meetNumericError() throws(GuestFault) -> Bool { try hypervisor.meetNumericError() }

    func numericErrorCleared() { hypervisor.interrupts.setNumericError(false) }

    var simdNumericFault: GuestFault {
        hypervisor.hasControl4(CR4.osxmmexcpt) ? GuestFault(.simdFloatingPoint) : .invalidOpcode
    }
}

extension ProcessorDoor: FragmentResolver {
    func resolve(eip: UInt32) -> FragmentPointer? { processor._withUnsafeGuaranteedRef { $0.resolve(eip: eip) } }

    func entered(_ fragment: FragmentPointer) { processor._withUnsafeGuaranteedRef { $0.entered(fragment) } }

    func entered(_ fragment: FragmentPointer, link: Int, of source: FragmentPointer) {
        processor._withUnsafeGuaranteedRef { $0.entered(fragment, link: link, of: source) }
    }

    func deferred(_ fragment: FragmentPointer) { processor._withUnsafeGuaranteedRef { $0.deferred(fragment) } }

    func proceed() -> FragmentPointer? { processor._withUnsafeGuaranteedRef { $0.proceed() } }
}

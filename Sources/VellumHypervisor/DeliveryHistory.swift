import VellumExecution
import VellumIA32

/// One attempt to bring an exception or interrupt to its handler.
package struct DeliveryStep: Equatable, Sendable {
    package enum Origin: String, Equatable, Sendable {
        case fault, software, external
    }

    package var vector: UInt8
    package var origin: Origin
    /// The error code, for exceptions that have one.
    package var errorCode: UInt32?
    /// CR2 of a page fault.
    package var address: UInt32
    /// Where the processor was: the faulting instruction, INT n itself, or the instruction that was to come next.
    package var selector: UInt16
    package var eip: UInt32
    package var esp: UInt32
    package var cpl: UInt8
    /// The fault that was met on the way; nil when the handler was reached.
    package var failure: GuestFault?

    package init(
        vector: UInt8, origin: Origin = .fault, errorCode: UInt32? = nil, address: UInt32 = 0, selector: UInt16 = 0,
        eip: UInt32 = 0, esp: UInt32 = 0, cpl: UInt8 = 0, failure: GuestFault? = nil
    ) {
        self.vector = vector
        self.origin = origin
        self.errorCode = errorCode
        self.address = address
        self.selector = selector
        self.eip = eip
        self.esp = esp
        self.cpl = cpl
        self.failure = failure
    }
}

/// The last attempts, for reports on guests that came to a dead end.  Nothing the guest can see depends on it.
package struct DeliveryHistory: Sendable {
    /// A power of two.
    package static var capacity: Int { 32 }
    private var ring = [DeliveryStep](repeating: DeliveryStep(vector: 0), count: capacity)
    private var count = 0

    package init() {}

    mutating func append(_ step: DeliveryStep) {
        ring[count & (DeliveryHistory.capacity - 1)] = step
        count += 1
    }

    /// The last attempt failed.
    mutating func fail(_ fault: GuestFault) { ring[(count - 1) & (DeliveryHistory.capacity - 1)].failure = fault }

    /// Oldest first.
    package var steps: [DeliveryStep] {
        (max(0, count - DeliveryHistory.capacity)..<count).map { ring[$0 % DeliveryHistory.capacity] }
    }

    /// The failures at the end that led to each other.
    package var chain: [DeliveryStep] {
        Array(steps.reversed().prefix { $0.failure != nil }.reversed())
    }
}

extension Hypervisor {
    /// Takes note of an event that is about to go to its handler.
    func record(_ event: Event) {
        history.append(
            DeliveryStep(
                vector: event.vector,
                origin: event.isInterrupt ? .external : event.cause == .software ? .software : .fault,
                errorCode: event.errorCode, address: event.vector == 14 ? cpu.pointee.privileged.cr2 : 0,
                selector: cpu.pointee.privileged[.cs].selector, eip: cpu.pointee.engine.eip, esp: cpu[.esp], cpl: cpl))
    }
}

import VellumExecution
import VellumIA32
import VellumMicroOps

/// An exception or interrupt on its way to a handler.
struct Event {
    enum Cause {
        /// INT n, INT3, INTO: the gate's DPL counts, and EXT stays clear.
        case software
        /// A fault or trap, or an interrupt from outside.
        case hardware
    }

    var vector: UInt8
    var cause: Cause
    var errorCode: UInt32?
    var returnEIP: UInt32
    /// The flags that the handler finds on its stack.
    var flags: UInt32
    /// It came from outside the processor, between two instructions.
    var isInterrupt = false

    /// The EXT bit of faults met on the way.
    var external: UInt32 { cause == .software ? 0 : 1 }
    /// The error code for a fault that blames the IDT's entry.
    var gateCode: UInt32 { UInt32(vector) * 8 + 2 + external }
}

/// Delivery of exceptions and interrupts, with the double and triple fault (SDM vol. 3, sections 6.4 to 6.15).
extension Hypervisor {
    /// Delivers a fault; `engine.eip` is the faulting instruction.
    package func deliver(_ fault: GuestFault) -> Delivery {
        var current = fault
        // Benign faults (#AC on the handler's own stack) could follow each other for ever; the processor would hang.
        for _ in 0..<16 {
            note(current)
            do {
                try raise(event(for: current))
                return delivered()
            } catch {
                if error.vector == .pageFault { cpu.pointee.privileged.cr2 = error.address }
                guard let next = combine(current, error) else { return .shutdown }
                current = next
            }
        }
        return .shutdown
    }

    /// Delivers a debug trap; `engine.eip` is the next instruction and `dr6` the bits to set.
    package func deliverDebugTrap(dr6: UInt32) -> Delivery {
        noteDebug(dr6)
        return deliverBetween(Event(vector: 1, cause: .hardware, returnEIP: eip, flags: cpu.eflags))
    }

    /// Delivers an external interrupt; the caller has seen `canTakeInterrupt`.
    package func deliverInterrupt(vector: UInt8) -> Delivery {
        deliverBetween(
            Event(vector: vector, cause: .hardware, returnEIP: eip, flags: cpu.eflags, isInterrupt: true))
    }

    package func deliverNMI() -> Delivery {
        cpu.pointee.privileged.nmiBlocked = true
        return deliverBetween(
            Event(vector: 2, cause: .hardware, returnEIP: eip, flags: cpu.eflags, isInterrupt: true))
    }

    /// IF is set and no STI or MOV SS has just run.
    package var canTakeInterrupt: Bool { hasFlag(.interrupt) && cpu.pointee.privileged.shadow == .none }

    package var canTakeNMI: Bool { !cpu.pointee.privileged.nmiBlocked && cpu.pointee.privileged.shadow != .movSS }

    // MARK: Pieces

    private var eip: UInt32 { cpu.pointee.engine.eip }

    private func deliverBetween(_ event: Event) -> Delivery {
        do {
            try raise(event)
            return delivered()
        } catch {
            // The event itself was benign, so the fault stands on its own.
            return deliver(error)
        }
    }

    private func delivered() -> Delivery {
        cpu.pointee.privileged.shadow = .none
        cpu.pointee.privileged.halted = false
        return .delivered
    }

    /// Fault-class exceptions push RF set, so that a breakpoint on the instruction does not fire again; the fault of
    /// that breakpoint itself finds RF clear (SDM vol. 3, section 17.3.1.1).
    private func event(for fault: GuestFault) -> Event {
        let isBreakpoint = fault.vector == .debug && fault.errorCode & 15 != 0
        return Event(
            vector: fault.vector.rawValue, cause: .hardware,
            errorCode: fault.vector.hasErrorCode ? fault.errorCode : nil, returnEIP: eip,
            flags: cpu.eflags | (isBreakpoint ? 0 : EFlags.resume.rawValue))
    }

    /// What a fault leaves in CR2 or DR6, handler or not.  A debug fault's error code is the DR6 bits.
    private func note(_ fault: GuestFault) {
        if fault.vector == .pageFault { cpu.pointee.privileged.cr2 = fault.address }
        if fault.vector == .debug { noteDebug(fault.errorCode) }
    }

    private func noteDebug(_ bits: UInt32) {
        cpu.pointee.privileged.debug[6] |= bits & 0xE00F
        // The handler may use the debug registers.
        cpu.pointee.privileged.debug[7] &= ~DR7.gd
    }

    /// What follows when `second` is met while `first` is being delivered (SDM vol. 3, tables 6-4 and 6-5): the second
    /// alone, a double fault, or (nil) shutdown.
    private func combine(_ first: GuestFault, _ second: GuestFault) -> GuestFault? {
        let severe = second.vector.isContributory || second.vector == .pageFault
        if first.vector == .doubleFault { return severe ? nil : second }
        if first.vector.isContributory, second.vector.isContributory { return GuestFault(.doubleFault) }
        if first.vector == .pageFault, severe { return GuestFault(.doubleFault) }
        return second
    }
}

extension ExceptionVector {
    /// #DE #TS #NP #SS #GP (SDM vol. 3, table 6-4).
    var isContributory: Bool {
        switch self {
        case .divideError, .invalidTSS, .segmentNotPresent, .stackFault, .generalProtection: true
        default: false
        }
    }
}

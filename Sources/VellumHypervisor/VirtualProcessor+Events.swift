import VellumEvents
import VellumExecution
import VellumIA32
import VellumMicroOps

extension VirtualProcessor: EventClock {
    package var moment: Moment {
        Moment(
            instructions: instructions, eip: cpu.pointee.engine.eip, cpl: cpu.pointee.privileged.cpl)
    }
}

/// What the processor tells observers.
extension VirtualProcessor {
    /// A hypervisor call that somebody watches.
    func performObserved(_ call: HypervisorCall, _ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let place = callPlace(call)
        let word = events.callWord(call)
        let begun = moment
        let cached = cpu.pointee.engine.inCacheCalls
        let before = side
        cpu.pointee.engine.lastGate = 0
        mmu.writer = .processor
        defer { mmu.writer = .store }
        do throws(GuestFault) {
            let isKernel = cpu.pointee.privileged.cpl == 0
            let (retired, eip) = (instructions, cpu.pointee.engine.eip)
            let code = cpu.pointee.privileged[.cs]
            let outcome =
                try options.deprivileged
                ? hypervisor.performDeprivileged(call, arguments) : hypervisor.perform(call, arguments)
            callCounts[Int(call.rawValue)] &+= 1
            events.noteCall(word, cached, completed: true)
            tell(place, begun, completed: true)
            if isKernel, Hypervisor.mayStaySilent(call), let sensitiveWatcher {
                sensitiveWatcher.executed(
                    hypervisor.record(call, arguments, instructions: retired, eip: eip, code: code))
            }
            // INT n pushes the address after it, but it is the instruction that changes the ring.
            if outcome == .transfer { tellRingChange(from: before, vector: vector(call, arguments), gate: gate(call)) }
            return outcome
        } catch {
            events.noteCall(word, cached, completed: false)
            tell(place, begun, completed: false)
            throw error
        }
    }

    private func callPlace(_ call: HypervisorCall) -> HypervisorCallEvent {
        let engine = cpu.pointee.engine
        let index = engine.running.map { $0.pointee.count - engine.unretired } ?? 0
        return HypervisorCallEvent(
            kind: HypervisorCallKind(call), fragment: FragmentID(engine.running?.pointee.serial ?? 0),
            index: Int(index), linear: context.codeBase &+ engine.eip, completed: true)
    }

    private func tell(_ call: HypervisorCallEvent, _ begun: Moment, completed: Bool) {
        guard events.wants(.hypervisorCalls) else { return }
        var call = call
        call.completed = completed
        events.send(.hypervisorCall(call), .hypervisorCalls, at: begun)
    }

    func tell(_ fault: GuestFault) {
        guard events.wants(.faults) else { return }
        events.send(
            .faulted(
                FaultEvent(vector: fault.vector.rawValue, errorCode: fault.errorCode, address: fault.address)),
            .faults)
    }

    /// Delivers an exception or interrupt, and tells what became of the ring.
    func observed(vector: UInt8, _ deliver: () -> Delivery) -> Delivery {
        guard events.wants([.ringChanges, .removals]) else { return deliver() }
        let before = side
        cpu.pointee.engine.lastGate = 0
        mmu.writer = .processor
        let delivery = deliver()
        mmu.writer = .store
        tellRingChange(from: before, vector: vector, gate: .other)
        return delivery
    }

    // MARK: Rings

    private var side: RingChange.Side {
        let privileged = cpu.pointee.privileged
        return RingChange.Side(
            cpl: privileged.cpl, isVirtual8086: privileged.isProtected && privileged.isVirtual8086,
            stack: (privileged[.ss].selector, cpu[.esp]), eip: cpu.pointee.engine.eip)
    }

    private func tellRingChange(from before: RingChange.Side, vector: UInt8?, gate: RingChange.Gate) {
        guard events.wants(.ringChanges) else { return }
        let after = side
        let through = self.gate(ofType: cpu.pointee.engine.lastGate) ?? gate
        let isTask = through == .taskSwitch
        guard isTask || before.cpl != after.cpl || before.isVirtual8086 != after.isVirtual8086 else { return }
        events.send(
            .ringChanged(
                RingChange(
                    gate: through, vector: vector, before: before, after: after,
                    stackSwitched: isTask || before.stack.selector != after.stack.selector
                        || before.cpl != after.cpl)),
            .ringChanges)
    }

    /// The gate that handlers of the hypervisor met on the way; its descriptor's type (SDM vol. 3, table 3-2).
    private func gate(ofType type: UInt8) -> RingChange.Gate? {
        switch type {
        case SystemType.callGate16, SystemType.callGate32: .callGate
        case SystemType.interruptGate16, SystemType.interruptGate32: .interruptGate
        case SystemType.trapGate16, SystemType.trapGate32: .trapGate
        case SystemType.availableTSS32: .taskSwitch
        default: nil
        }
    }

    private func gate(_ call: HypervisorCall) -> RingChange.Gate {
        switch call {
        case .iret: .interruptReturn
        case .retFar: .farReturn
        case .sysenter: .sysenter
        case .sysexit: .sysexit
        default: .other
        }
    }

    private func vector(_ call: HypervisorCall, _ arguments: CallArguments) -> UInt8? {
        switch call {
        case .int: UInt8(truncatingIfNeeded: arguments.immediate)
        case .int3: 3
        case .into: 4
        case .icebp: 1
        default: nil
        }
    }
}

import VellumExecution
import VellumHypervisor
import VellumIA32

/// What `advance` met.
public enum Progress: Equatable, Sendable {
    /// The instruction count reached the limit.
    case ran
    /// The processor is halted with interrupts enabled.  `until` is the virtual time, in nanoseconds, of the next thing
    /// that may wake it; nil when only input can.
    case idle(until: UInt64?)
    case ended(ExitReport)
    /// A breakpoint or watchpoint was met, or a step was made; `advance` goes on from there.
    case stopped(DebuggerStop)
}

/// What happens to virtual time while the processor is halted.
public enum IdlePolicy: Sendable {
    /// It jumps to the next event; `advance` returns only when there is none.
    case skip
    /// `advance` returns, and the caller decides how time goes on.
    case wait
}

extension Machine {
    /// A device whose line is masked may plan for ever without waking the processor: after so many events in vain the
    /// wait counts as one without end.
    static let skipLimit = 1 << 20

    /// Instructions retired since power-on.
    public var instructions: UInt64 { processor.instructions }

    /// Virtual time in nanoseconds.
    public var virtualTime: UInt64 { board.now }

    /// Runs to the end, or to a number of instructions, through breakpoints and watchpoints.  Without a source of
    /// input, a processor that is halted for good ends the run.
    @discardableResult public func run(maximumInstructions: UInt64 = .max) -> ExitReport {
        while true {
            switch advance(to: maximumInstructions) {
            case .ran: return .instructionLimit(maximumInstructions)
            case .idle: return .halted
            case .ended(let report): return report
            case .stopped: continue
            }
        }
    }

    /// Runs until the instruction count reaches `limit`, the processor idles, or the run ends.  Where `advance` stops
    /// does not change what the guest sees.
    ///
    /// - Parameter time: nanoseconds of virtual time at which it stops too, as `.ran`; a wait is cut short there.
    public func advance(to limit: UInt64, time: UInt64 = .max, idle: IdlePolicy = .skip) -> Progress {
        while true {
            if let progress = settle(idle, until: time) { return progress }
            guard processor.instructions < limit, board.now < time else { return .ran }
            if isHalted, !board.interruptPending { continue }
            if let progress = runEngine(until: min(limit, board.instruction(at: time))) { return progress }
        }
    }

    /// Does what is due now: devices, played-back events, requests, and the wait of a halted processor.
    private func settle(_ idle: IdlePolicy, until time: UInt64) -> Progress? {
        deliverPlayback()
        board.synchronize()
        if let report = takeRequest() { return .ended(report) }
        if let progress = dos?.progress { return progress }
        if board.now >= time { return .ran }
        if let progress = sleep(idle, until: time) { return progress }
        guard isHalted else { return nil }
        if board.interruptPending, processor.cpu.acceptsInterrupts { return nil }
        guard processor.cpu.acceptsInterrupts else { return .ended(.halted) }
        let event = [board.nextDeadline, playback?.next?.time].compactMap { $0 }.min()
        let next = time == .max ? event : min(event ?? time, time)
        guard let next, idle == .skip, skipsSinceWake < Machine.skipLimit else {
            return .idle(until: idle == .skip ? nil : next)
        }
        skipsSinceWake += 1
        board.skip(to: next)
        return nil
    }

    /// A service of the BIOS lets time pass: it goes on at once to whatever comes first, that time or an event.
    private func sleep(_ idle: IdlePolicy, until time: UInt64) -> Progress? {
        guard let wake = dos?.bios?.sleepUntil, board.now < wake, !board.interruptPending else { return nil }
        let next = [board.nextDeadline, playback?.next?.time, wake, time].compactMap { $0 }.min() ?? wake
        if idle == .wait { return .idle(until: next) }
        board.skip(to: next)
        board.synchronize()
        return nil
    }

    private func runEngine(until limit: UInt64) -> Progress? {
        var target = min(limit, board.nextDeadlineInstruction)
        if let next = playback?.next { target = min(target, max(next.instruction, processor.instructions + 1)) }
        isHalted = false
        skipsSinceWake = 0
        switch processor.run(until: max(target, processor.instructions + 1)) {
        case .limit, .events, .stopRequested: break
        case .halted: isHalted = true
        case .shutdown(let report):
            lastShutdown = report
            return tripleFault(report).map { .ended($0) }
        case .debugger(let stop): return .stopped(DebuggerStop(stop))
        }
        return nil
    }

    // MARK: Requests

    private func takeRequest() -> ExitReport? {
        guard let request = board.request else { return nil }
        board.request = nil
        switch request {
        case .powerOff: return .powerOff
        case .debugExit(let value): return debugExit(value)
        case .reset(let cause): return reset(cause)
        }
    }

    private func debugExit(_ value: UInt32) -> ExitReport {
        let status = configuration.debugExitRaw ? value : value << 1 | 1
        return ExitReport(
            .debugExit, status: Int32(status & 0xFF), message: "the guest wrote \(value) to its debug exit")
    }

    private func reset(_ cause: ResetCause) -> ExitReport? {
        if plan.firmware != nil, cause != .resetControl, board.returnsFromReset {
            // Software for the 286 on its way back to real mode: only the processor starts again.
            processor.reset()
            board.chips.addressLine20.set(true)
            isHalted = false
            return nil
        }
        guard configuration.onReset == .reboot else { return .reset(cause) }
        observer?.machineWillRestart(self, because: cause.rawValue)
        start()
        return nil
    }

    /// Software that means to reset by a triple fault first makes delivery impossible with an empty IDT, or leaves a
    /// shutdown code in CMOS; anything else is a guest that crashed.
    private func tripleFault(_ report: ShutdownReport) -> ExitReport? {
        let planned = processor.cpu.pointee.privileged.idtr.limit == 0 || board.shutdownCode != 0
        guard planned else { return .tripleFault(report.description) }
        return reset(.tripleFault)
    }

    // MARK: Events from outside

    /// Gives the guest an event now, and logs it.
    package func deliver(_ event: ExternalEvent) {
        log.events.append(LoggedEvent(instruction: instructions, time: virtualTime, event: event))
        if case .console(let bytes, let ended) = event { dos?.kernel?.console.receive(bytes, ended: ended) }
        board.deliver(event)
    }

    private func deliverPlayback() {
        while let event = playback?.take(instruction: instructions, time: virtualTime) { deliver(event) }
    }
}

extension UnsafeMutablePointer where Pointee == CPUState {
    /// EFLAGS.IF.
    var acceptsInterrupts: Bool { pointee.privileged.systemFlags & EFlags.interrupt.rawValue != 0 }
}

extension Board {
    /// The shutdown code in CMOS byte 0Fh.
    var shutdownCode: UInt8 { chips.clock[cmos: 0x0F] }

    /// The shutdown code makes firmware go on with the software that was running, through 40h:67h.
    var returnsFromReset: Bool { [0x05, 0x09, 0x0A].contains(shutdownCode) }
}

import CVellumSupport
import Glibc
import VellumMachine

/// How a run meets the host; made from the options, with what they leave open decided.
struct RunPlan {
    var maximumInstructions: UInt64 = .max
    /// Nanoseconds of real time; nil for no limit.
    var timeout: UInt64?
    var usesHostClock = false
    /// The live display gets what the guest sends to its serial port.
    var displaysSerial = false
    /// Where a DOS program's console leads, unless the live display has it.
    var console: ConsoleChannel?
    var log = LogLevel.error
}

/// One run of a machine: feeds it input, keeps time where the host's clock rules, and knows when to stop.
///
/// The machine is run in slices; where they end changes nothing for the guest.
final class RunSession {
    let machine: Machine
    let plan: RunPlan
    var serial: SerialChannel
    let display: LiveDisplay?
    let debugger: DebugServer?
    /// The end that the machine came to, while a debugger looks at it.
    private var heldEnd: ExitReport?
    /// Where the slice at hand ends; nil when the next one begins.
    private var sliceEnd: UInt64?
    private let observer: SessionObserver
    /// Uses the guest in a person's stead.
    private let script: ScriptRunner?
    private var pacer: Pacer?
    private let start = HostClock.now

    /// Instructions between two looks at the host: some ten milliseconds.
    private static let slice: UInt64 = 2_000_000
    /// With the host's clock: two milliseconds of virtual time at the default speed.
    private static let pacedSlice: UInt64 = 200_000
    /// The longest wait for input, in nanoseconds, so that time limits are seen.
    private static let longestWait: UInt64 = 50_000_000

    init(
        machine: Machine, plan: RunPlan, serial: SerialChannel, display: LiveDisplay?, debugger: DebugServer? = nil,
        script: ScriptRunner? = nil
    ) {
        self.machine = machine
        self.debugger = debugger
        self.script = script
        self.plan = plan
        self.serial = serial
        self.display = display
        observer = SessionObserver(
            output: serial.output, display: plan.displaysSerial ? display : nil, console: plan.console,
            terminal: display, script: script, log: plan.log)
        machine.observer = observer
        if plan.usesHostClock { pacer = Pacer(host: HostClock.now, virtual: machine.virtualTime) }
    }

    /// Seconds since the session was made.
    var wallSeconds: Double { Double(HostClock.now - start) / 1e9 }

    /// Bytes that the guest sent to its serial port or DOS console.
    var outputCount: UInt64 { observer.serialCount + observer.consoleCount }

    /// Runs to the end.
    func run() -> ExitReport {
        while true {
            if let report = hostStop() { return report }
            switch debugger?.serve(wait: 0) ?? .run {
            case .standStill: standStill()
            case .end: return finish(.killed)
            case .run: if let report = go(steps: false) { return report }
            case .step: if let report = go(steps: true) { return report }
            }
        }
    }

    /// Runs to the end of the slice, or one instruction; the run's end when it came.
    private func go(steps: Bool) -> ExitReport? {
        if let heldEnd { return finish(heldEnd) }
        let limit = beginSlice()
        if let report = script?.advance() { return finish(report) }
        let policy: IdlePolicy = pacer == nil ? .skip : .wait
        let stop = min(limit, script?.nextInstruction ?? .max)
        let progress =
            steps
            ? machine.step(idle: policy)
            : machine.advance(to: stop, time: script?.nextTime ?? .max, idle: policy)
        display?.show(machine)
        switch progress {
        case .ran where machine.instructions < limit: return nil
        case .ended(let report): return end(report)
        case .ran: return endSlice()
        case .stopped(let stop):
            debugger?.stopped(stop)
            return machine.instructions >= limit ? endSlice() : nil
        case .idle(let until): return rest(until: until)
        }
    }

    /// The processor waits.
    private func rest(until: UInt64?) -> ExitReport? {
        sliceEnd = nil
        serial.output?.flush()
        plan.console?.output.flush()
        if feedConsole() { return nil }
        guard until != nil || canWake || script?.isDone == false else { return end(.halted) }
        idle(until: until)
        return nil
    }

    /// Where a slice ends does not depend on a debugger's stops in it, so that input comes when it would without.
    private func beginSlice() -> UInt64 {
        if let sliceEnd { return sliceEnd }
        feedInput(wait: 0)
        let size = pacer == nil ? RunSession.slice : RunSession.pacedSlice
        let limit = min(plan.maximumInstructions, machine.instructions &+ size)
        sliceEnd = limit
        return limit
    }

    private func endSlice() -> ExitReport? {
        sliceEnd = nil
        if machine.instructions >= plan.maximumInstructions {
            return finish(.instructionLimit(plan.maximumInstructions))
        }
        pace()
        return nil
    }

    /// A guest that crashed is shown to the debugger first.
    private func end(_ report: ExitReport) -> ExitReport? {
        let report = script?.ended(report) ?? report
        guard let debugger, debugger.holds(report) else { return finish(report) }
        heldEnd = report
        debugger.crashed()
        return nil
    }

    /// Waits for the debugger; time stands still for the guest.
    private func standStill() {
        serial.output?.flush()
        let wait = display == nil ? RunSession.longestWait : RunSession.longestWait / 4
        if let display {
            display.feed(machine, wait: wait)
            display.show(machine)
        }
        _ = debugger?.serve(wait: wait)
        if pacer != nil { pacer = Pacer(host: HostClock.now, virtual: machine.virtualTime) }
    }

    private func finish(_ report: ExitReport) -> ExitReport {
        observer.finish()
        debugger?.ended(report)
        return report
    }

    // MARK: The host's reasons to stop

    private func hostStop() -> ExitReport? {
        let signal = vellum_signal_received()
        if signal != 0 { return finish(.signal(signal)) }
        if display?.wantsToQuit == true { return finish(.quit) }
        if let timeout = plan.timeout, HostClock.now - start >= timeout { return finish(.timeout) }
        return nil
    }

    // MARK: Input

    /// Something may still come that wakes a processor for which no device plans anything.
    private var canWake: Bool {
        if display != nil { return true }
        return machine.awaitsSerialInput && serial.input?.isOpen == true
    }

    /// Hands over what has come from outside; waits up to `wait` nanoseconds for it.
    private func feedInput(wait: UInt64) {
        if let display {
            display.feed(machine, wait: wait)
            return
        }
        // A guest that does not read must not fill the host's memory.
        let room = 4096 - min(4096, machine.pendingSerialInput)
        // A script is all the input that its run has.
        let bytes = script == nil ? serial.input?.read(limit: room, wait: wait) : nil
        if let bytes { machine.sendSerial(bytes) } else { HostInput.sleep(wait) }
    }

    /// Answers a DOS program that reads its standard input; false when none does.
    private func feedConsole() -> Bool {
        let wanted = machine.consoleWanted
        guard wanted != .nothing else { return false }
        guard let console = plan.console else {
            machine.sendConsole([], ended: true)
            return true
        }
        let bytes = console.read(wait: wanted == .input ? RunSession.longestWait : 0)
        if wanted == .poll || !bytes.isEmpty || console.ended { machine.sendConsole(bytes, ended: console.ended) }
        return true
    }

    // MARK: Time

    /// Keeps to the host's clock after a slice.
    private func pace() {
        guard let pacer else { return }
        switch pacer.step(host: HostClock.now, virtual: machine.virtualTime, deadline: machine.nextDeadline) {
        case .go: break
        case .wait(let nanoseconds): feedInput(wait: min(nanoseconds, RunSession.longestWait))
        case .skip(let nanoseconds): machine.deliver(.skip(nanoseconds))
        }
    }

    /// The processor is halted: waits for input, or until the host's clock reaches the next event.
    private func idle(until deadline: UInt64?) {
        guard let pacer else { return feedInput(wait: RunSession.longestWait) }
        let wait = deadline.map { pacer.wait(until: $0, host: HostClock.now) } ?? RunSession.longestWait
        feedInput(wait: min(wait, RunSession.longestWait))
        let reached = min(pacer.virtualTime(host: HostClock.now), deadline ?? .max)
        let now = machine.virtualTime
        if reached > now { machine.deliver(.skip(reached - now)) }
    }
}

extension ExitReport {
    /// The debugger killed the guest: as a process that was.
    static let killed = ExitReport(.signal, status: 137, message: "ended by the debugger")
    /// The user left the live display.
    static let quit = ExitReport(.signal, status: 130, message: "ended from the keyboard")
}

/// Takes what the guest sends out.
private final class SessionObserver: MachineObserver {
    private let output: OutputBuffer?
    private let display: LiveDisplay?
    private let console: ConsoleChannel?
    /// Shows a DOS program's console where that has no channel of its own.
    private let terminal: LiveDisplay?
    private let script: ScriptRunner?
    private let log: LogLevel
    private(set) var serialCount: UInt64 = 0
    private(set) var consoleCount: UInt64 = 0
    private var debugLine: [UInt8] = []

    init(
        output: OutputBuffer?, display: LiveDisplay?, console: ConsoleChannel?, terminal: LiveDisplay?,
        script: ScriptRunner?, log: LogLevel
    ) {
        self.terminal = terminal
        self.script = script
        self.output = output
        self.console = console
        self.display = display
        self.log = log
    }

    func machine(_ machine: Machine, didSendSerial byte: UInt8) {
        serialCount += 1
        script?.receive(serial: byte)
        if let output { output.put(byte) } else { display?.put(serial: byte) }
    }

    func machine(_ machine: Machine, didWriteConsole byte: UInt8) {
        consoleCount += 1
        if let console { console.put(byte) } else { terminal?.put(console: byte) }
    }

    func machine(_ machine: Machine, didNote line: String) {
        guard log > .quiet else { return }
        console?.output.flush()
        HostIO.report(line)
    }

    func machineWillRestart(_ machine: Machine, because reason: String) {
        if log >= .info { HostIO.report("the machine starts again: reset by \(reason)") }
    }

    func machine(_ machine: Machine, didWriteDebug byte: UInt8, port: UInt16) {
        guard log >= .debug else { return }
        if byte == 0x0A || debugLine.count >= 200 { flushDebug() } else { debugLine.append(byte) }
    }

    private func flushDebug() {
        guard !debugLine.isEmpty else { return }
        HostIO.report("debug port: \(String(decoding: debugLine, as: UTF8.self))")
        debugLine = []
    }

    func finish() {
        flushDebug()
        output?.flush()
        console?.output.flush()
    }
}

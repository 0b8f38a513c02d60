/// Carries a script out on a machine, at moments of virtual time.
///
/// Whoever runs the machine lets it go no further than `nextTime` and `nextInstruction`, then calls `advance`.
package final class ScriptRunner {
    /// Between two looks at the screen and the serial port, in nanoseconds of virtual time.
    package static let interval: UInt64 = 10_000_000

    private let script: Script
    private unowned let machine: Machine
    /// Writes the screen to a file; a message when that failed.
    private let writeScreen: (String) -> String?
    private var next = 0
    /// When the step at hand began; nil before it did.
    private var began: (instruction: UInt64, time: UInt64)?
    private var limit = Script.standardLimit
    private var typist = Typist()
    private var serial = OutputMatcher()
    /// The screen that has been looked at.
    private var seenGeneration: UInt64?

    package init(_ script: Script, machine: Machine, writeScreen: @escaping (String) -> String?) {
        self.script = script
        self.machine = machine
        self.writeScreen = writeScreen
    }

    /// Nothing is left to do; the guest runs on by itself.
    package var isDone: Bool { next >= script.steps.count }

    /// The virtual time at which the script acts next; never, when it is done.
    package var nextTime: UInt64 {
        guard !isDone else { return .max }
        let now = machine.virtualTime
        switch script.steps[next].action {
        case .after(.nanoseconds(let span)): return sum(began?.time ?? now, span)
        case .after(.instructions): return .max
        case .type, .key: return max(typist.due, now)
        default: return now - now % ScriptRunner.interval + ScriptRunner.interval
        }
    }

    /// The number of instructions at which it acts next.
    package var nextInstruction: UInt64 {
        guard !isDone, let began else { return .max }
        switch script.steps[next].action {
        case .after(.instructions(let span)): return sum(began.instruction, span)
        case .waitScreen, .waitSerial:
            guard case .instructions(let span) = limit else { return .max }
            return sum(began.instruction, span)
        default: return .max
        }
    }

    private func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }

    /// A byte that the guest sent to its first serial port.
    package func receive(serial byte: UInt8) { if !isDone { serial.append(byte) } }

    /// Does what can be done now; the run's end when the script says so, or a wait has failed.
    package func advance() -> ExitReport? {
        while !isDone {
            let step = script.steps[next]
            if began == nil {
                began = (machine.instructions, machine.virtualTime)
                if let report = begin(step) { return report }
            }
            guard isComplete(step.action) else { return failure(step) }
            next += 1
            began = nil
        }
        return nil
    }

    /// The end to report when the guest came to one by itself: its own, unless the script still waits for something.
    package func ended(_ report: ExitReport) -> ExitReport {
        if let own = advance() { return own }
        let waiting = script.steps[min(next, script.steps.count)...].first { $0.action.isWait }
        guard let waiting else { return report }
        return failed(waiting, because: "the guest's end came first (\(report.reason.rawValue): \(report.message))")
    }

    // MARK: Steps

    private func begin(_ step: ScriptStep) -> ExitReport? {
        switch step.action {
        case .type(let text):
            typist.begin(text.unicodeScalars.compactMap(KeyCombination.typing), now: machine.virtualTime)
        case .key(let keys): typist.begin(keys, now: machine.virtualTime)
        case .sendSerial(let bytes): machine.sendSerial(bytes)
        case .within(let span): limit = span
        case .waitScreen: seenGeneration = nil
        case .waitSerial: serial.restart()
        case .screen(let file):
            if let problem = writeScreen(file) {
                return ExitReport(.script, status: 70, message: place(step) + problem)
            }
        case .quit(let status):
            return ExitReport(.script, status: status, message: place(step) + "the script quits")
        case .after: break
        }
        return nil
    }

    private func isComplete(_ action: ScriptStep.Action) -> Bool {
        switch action {
        case .waitScreen(let text): return screenShows(text)
        case .waitSerial(let bytes): return serial.take(bytes)
        case .type, .key:
            typist.advance(machine)
            return typist.isDone
        case .after(let span): return hasPassed(span)
        case .sendSerial, .screen, .within, .quit: return true
        }
    }

    private func screenShows(_ text: String) -> Bool {
        guard machine.screenGeneration != seenGeneration else { return false }
        seenGeneration = machine.screenGeneration
        return machine.textScreen?.lines.contains { $0.contains(text) } ?? false
    }

    private func hasPassed(_ span: ScriptSpan) -> Bool {
        guard let began else { return false }
        switch span {
        case .instructions(let count): return machine.instructions - began.instruction >= count
        case .nanoseconds(let time): return machine.virtualTime - began.time >= time
        }
    }

    // MARK: Failure

    private func failure(_ step: ScriptStep) -> ExitReport? {
        guard step.action.isWait, hasPassed(limit) else { return nil }
        return failed(step, because: "it did not come within \(limit)")
    }

    private func failed(_ step: ScriptStep, because reason: String) -> ExitReport {
        ExitReport(
            .script, status: 123, message: place(step) + "waited for \(step.action.awaited), but \(reason)")
    }

    private func place(_ step: ScriptStep) -> String { "\(script.name):\(step.line): " }
}

extension ScriptStep.Action {
    fileprivate var isWait: Bool {
        switch self {
        case .waitScreen, .waitSerial: true
        default: false
        }
    }

    /// What a wait waits for, for a person.
    fileprivate var awaited: String {
        switch self {
        case .waitScreen(let text): "'\(text)' on the screen"
        case .waitSerial(let bytes): "'\(String(decoding: bytes, as: UTF8.self))' from the serial port"
        default: "its step"
        }
    }
}

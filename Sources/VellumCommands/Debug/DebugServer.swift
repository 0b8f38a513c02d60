import VellumDebugger
import VellumMachine

/// Serves one debugger at a time over a socket.
final class DebugServer {
    /// What the machine is to do next.
    enum Wish: Equatable {
        case run
        case step
        case standStill
        /// The debugger ended the run.
        case end
    }

    private let listener: DebugListener
    private let stub: DebugStub
    private let log: LogLevel
    private var connection: DebugConnection?

    init(_ machine: Machine, _ listener: DebugListener, startsStopped: Bool, log: LogLevel) {
        self.listener = listener
        self.log = log
        stub = DebugStub(target: MachineDebugTarget(machine), isStopped: startsStopped)
    }

    /// A debugger is there.
    var isConnected: Bool { connection != nil }

    /// Hears what the debugger has to say, waiting up to `wait` nanoseconds for it, and answers.
    func serve(wait: UInt64) -> Wish {
        if let connection {
            stub.receive(connection.read(wait: wait))
            connection.send(stub.takeOutput())
            if stub.state == .detached { hangUp("the debugger has let go") }
            if !connection.isOpen { lose() }
        } else if let accepted = listener.accept(wait: wait) {
            connection = accepted
            stub.connected()
            report("a debugger has connected")
        }
        return wish
    }

    private var wish: Wish {
        switch stub.state {
        case .stopped: .standStill
        case .running, .detached, .ended: .run
        case .stepping: .step
        case .killed: .end
        }
    }

    /// A run that ends so is worth a look at the machine before it does.
    func holds(_ exit: ExitReport) -> Bool {
        isConnected && (exit.reason == .tripleFault || exit.reason == .halted) && stub.isResumed
    }

    /// The machine stopped by itself.
    func stopped(_ stop: DebuggerStop) { tell(TargetStop(stop)) }

    /// The machine can go no further, and ends when it is told to go on.
    func crashed() { tell(.fatal) }

    private func tell(_ stop: TargetStop) {
        stub.stopped(stop)
        connection?.send(stub.takeOutput())
    }

    /// The run is over; the debugger is told, and has a moment to take it.
    func ended(_ exit: ExitReport) {
        stub.ended(status: exit.status)
        connection?.send(stub.takeOutput())
        connection?.flush(wait: 100_000_000)
        connection = nil
    }

    private func lose() {
        guard connection != nil else { return }
        stub.disconnected()
        let waits = stub.state == .stopped
        hangUp("the debugger is gone" + (waits ? "; the guest waits for another" : ""))
    }

    private func hangUp(_ message: String) {
        connection?.flush(wait: 100_000_000)
        connection = nil
        report(message)
    }

    private func report(_ text: String) {
        if log >= .info { HostIO.report("gdb: \(text)") }
    }
}

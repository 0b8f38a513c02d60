/// The GDB remote protocol's side of the target: bytes in, bytes out, and whether the machine is to run (GDB manual,
/// "GDB Remote Serial Protocol").
///
/// It knows no socket and no clock.  Its owner feeds it what the debugger sends (`receive`), sends what `takeOutput`
/// gives, runs the target as `state` says, and tells it why the target stopped (`stopped`, `ended`).  Whatever bytes
/// come, it holds one packet at most, answers each once, and never fails.
public final class DebugStub {
    /// What the machine is to do.
    public enum State: Equatable, Sendable {
        case stopped
        case running
        /// One instruction, and then more of them while the next is in `range`.
        case stepping(range: Range<UInt32>?)
        /// The debugger has let go; the machine runs on without it.
        case detached
        /// The debugger wants the machine's end.
        case killed
        /// The machine came to its end, and the debugger knows.
        case ended
    }

    /// Bytes that a packet's contents may have, in both directions.
    public static let packetSize = 0x4000
    /// Breakpoints and watchpoints that are kept at most.
    static let pointLimit = 4096

    let target: any DebugTarget
    public internal(set) var state = State.stopped
    private var parser = PacketParser(limit: packetSize)
    private var output: [UInt8] = []
    /// The last packet, in case it must be sent again.
    private var lastPacket: [UInt8] = []
    private var acknowledges = true
    /// No acknowledgements from the next packet on.
    private var quitsAcknowledging = false
    /// The last stop, for `?`.
    var lastStop = TargetStop.interrupt
    var space = AddressSpace.linear
    var points: Set<DebugPoint> = []
    /// What the debugger said that it understands.
    var features: Set<String> = []

    /// - Parameter isStopped: the machine waits for a debugger before it runs.
    public init(target: any DebugTarget, isStopped: Bool = true) {
        self.target = target
        state = isStopped ? .stopped : .detached
    }

    /// A debugger has just connected: the machine stands still until told otherwise.
    public func connected() {
        parser = PacketParser(limit: DebugStub.packetSize)
        output = []
        lastPacket = []
        acknowledges = true
        quitsAcknowledging = false
        features = []
        space = .linear
        clearPoints()
        lastStop = .interrupt
        state = .stopped
    }

    /// The connection is gone without a word: breakpoints go with it.  A machine that ran runs on; one that stood still
    /// waits for the next debugger.
    public func disconnected() {
        clearPoints()
        if state != .stopped, state != .killed { state = .detached }
    }

    /// Takes what the debugger sent.
    public func receive(_ bytes: some Sequence<UInt8>) {
        for event in parser.parse(bytes) {
            switch event {
            case .packet(let contents):
                if acknowledges { output.append(UInt8(ascii: "+")) }
                if let reply = answer(contents) { send(reply) }
                if quitsAcknowledging { acknowledges = false }
            case .damaged: if acknowledges { output.append(UInt8(ascii: "-")) }
            case .interrupt: interrupt()
            case .acknowledgement: break
            case .request: if acknowledges { output += lastPacket }
            }
        }
    }

    /// Bytes to send to the debugger, once.
    public func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Ctrl-C, or a debugger that wants to look at a running machine.
    func interrupt() {
        guard isResumed else { return }
        report(.interrupt)
    }

    /// The machine runs under the debugger.
    public var isResumed: Bool {
        switch state {
        case .running, .stepping: true
        default: false
        }
    }

    /// The target stopped while it ran or stepped.
    public func stopped(_ stop: TargetStop) {
        guard isResumed else { return }
        // A step within the range that the debugger gave is not worth a word.
        if stop == .step, case .stepping(let range?) = state {
            let isAtBreakpoint = hasBreakpoint(at: target.instructionAddress)
            if range.contains(shownPlace), !isAtBreakpoint { return }
            return report(isAtBreakpoint ? .breakpoint : .step)
        }
        report(stop)
    }

    /// The machine came to its end with an exit status.
    public func ended(status: Int32) {
        guard state != .detached, state != .ended else { return }
        if state != .killed { send(Array("W\(HexText.byte(UInt8(truncatingIfNeeded: status)))".utf8)) }
        state = .ended
    }

    /// EIP as the debugger is shown it.
    private var shownPlace: UInt32 { target.read(.eip).reversed().reduce(0) { $0 << 8 | UInt32($1) } }

    private func report(_ stop: TargetStop) {
        state = .stopped
        lastStop = stop
        send(stopReply())
    }

    func send(_ contents: [UInt8]) {
        lastPacket = PacketWriter.packet(contents)
        output += lastPacket
    }

    func stopAcknowledging() { quitsAcknowledging = true }
}

/// What becomes of a command: a reply that stands for itself.
enum Reply {
    static let ok = Array("OK".utf8)
    /// The command is not known: the debugger does without.
    static let unsupported: [UInt8] = []
    /// The command makes no sense as it stands (EINVAL).
    static let invalid = Array("E16".utf8)
    /// There is no memory (EFAULT).
    static let noMemory = Array("E0e".utf8)
    /// Too many (ENOSPC).
    static let full = Array("E1c".utf8)

    static func done(_ success: Bool) -> [UInt8] { success ? ok : invalid }
}

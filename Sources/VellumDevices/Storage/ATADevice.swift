/// What every device on an ATA cable has in common: the task file, the transfer in progress and the interrupt.
///
/// A command takes `commandTime` before it asks for data or ends: drivers rely on the interrupt not coming before they
/// have left the code that writes the command.
class ATADevice {
    enum Phase: UInt8, Codable, Sendable {
        case idle
        /// BSY is set until `due`.
        case executing
        /// Data goes through the data port: to the host, from the host, or a command packet from the host.
        case dataIn, dataOut, packetOut
        /// Waits for the bus master.
        case dma
    }

    struct State: Codable, Equatable, Sendable {
        var taskFile = ATATaskFile()
        var phase = Phase.idle
        var command: UInt8 = 0
        /// What goes through the data port now.
        var buffer: [UInt8] = []
        var position = 0
        /// When the command goes on, in nanoseconds.
        var due: UInt64?
        /// The device asks for an interrupt.
        var interrupt = false
        var disk = ATADisk.Progress()
        var packet = ATAPIDrive.Progress()
    }

    /// From a command to its first effect, in nanoseconds.
    static let commandTime: UInt64 = 2_000
    /// No transfer through the data port is larger.
    static let largestBuffer = 1 << 16

    let clock: any VirtualClock
    final var content = State()

    init(clock: any VirtualClock) {
        self.clock = clock
        reset()
    }

    var state: State {
        get { content }
        set { if isValid(newValue) { content = newValue } }
    }

    func isValid(_ state: State) -> Bool {
        state.buffer.count <= Self.largestBuffer && (0...state.buffer.count).contains(state.position)
    }

    var isPacketDevice: Bool { false }

    /// Power-on, SRST and the device's own reset.
    func reset() {
        content.taskFile.setSignature(packet: isPacketDevice)
        // Diagnostics passed.
        content.taskFile.error = 1
        content.taskFile.status = isPacketDevice ? 0 : ATATaskFile.Status.ready | ATATaskFile.Status.seekComplete
        content.phase = .idle
        content.due = nil
        content.interrupt = false
        content.buffer = []
        content.position = 0
    }

    // MARK: Commands

    /// The command register was written.
    func start(_ command: UInt8) {
        content.command = command
        content.taskFile.error = 0
        content.interrupt = false
        content.buffer = []
        content.position = 0
        wait()
    }

    /// Sets BSY until the command goes on.
    func wait() {
        content.phase = .executing
        content.taskFile.status = ATATaskFile.Status.busy
        content.due = clock.now.addingSaturated(Self.commandTime)
    }

    /// Does what is due by `now`.
    func advance(to now: UInt64, _ busMaster: BusMaster) {
        guard let due = content.due, due <= now else { return }
        content.due = nil
        switch content.phase {
        case .executing: execute()
        case .dma: transfer(busMaster)
        default: break
        }
    }

    /// The waiting time is over.
    func execute() {}

    /// The bus master is ready: all of the data moves at once.
    func transfer(_ busMaster: BusMaster) {}

    /// The data port has taken or given all of the buffer.
    func bufferDone() {}

    /// The command ended well.
    func finish() { end(status: 0, error: 0) }

    func abort() { end(status: ATATaskFile.Status.error, error: ATATaskFile.Fault.aborted) }

    func end(status: UInt8, error: UInt8) {
        content.phase = .idle
        content.taskFile.status = ATATaskFile.Status.ready | ATATaskFile.Status.seekComplete | status
        content.taskFile.error = error
        content.interrupt = true
    }

    // MARK: Data

    /// Offers bytes at the data port, or asks for as many.
    func request(_ phase: Phase, _ buffer: [UInt8], interrupt: Bool) {
        content.phase = phase
        content.buffer = buffer
        content.position = 0
        content.taskFile.status =
            ATATaskFile.Status.ready | ATATaskFile.Status.seekComplete | ATATaskFile.Status.request
        if interrupt { content.interrupt = true }
    }

    /// Waits for the bus master to be started.
    func requestDMA() {
        content.phase = .dma
        content.taskFile.status =
            ATATaskFile.Status.ready | ATATaskFile.Status.seekComplete | ATATaskFile.Status.request
    }

    final var awaitsBusMaster: Bool { content.phase == .dma && content.due == nil }

    func busMasterStarted() { content.due = clock.now.addingSaturated(Self.commandTime) }

    final func readData(width: Int) -> UInt32 {
        guard content.phase == .dataIn else { return 0 }
        let (value, isDone) = content.takeData(width)
        if isDone { bufferDone() }
        return value
    }

    final func writeData(_ value: UInt32, width: Int) {
        guard content.phase == .dataOut || content.phase == .packetOut else { return }
        if content.putData(value, width) { bufferDone() }
    }

    // MARK: Identification

    /// Text as IDENTIFY has it: padded with blanks, the bytes of each word exchanged.
    static func put(_ text: String, _ words: Range<Int>, into identity: inout [UInt16]) {
        let bytes = Array(text.utf8.prefix(words.count * 2))
        for (index, word) in words.enumerated() {
            let pair = (0..<2).map { index * 2 + $0 < bytes.count ? UInt16(bytes[index * 2 + $0]) : 0x20 }
            identity[word] = pair[0] << 8 | pair[1]
        }
    }

    /// Words as the bytes that the data port gives.
    static func bytes(_ words: [UInt16]) -> [UInt8] {
        words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }
}

extension ATADevice.State {
    /// The next bytes of the buffer, and whether they were the last.
    fileprivate mutating func takeData(_ width: Int) -> (UInt32, isDone: Bool) {
        var value: UInt32 = 0
        let end = min(position + width, buffer.count)
        var shift: UInt32 = 0
        while position < end {
            value |= UInt32(buffer[position]) << shift
            shift += 8
            position += 1
        }
        return (value, position == buffer.count)
    }

    /// Puts the next bytes into the buffer; true when it is full.
    fileprivate mutating func putData(_ value: UInt32, _ width: Int) -> Bool {
        let end = min(position + width, buffer.count)
        var rest = value
        while position < end {
            buffer[position] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
            position += 1
        }
        return position == buffer.count
    }
}

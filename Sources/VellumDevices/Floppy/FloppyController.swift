/// The 82077AA floppy-disk controller (Intel 290166) with two drives, at ports 3F0h–3F5h and 3F7h, interrupt line 6 and
/// DMA channel 2.
///
/// A command goes through three phases: its bytes come in, it is carried out, its results are read.  Carrying out takes
/// a fixed time, after which all of the data moves at once.
package final class FloppyController: Device, PortDevice, TimedDevice {
    enum Phase: UInt8, Codable, Sendable { case command, executing, dataIn, dataOut, result }

    package struct State: Codable, Equatable, Sendable {
        /// Digital output: drive (bits 0–1), not reset (2), interrupts and DMA on (3), motors (4–7).
        var output: UInt8 = 0x0C
        var tape: UInt8 = 0
        var rate: UInt8 = 2
        var phase = Phase.command
        /// The command's bytes so far, then the results, or the data of a transfer without DMA.
        var bytes: [UInt8] = []
        var position = 0
        var command: [UInt8] = []
        /// When the command goes on, or a reset ends, in nanoseconds.
        var due: UInt64?
        var interrupt = false
        /// Status 0 of drives whose seek ended, or of all four after a reset, for SENSE INTERRUPT STATUS.
        var pending: [UInt8] = []
        /// SPECIFY's bytes and CONFIGURE's second and third.
        var specified: [UInt8] = [0, 0]
        var configured: [UInt8] = [0, 0]
        var perpendicular: UInt8 = 0
        var locked = false
        var drives: [FloppyDrive.State] = [FloppyDrive.State(), FloppyDrive.State()]
    }

    enum Output {
        static let notReset: UInt8 = 0x04, gate: UInt8 = 0x08
    }

    /// Seeks, and transfers until their first byte, in nanoseconds.
    static let commandTime: UInt64 = 200_000
    /// The channel of the DMA controller.
    static let channel = 2
    /// A transfer without DMA is no longer than both tracks of a cylinder.
    private static let largestBuffer = 2 * 36 * 512

    package let ports: [ClosedRange<UInt16>] = [0x3F0...0x3F5, 0x3F7...0x3F7]
    let clock: any VirtualClock
    let dma: DMAController
    let bus: any DMABus
    private let line: any InterruptLine
    var registers = State()
    var drives = [FloppyDrive(), FloppyDrive()]

    /// - Parameter line: interrupt line 6.
    package init(clock: any VirtualClock, line: any InterruptLine, dma: DMAController, bus: any DMABus) {
        self.clock = clock
        self.line = line
        self.dma = dma
        self.bus = bus
    }

    /// Puts a disk into a drive, or takes it out.
    package func insert(_ medium: (any BlockMedium)?, drive: Int) {
        guard drives.indices.contains(drive) else { return }
        drives[drive].medium = medium
        drives[drive].format = medium.flatMap { FloppyFormat(sectorCount: $0.sectorCount) } ?? .standard
        registers.drives[drive].changed = true
        drives[drive].content.changed = true
    }

    package var state: State {
        get {
            var state = registers
            state.drives = drives.map(\.content)
            return state
        }
        set {
            guard newValue.drives.count == 2, newValue.bytes.count <= Self.largestBuffer, newValue.pending.count <= 4,
                (0...newValue.bytes.count).contains(newValue.position), isValid(command: newValue),
                newValue.specified.count == 2, newValue.configured.count == 2
            else { return }
            registers = newValue
            for index in drives.indices { drives[index].content = newValue.drives[index] }
        }
    }

    /// Past the command phase all bytes of a command are there.
    private func isValid(command state: State) -> Bool {
        let length = state.command.first.map(Self.length) ?? 1
        return state.phase == .command
            ? state.command.count < length || state.command.isEmpty
            : state.command.count == length
    }

    package func reset() {
        let old = registers
        registers = State()
        registers.drives = old.drives
        updateLine()
    }

    func updateLine() { line.set(registers.interrupt && registers.output & Output.gate != 0) }

    // MARK: Time

    package var deadline: UInt64? { registers.due }

    package func advance(to now: UInt64) {
        guard let due = registers.due, due <= now else { return }
        registers.due = nil
        if registers.phase == .executing { execute() } else { resetDone() }
        updateLine()
    }

    // MARK: Ports

    package func read(port: UInt16) -> UInt8 {
        defer { updateLine() }
        switch port {
        // Status A and B: interrupt pending; drive select and motors.
        case 0x3F0: return registers.interrupt ? 0x80 : 0
        case 0x3F1: return 0xC0 | registers.output >> 4 & 3 | (registers.output & 1) << 5
        case 0x3F2: return registers.output
        case 0x3F3: return registers.tape
        case 0x3F4: return mainStatus
        case 0x3F5: return readData()
        case 0x3F7: return digitalInput
        default: return 0xFF
        }
    }

    package func write(port: UInt16, value: UInt8) {
        switch port {
        case 0x3F2: writeOutput(value)
        case 0x3F3: registers.tape = value & 3
        case 0x3F4:
            registers.rate = value & 3
            // Bit 7 resets and goes back by itself.
            if value & 0x80 != 0 { beginReset() }
        case 0x3F5: writeData(value)
        case 0x3F7: registers.rate = value & 3
        default: break
        }
        updateLine()
    }

    /// The drive that the output register selects has had its door opened: bit 7.
    private var digitalInput: UInt8 {
        let number = Int(registers.output & 3)
        guard drives.indices.contains(number), registers.output >> UInt8(4 + number) & 1 != 0 else { return 0 }
        return drives[number].medium == nil || drives[number].content.changed ? 0x80 : 0
    }

    /// Request for master (bit 7), to the host (6), without DMA (5), busy with a command (4).
    private var mainStatus: UInt8 {
        guard registers.output & Output.notReset != 0 else { return 0 }
        switch registers.phase {
        case .command: return registers.due != nil ? 0 : registers.command.isEmpty ? 0x80 : 0x90
        case .executing: return isSeeking ? 0x10 | 1 << (registers.command[1] & 3) : 0x10
        case .dataIn: return 0xF0
        case .dataOut: return 0xB0
        case .result: return 0xD0
        }
    }

    private func writeOutput(_ value: UInt8) {
        let changed = registers.output ^ value
        registers.output = value
        guard changed & Output.notReset != 0 else { return }
        if value & Output.notReset == 0 {
            clear()
        } else {
            beginReset()
        }
    }

    // MARK: Reset

    private func clear() {
        registers.phase = .command
        registers.command = []
        registers.bytes = []
        registers.position = 0
        registers.due = nil
        registers.interrupt = false
        registers.pending = []
        if !registers.locked { registers.configured = [0, 0] }
    }

    private func beginReset() {
        clear()
        registers.due = clock.now.addingSaturated(Self.commandTime)
    }

    /// The drives are polled, and each has become ready (section 5.2.4).
    private func resetDone() {
        registers.pending = (UInt8(0)..<4).map { 0xC0 | $0 }
        registers.interrupt = true
    }

    // MARK: The data register

    private func readData() -> UInt8 {
        guard registers.phase == .result || registers.phase == .dataIn, registers.position < registers.bytes.count
        else { return 0 }
        let value = registers.bytes[registers.position]
        registers.position += 1
        if registers.phase == .result { registers.interrupt = false }
        guard registers.position == registers.bytes.count else { return value }
        if registers.phase == .dataIn { finishWithoutDMA() } else { clearCommand() }
        return value
    }

    func clearCommand() {
        registers.phase = .command
        registers.command = []
        registers.bytes = []
        registers.position = 0
    }

    private func writeData(_ value: UInt8) {
        guard registers.output & Output.notReset != 0, registers.due == nil else { return }
        switch registers.phase {
        case .command:
            registers.command.append(value)
            if registers.command.count >= Self.length(registers.command[0]) { begin() }
        case .dataOut:
            guard registers.position < registers.bytes.count else { return }
            registers.bytes[registers.position] = value
            registers.position += 1
            if registers.position == registers.bytes.count { finishWithoutDMA() }
        case .executing, .dataIn, .result: break
        }
    }
}

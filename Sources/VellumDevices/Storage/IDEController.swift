/// The IDE function of the 82371SB (PIIX3, Intel 290550): function 1 of device 1, two channels at the ports of the PC/AT
/// and a bus master for each.
package final class IDEController: Device, PortDevice, TimedDevice, PCIFunction, RelocatableDevice {
    package struct State: Codable, Equatable, Sendable {
        var configuration: PCIRegisters
        var channels: [ATAChannel.State]
    }

    private static let layout = {
        var layout = PCILayout(device: 0x7010, classCode: 0x010180, commandMask: 0x0005, status: 0x0280)
        // All of the address is writable, since firmware works out the size from the bits that are not.
        layout.set(0x20, 1, writable: 0xFFFF_FFF0)
        // Timing of both channels; bit 15 of each decodes its ports, which this board always does.
        layout.set(0x40, 0x8000_8000, writable: 0xFFFF_FFFF)
        return layout
    }()

    private static let commandPorts: [UInt16] = [0x1F0, 0x170]
    private static let controlPorts: [UInt16] = [0x3F6, 0x376]

    private var configuration = layout.registers
    private let clock: any VirtualClock
    let channels: [ATAChannel]
    package var onPortsChange: () -> Void = {}

    /// - Parameters:
    ///   - lines: interrupt lines 14 and 15.
    ///   - bus: memory, for the bus master.
    package init(clock: any VirtualClock, lines: [any InterruptLine], bus: any DMABus) {
        self.clock = clock
        channels = lines.prefix(2).map { ATAChannel(line: $0, bus: bus) }
    }

    /// Connects a hard disk: drives 0 and 1 are the first channel's, 2 and 3 the second's.
    package func attachDisk(_ medium: any BlockMedium, geometry: DiskGeometry, drive: Int) {
        guard channels.indices.contains(drive >> 1) else { return }
        let disk = ATADisk(clock: clock, medium: medium, geometry: geometry, serial: "VL0000\(drive + 1)")
        channels[drive >> 1].attach(disk, second: drive & 1 != 0)
    }

    /// Connects a CD-ROM drive with a disc in it, or without.
    package func attachCD(_ medium: (any BlockMedium)?, drive: Int) {
        guard channels.indices.contains(drive >> 1) else { return }
        channels[drive >> 1].attach(ATAPIDrive(clock: clock, medium: medium), second: drive & 1 != 0)
    }

    package var state: State {
        get { State(configuration: configuration, channels: channels.map(\.state)) }
        set {
            guard newValue.configuration.isWellFormed, newValue.channels.count == channels.count else { return }
            configuration = newValue.configuration
            for (channel, state) in zip(channels, newValue.channels) { channel.state = state }
            onPortsChange()
        }
    }

    package func reset() {
        configuration = Self.layout.registers
        for channel in channels { channel.reset() }
        onPortsChange()
    }

    // MARK: Time

    package var deadline: UInt64? { channels.reduce(nil) { earlier($0, $1.deadline) } }

    package func advance(to now: UInt64) {
        for channel in channels { channel.advance(to: now) }
    }

    // MARK: Configuration

    /// Where the bus master's sixteen ports are, when the command register lets them answer.
    private var busMasterBase: UInt16? {
        guard configuration[word: 0x04] & PCILayout.Command.io != 0 else { return nil }
        guard let base = UInt16(exactly: configuration[0x20] & ~15) else { return nil }
        return base == 0 ? nil : base
    }

    package func readConfiguration(offset: UInt8) -> UInt32 { configuration[offset] }

    package func writeConfiguration(offset: UInt8, value: UInt32, mask: UInt32) {
        let before = busMasterBase
        Self.layout.write(&configuration, offset: offset, value: value, mask: mask)
        if busMasterBase != before { onPortsChange() }
    }

    // MARK: Ports

    package var ports: [ClosedRange<UInt16>] {
        var ports: [ClosedRange<UInt16>] = [0x1F0...0x1F7, 0x3F6...0x3F6, 0x170...0x177, 0x376...0x376]
        if let base = busMasterBase { ports.append(base...base + 15) }
        return ports
    }

    /// What a port belongs to.
    private enum Place {
        case command(Int, UInt16), control(Int), busMaster(Int, UInt16)
    }

    private func place(_ port: UInt16) -> Place? {
        for index in channels.indices {
            if port & 0xFFF8 == Self.commandPorts[index] { return .command(index, port & 7) }
            if port == Self.controlPorts[index] { return .control(index) }
        }
        guard let base = busMasterBase, port >= base, port - base < 16, (port - base) >> 3 < channels.count else {
            return nil
        }
        return .busMaster(Int((port - base) >> 3), port & 7)
    }

    package func read(port: UInt16) -> UInt8 {
        switch place(port) {
        case .command(let index, 0): UInt8(truncatingIfNeeded: channels[index].readData(width: 1))
        case .command(let index, let register): channels[index].read(register)
        case .control(let index): channels[index].alternateStatus
        case .busMaster(let index, let register): channels[index].busMaster.read(register)
        case nil: 0xFF
        }
    }

    package func write(port: UInt16, value: UInt8) {
        switch place(port) {
        case .command(let index, 0): channels[index].writeData(UInt32(value), width: 1)
        case .command(let index, let register): channels[index].write(register, value)
        case .control(let index): channels[index].writeControl(value)
        case .busMaster(let index, let register):
            channels[index].busMaster.write(register, value)
            channels[index].update()
        case nil: break
        }
    }

    /// The data port takes words and doublewords whole.
    package func read(port: UInt16, width: Int) -> UInt32 {
        if case .command(let index, 0) = place(port) { return channels[index].readData(width: width) }
        return (0..<width).reduce(0) { $0 | UInt32(read(port: port &+ UInt16($1))) << UInt32($1 * 8) }
    }

    package func write(port: UInt16, value: UInt32, width: Int) {
        if case .command(let index, 0) = place(port) { return channels[index].writeData(value, width: width) }
        for byte in 0..<width {
            write(port: port &+ UInt16(byte), value: UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)))
        }
    }
}

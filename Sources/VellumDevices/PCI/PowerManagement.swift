/// The power-management function of the 82371AB (PIIX4, Intel 290562, chapter 7): function 3 of device 1, with the
/// fixed-hardware registers of ACPI 1.0 (section 4.7) at the ports that its configuration names, and the
/// system-management command port B2h.
package final class PowerManagement: Device, PortDevice, TimedDevice, PCIFunction, RelocatableDevice {
    package struct State: Codable, Equatable, Sendable {
        var configuration = PowerManagement.layout.registers
        /// PM1 status, without the timer's bit, which follows from the time.
        var status: UInt16 = 0
        var enable: UInt16 = 0
        /// PM1 control without SLP_EN, which reads as zero.
        var control: UInt16 = 0
        /// Up to this toggle of the timer's high bit the timer's status was cleared.
        var acknowledged: UInt64 = 0
        /// The general-purpose events' enables: nothing ever sets one.
        var generalEnable: UInt16 = 0
        var command: UInt8 = 0
        var commandStatus: UInt8 = 0
    }

    /// PM1 control: ACPI mode.
    static let sciEnable: UInt16 = 1
    private static let sleepEnable: UInt16 = 1 << 13
    /// SLP_TYP of S5 (290562, "PMCNTRL").
    private static let softOff: UInt16 = 0
    private static let timerStatus: UInt16 = 1
    private static let oscillator = Oscillator(hertz: 3_579_545)
    /// What firmware writes to port B2h to have ACPI mode on and off (SeaBIOS's FADT).
    private static let acpiOn: UInt8 = 0xF1, acpiOff: UInt8 = 0xF0
    /// The general-purpose events of the tables that SeaBIOS builds.
    static let generalEvents: UInt16 = 0xAFE0

    private static let layout = {
        var layout = PCILayout(device: 0x7113, revision: 3, classCode: 0x068000, commandMask: 0x0001, status: 0x0280)
        layout.set(0x3C, 0x0000_0100, writable: 0xFF)
        layout.set(0x40, 1, writable: 0xFFC0)
        // APMC_EN is set as if there were system-management code: firmware then brings none of its own.
        layout.set(0x58, 0x0200_0000, writable: 0xFFFF_FFFF)
        layout.set(byte: 0x80, 0, writable: 1)
        layout.set(0x90, 1, writable: 0xFFF0)
        layout.set(byte: 0xD2, 0, writable: 0x0F)
        return layout
    }()

    private let clock: any VirtualClock
    private let line: any InterruptLine
    private let powerOff: () -> Void
    package var onPortsChange: () -> Void = {}
    private var registers = State()

    /// - Parameters:
    ///   - line: the system control interrupt, line 9.
    ///   - powerOff: the guest asked for S5.
    package init(clock: any VirtualClock, line: any InterruptLine, powerOff: @escaping () -> Void) {
        self.clock = clock
        self.line = line
        self.powerOff = powerOff
    }

    package var state: State {
        get { registers }
        set {
            guard newValue.configuration.isWellFormed else { return }
            registers = newValue
            onPortsChange()
        }
    }

    package func reset() {
        registers = State()
        registers.acknowledged = toggles
        update()
        onPortsChange()
    }

    // MARK: Where the registers are

    /// PMBASE, when PMREGMISC enables it.
    private var base: UInt16? {
        guard registers.configuration[byte: 0x80] & 1 != 0 else { return nil }
        return registers.configuration[word: 0x40] & 0xFFC0
    }

    package var ports: [ClosedRange<UInt16>] {
        var ports: [ClosedRange<UInt16>] = [0xB2...0xB3, Self.generalEvents...Self.generalEvents + 3]
        if let base { ports.append(base...base + 0x0B) }
        return ports
    }

    package func readConfiguration(offset: UInt8) -> UInt32 { registers.configuration[offset] }

    package func writeConfiguration(offset: UInt8, value: UInt32, mask: UInt32) {
        let before = base
        Self.layout.write(&registers.configuration, offset: offset, value: value, mask: mask)
        if base != before { onPortsChange() }
    }

    // MARK: The timer

    private var ticks: UInt64 { Self.oscillator.ticks(at: clock.now) }
    /// How often bit 23 has changed.
    private var toggles: UInt64 { ticks >> 23 }
    private var timerRang: Bool { toggles > registers.acknowledged }

    package var deadline: UInt64? {
        guard registers.enable & Self.timerStatus != 0, registers.control & Self.sciEnable != 0, !timerRang else {
            return nil
        }
        return Self.oscillator.nanoseconds(ofTick: (toggles + 1) << 23)
    }

    package func advance(to now: UInt64) { update() }

    private var status: UInt16 { registers.status | (timerRang ? Self.timerStatus : 0) }

    /// The system control interrupt is a level: an enabled status bit in ACPI mode.
    private func update() {
        line.set(status & registers.enable != 0 && registers.control & Self.sciEnable != 0)
    }

    // MARK: Ports

    package func read(port: UInt16) -> UInt8 { UInt8(truncatingIfNeeded: read(port: port, width: 1)) }

    package func read(port: UInt16, width: Int) -> UInt32 {
        let mask: UInt32 = width >= 4 ? ~0 : 1 << UInt32(width * 8) - 1
        return register(port) >> (UInt32(offset(port) & 3) * 8) & mask
    }

    /// A port's distance from the block that it lies in.
    private func offset(_ port: UInt16) -> UInt16 {
        switch port {
        case 0xB2, 0xB3: port &- 0xB2
        case Self.generalEvents...Self.generalEvents + 3: port &- Self.generalEvents
        default: port &- (base ?? 0)
        }
    }

    /// The 32-bit register that a port lies in.
    private func register(_ port: UInt16) -> UInt32 {
        switch port {
        case 0xB2, 0xB3: return UInt32(registers.command) | UInt32(registers.commandStatus) << 8
        case Self.generalEvents...Self.generalEvents + 3: return UInt32(registers.generalEnable) << 16
        default: break
        }
        switch offset(port) >> 2 {
        case 0: return UInt32(status) | UInt32(registers.enable) << 16
        case 1: return UInt32(registers.control)
        // 24 bits at three times the interval timer's clock.
        case 2: return UInt32(truncatingIfNeeded: ticks) & 0xFF_FFFF
        default: return ~0
        }
    }

    package func write(port: UInt16, value: UInt8) {
        switch port {
        case 0xB2: systemCommand(value)
        case 0xB3: registers.commandStatus = value
        case Self.generalEvents...Self.generalEvents + 3:
            if offset(port) & 2 != 0 { merge(value, into: &registers.generalEnable, high: port & 1 != 0) }
        default: writeEvents(offset(port), value)
        }
        update()
    }

    private func merge(_ value: UInt8, into register: inout UInt16, high: Bool) {
        register = high ? register & 0x00FF | UInt16(value) << 8 : register & 0xFF00 | UInt16(value)
    }

    private func writeEvents(_ offset: UInt16, _ value: UInt8) {
        switch offset {
        case 0:
            // A one clears a status bit.
            registers.status &= ~UInt16(value)
            if value & 1 != 0 { registers.acknowledged = toggles }
        case 1: registers.status &= ~(UInt16(value) << 8)
        case 2, 3: merge(value, into: &registers.enable, high: offset == 3)
        case 4: writeMode(value)
        case 5: writeSleep(UInt16(value) << 8)
        default: break
        }
    }

    /// SCI_EN is not software's to change: port B2h is for that.
    private func writeMode(_ value: UInt8) {
        registers.control = registers.control & (0xFF00 | Self.sciEnable) | UInt16(value & 0xFE)
    }

    private func writeSleep(_ value: UInt16) {
        registers.control = registers.control & 0x00FF | value & ~Self.sleepEnable
        if value & Self.sleepEnable != 0, value >> 10 & 7 == Self.softOff { powerOff() }
    }

    /// A command to the system-management code, which is the machine's own and knows ACPI mode only.
    private func systemCommand(_ value: UInt8) {
        registers.command = value
        switch value {
        case Self.acpiOn: registers.control |= Self.sciEnable
        case Self.acpiOff: registers.control &= ~Self.sciEnable
        default: break
        }
    }
}

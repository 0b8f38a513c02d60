/// The fixed-hardware registers of ACPI 1.0 (section 4.7): PM1 events and control, and the power-management timer.
/// The only thing that they can do is to switch the machine off.
package final class PowerManagement: Device, PortDevice {
    package struct State: Codable, Equatable, Sendable {
        /// PM1 enable; nothing ever sets a status bit.
        var enable: UInt16 = 0
        /// PM1 control without SLP_EN, which reads as zero.
        var control: UInt16 = 0
    }

    /// SCI_EN: the machine is in ACPI mode from the start, since there is no SMM to switch it.
    static let sciEnable: UInt16 = 1
    private static let sleepEnable: UInt16 = 1 << 13
    /// SLP_TYP of S5 as the board's `_S5` object says.
    private static let softOff: UInt16 = 0

    package let ports: [ClosedRange<UInt16>]
    private let base: UInt16
    private let clock: any VirtualClock
    private let powerOff: () -> Void
    private var registers = State()

    /// - Parameters:
    ///   - base: the event block's port; control follows at + 4, the timer at + 8.
    ///   - powerOff: the guest asked for S5.
    package init(base: UInt16 = 0x600, clock: any VirtualClock, powerOff: @escaping () -> Void) {
        self.base = base
        self.clock = clock
        self.powerOff = powerOff
        ports = [base...base + 0x0B]
    }

    package var state: State {
        get { registers }
        set { registers = newValue }
    }

    package func reset() { registers = State() }

    /// 24 bits at three times the interval timer's clock: 3.579545 MHz.
    private var timer: UInt32 {
        UInt32(truncatingIfNeeded: Oscillator(hertz: 3_579_545).ticks(at: clock.now)) & 0xFF_FFFF
    }

    package func read(port: UInt16) -> UInt8 {
        UInt8(truncatingIfNeeded: read(port: port, width: 1))
    }

    package func read(port: UInt16, width: Int) -> UInt32 {
        let offset = Int(port - base)
        let all: [UInt32] = [UInt32(registers.enable) << 16, UInt32(registers.control | Self.sciEnable), timer]
        guard offset < 12 else { return ~0 }
        let value = all[offset >> 2] >> UInt32((offset & 3) * 8)
        return width == 4 ? value : value & (1 << UInt32(width * 8) - 1)
    }

    package func write(port: UInt16, value: UInt8) {
        switch port - base {
        case 2: registers.enable = registers.enable & 0xFF00 | UInt16(value)
        case 3: registers.enable = registers.enable & 0x00FF | UInt16(value) << 8
        case 4: registers.control = registers.control & 0xFF00 | UInt16(value)
        case 5: writeSleep(UInt16(value) << 8)
        default: break
        }
    }

    private func writeSleep(_ value: UInt16) {
        registers.control = registers.control & 0x00FF | value & ~Self.sleepEnable
        if value & Self.sleepEnable != 0, value >> 10 & 7 == Self.softOff { powerOff() }
    }
}

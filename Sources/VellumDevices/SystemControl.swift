/// The board's small control ports: 61h (speaker, refresh, timer 2), 80h (power-on test codes), 92h (fast A20 and
/// reset) and CF9h (reset control).
package final class SystemControl: Device, PortDevice {
    /// How much of the machine a reset reaches.
    package enum Reset: String, Codable, Sendable {
        /// The processor alone: memory and devices stay, as 286 software expects on its way back from protected mode.
        case processor
        /// Every device as well.
        case system
    }

    package struct State: Codable, Equatable, Sendable {
        /// Port 61h bits 0–3: gate of timer 2, speaker data, parity and channel checks off.
        var speaker: UInt8 = 0
        var postCode: UInt8 = 0
        /// Port 92h without bit 1, which is the address line itself.
        var portA: UInt8 = 0
        var resetControl: UInt8 = 0
    }

    /// The memory is refreshed every 18 clocks of the timer, about 15 µs; port 61h bit 4 changes each time.
    static let refreshClocks: UInt64 = 18

    package let ports: [ClosedRange<UInt16>] = [0x61...0x61, 0x80...0x80, 0x92...0x92, 0xCF9...0xCF9]
    private let clock: any VirtualClock
    private let timer: IntervalTimer
    private let addressLine20: Wire
    private let requestReset: (Reset) -> Void
    /// Called with each power-on test code that the guest shows.
    package var onPostCode: ((UInt8) -> Void)?
    private var registers = State()

    /// - Parameter addressLine20: shared with the keyboard controller; the last writer wins.
    package init(
        clock: any VirtualClock, timer: IntervalTimer, addressLine20: Wire, requestReset: @escaping (Reset) -> Void
    ) {
        self.clock = clock
        self.timer = timer
        self.addressLine20 = addressLine20
        self.requestReset = requestReset
    }

    package var state: State {
        get { registers }
        set { registers = newValue }
    }

    package func reset() {
        registers = State()
        timer.speakerGate = false
    }

    /// The last power-on test code.
    package var postCode: UInt8 { registers.postCode }
    /// The speaker sounds timer 2: port 61h bits 0 and 1.
    package var speakerOn: Bool { registers.speaker & 3 == 3 }

    package func read(port: UInt16) -> UInt8 {
        switch port {
        case 0x61: return readSpeaker()
        case 0x80: return registers.postCode
        case 0x92: return registers.portA & ~2 | (addressLine20.level ? 2 : 0)
        case 0xCF9: return registers.resetControl
        default: return 0xFF
        }
    }

    private func readSpeaker() -> UInt8 {
        var value = registers.speaker
        if Oscillator.timer.ticks(at: clock.now) / Self.refreshClocks & 1 != 0 { value |= 0x10 }
        if timer.speakerOutput { value |= 0x20 }
        return value
    }

    package func write(port: UInt16, value: UInt8) {
        switch port {
        case 0x61:
            registers.speaker = value & 0x0F
            timer.speakerGate = value & 1 != 0
        case 0x80:
            registers.postCode = value
            onPostCode?(value)
        case 0x92: writePortA(value)
        case 0xCF9: writeResetControl(value)
        default: break
        }
    }

    /// Bit 0 resets the processor when it rises.
    private func writePortA(_ value: UInt8) {
        let rises = value & ~registers.portA & 1 != 0
        registers.portA = value
        addressLine20.set(value & 2 != 0)
        if rises { requestReset(.processor) }
    }

    /// Bit 2 resets when it is written as one; bits 1 and 3 make that a reset of everything (Intel 82371SB, "Reset
    /// Control Register").
    private func writeResetControl(_ value: UInt8) {
        registers.resetControl = value & 0x0A
        if value & 4 != 0 { requestReset(value & 0x0A != 0 ? .system : .processor) }
    }
}

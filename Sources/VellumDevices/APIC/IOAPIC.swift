/// The I/O APIC 82093AA (Intel 290566): 24 inputs, a redirection entry for each, and two registers at FEC00000h.
///
/// An input's level here means "asserted": the polarity of an entry is remembered and changes nothing.
package final class IOAPIC: Device, MemoryDevice {
    package struct State: Codable, Equatable, Sendable {
        var identity: UInt32 = 0
        /// IOREGSEL.
        var selected: UInt8 = 0
        var entries = [UInt64](repeating: IOAPIC.masked, count: IOAPIC.inputCount)
        /// Levels of the inputs.
        var inputs: UInt32 = 0
    }

    package static let window: ClosedRange<UInt32> = 0xFEC0_0000...0xFEC0_0FFF
    package static let inputCount = 24
    fileprivate static let masked: UInt64 = 1 << 16
    private static let requestSent: UInt64 = 1 << 14
    private static let isLevel: UInt64 = 1 << 15
    /// Vector, delivery mode, destination mode, polarity, trigger, mask and destination.
    private static let writable: UInt64 = 0xFF00_0000_0001_AFFF

    private let receiver: any InterruptMessageReceiver
    private var content = State()

    /// - Parameter receiver: the local APIC at the other end of the bus.
    package init(receiver: any InterruptMessageReceiver) { self.receiver = receiver }

    package var state: State {
        get { content }
        set { if newValue.entries.count == Self.inputCount { content = newValue } }
    }

    package func reset() {
        let inputs = content.inputs
        content = State()
        content.inputs = inputs
    }

    /// Input 0–23, for a device to drive.
    package func input(_ number: Int) -> any InterruptLine { Input(apic: self, number: min(max(number, 0), 23)) }

    private final class Input: InterruptLine {
        private let apic: IOAPIC
        private let number: Int

        init(apic: IOAPIC, number: Int) { (self.apic, self.number) = (apic, number) }

        func set(_ level: Bool) { apic.set(number, level) }
    }

    private func set(_ number: Int, _ level: Bool) {
        let bit: UInt32 = 1 << UInt32(number)
        guard (content.inputs & bit != 0) != level else { return }
        content.inputs ^= bit
        guard level else { return }
        if content.entries[number] & Self.isLevel != 0 { return service(number) }
        // An edge at a masked input is lost (section 3.2.4, "Interrupt Mask").
        if content.entries[number] & Self.masked == 0 { _ = send(number) }
    }

    /// Sends a level-triggered request that is asserted and not under way yet.
    private func service(_ number: Int) {
        let entry = content.entries[number]
        let isAsserted = content.inputs >> UInt32(number) & 1 != 0
        guard isAsserted, entry & Self.isLevel != 0, entry & (Self.masked | Self.requestSent) == 0 else { return }
        if send(number) { content.entries[number] |= Self.requestSent }
    }

    private func send(_ number: Int) -> Bool {
        let entry = content.entries[number]
        guard let delivery = InterruptMessage.Delivery(rawValue: UInt32(entry >> 8 & 7)) else { return false }
        return receiver.accept(
            InterruptMessage(
                vector: UInt8(truncatingIfNeeded: entry), delivery: delivery,
                destination: UInt8(truncatingIfNeeded: entry >> 56), isLogical: entry & 0x800 != 0,
                isLevel: entry & Self.isLevel != 0))
    }

    /// The end of a level-triggered interrupt: what is still asserted is sent again.
    package func endOfInterrupt(_ vector: UInt8) {
        for number in content.entries.indices {
            let entry = content.entries[number]
            guard UInt8(truncatingIfNeeded: entry) == vector, entry & Self.requestSent != 0 else { continue }
            content.entries[number] &= ~Self.requestSent
            service(number)
        }
    }

    // MARK: Registers

    /// IOREGSEL at 0, IOWIN at 10h.
    package func read(offset: UInt32, width: Int) -> UInt32 {
        let shift = offset & 3 * 8
        switch offset & ~3 {
        case 0x00: return UInt32(content.selected) >> shift
        case 0x10: return register >> shift
        default: return 0
        }
    }

    /// Registers are written whole.
    package func write(offset: UInt32, value: UInt32, width: Int) {
        switch offset {
        case 0x00: content.selected = UInt8(truncatingIfNeeded: value)
        case 0x10 where width == 4: setRegister(value)
        default: break
        }
    }

    private var register: UInt32 {
        switch content.selected {
        case 0x00, 0x02: return content.identity
        // Version 1.1, whose last entry is number 23.
        case 0x01: return 0x0017_0011
        default:
            guard let (number, shift) = selectedEntry else { return 0 }
            return UInt32(truncatingIfNeeded: content.entries[number] >> shift)
        }
    }

    /// The entry that IOREGSEL names, and the half of it.
    private var selectedEntry: (number: Int, shift: UInt64)? {
        guard (0x10..<0x10 + UInt8(Self.inputCount * 2)).contains(content.selected) else { return nil }
        return (Int(content.selected - 0x10) >> 1, content.selected & 1 == 0 ? 0 : 32)
    }

    private func setRegister(_ value: UInt32) {
        if content.selected == 0 { content.identity = value & 0x0F00_0000 }
        guard let (number, shift) = selectedEntry else { return }
        let half = UInt64(0xFFFF_FFFF) << shift & Self.writable
        content.entries[number] = content.entries[number] & ~half | UInt64(value) << shift & half
        // A request that is made edge-triggered is no longer under way.
        if content.entries[number] & Self.isLevel == 0 { content.entries[number] &= ~Self.requestSent }
        service(number)
    }
}

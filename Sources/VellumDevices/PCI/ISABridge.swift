/// The ISA bridge of the 82371SB (PIIX3, Intel 290550): function 0 of device 1.  It routes the four PCI interrupts to
/// the lines of the interrupt controller.
package final class ISABridge: Device, PCIFunction {
    package struct State: Codable, Equatable, Sendable {
        var registers: PCIRegisters
        /// Levels of PIRQA#–PIRQD# in bits 0–3, active when set.
        var requests: UInt8 = 0
    }

    static let routes: UInt8 = 0x60

    private static let layout = {
        var layout = PCILayout(device: 0x7000, classCode: 0x060100, header: 0x80, command: 0x0007)
        layout.set(byte: 0x4C, 0x4D, writable: 0xFF)
        layout.set(byte: 0x4E, 0x03, writable: 0xFF)
        layout.set(byte: 0x4F, 0x00, writable: 0xFF)
        // Bit 7 disconnects the request.
        for index in UInt8(0)..<4 { layout.set(byte: routes + index, 0x80, writable: 0x8F) }
        for offset in [0x69, 0x70, 0x76, 0x77, 0x82] as [UInt8] { layout.set(byte: offset, 0, writable: 0xFF) }
        for offset in UInt8(0xA0)...0xAF { layout.set(byte: offset, 0, writable: 0xFF) }
        return layout
    }()

    private let lines: [any InterruptLine]
    private var content = State(registers: layout.registers)

    /// - Parameter lines: the sixteen inputs of the interrupt controller.
    package init(lines: [any InterruptLine]) { self.lines = lines }

    package var state: State {
        get { content }
        set { if newValue.registers.isWellFormed { content = newValue } }
    }

    package func reset() {
        let before = routed
        content = State(registers: Self.layout.registers)
        drive(before)
    }

    /// Drives a PCI interrupt (0 for PIRQA#); true while a function asks for service.
    package func request(_ number: Int, _ level: Bool) {
        let before = routed
        let bit = UInt8(1) << UInt8(truncatingIfNeeded: number & 3)
        content.requests = level ? content.requests | bit : content.requests & ~bit
        drive(before)
    }

    /// The inputs of the interrupt controller that the requests reach.
    private var routed: UInt16 {
        (UInt8(0)..<4).reduce(0) { lines, number in
            let route = content.registers[byte: Self.routes + number]
            guard route & 0x80 == 0, content.requests >> number & 1 != 0 else { return lines }
            return lines | 1 << UInt16(route & 15)
        }
    }

    private func drive(_ before: UInt16) {
        let now = routed
        for (number, line) in lines.enumerated() where (before ^ now) >> UInt16(number) & 1 != 0 {
            line.set(now >> UInt16(number) & 1 != 0)
        }
    }

    package func readConfiguration(offset: UInt8) -> UInt32 { content.registers[offset] }

    package func writeConfiguration(offset: UInt8, value: UInt32, mask: UInt32) {
        let before = routed
        Self.layout.write(&content.registers, offset: offset, value: value, mask: mask)
        drive(before)
    }
}

/// The PC's pair of 8259A interrupt controllers: the master takes lines 0–7, the slave 8–15 through the master's
/// input 2.  Ports 20h/21h, A0h/A1h and the edge/level control registers 4D0h/4D1h.
package final class InterruptController: Device, PortDevice {
    package struct State: Codable, Equatable, Sendable {
        package var master = Chip()
        package var slave = Chip()
    }

    package let ports: [ClosedRange<UInt16>] = [0x20...0x21, 0xA0...0xA1, 0x4D0...0x4D1]
    /// The INTR output: an acknowledge would give a vector.
    package private(set) var interruptPending = false
    private let output: any InterruptLine
    private var chips = State()

    /// - Parameter output: follows INTR, the processor's interrupt request.
    package init(output: any InterruptLine = Wire()) {
        self.output = output
    }

    package var state: State {
        get { chips }
        set {
            chips = newValue
            update()
        }
    }

    /// The mask registers, for reports.
    package var masks: (first: UInt8, second: UInt8) { (chips.master.mask, chips.slave.mask) }

    /// The 8259A has no reset pin; power-on leaves it masked here, until software initialises it.
    package func reset() {
        chips.master.reset()
        chips.slave.reset()
        update()
    }

    /// Request line 0–15, for a device to drive.  Line 2 is the cascade: driving it does nothing.
    package func line(_ number: Int) -> any InterruptLine {
        Input(controller: self, number: UInt8(truncatingIfNeeded: number) & 15)
    }

    /// An interrupt acknowledge cycle: the vector.  With nothing pending it is the spurious one, line 7 of the chip
    /// that was asked.
    package func acknowledge() -> UInt8 {
        let input = chips.master.acknowledge()
        let vector: UInt8
        if input == 2, !chips.master.single, chips.master.cascade & 4 != 0 {
            vector = chips.slave.vector(chips.slave.acknowledge())
            chips.master.releaseCascade()
        } else {
            vector = chips.master.vector(input)
        }
        update()
        return vector
    }

    fileprivate func set(line: UInt8, _ level: Bool) {
        guard line != 2 else { return }
        let inputs = line < 8 ? chips.master.inputs : chips.slave.inputs
        guard (inputs >> (line & 7) & 1 != 0) != level else { return }
        if line < 8 {
            chips.master.setInput(line, level)
        } else {
            chips.slave.setInput(line & 7, level)
        }
        update()
    }

    /// Carries the slave's INT to the master and the master's to the processor.
    private func update() {
        if chips.slave.interrupt {
            chips.master.setInput(2, true)
        } else {
            chips.master.releaseCascade()
        }
        interruptPending = chips.master.interrupt
        output.set(interruptPending)
    }

    package func read(port: UInt16) -> UInt8 {
        defer { update() }
        switch port {
        case 0x20, 0x21: return chips.master.read(data: port & 1 != 0)
        case 0xA0, 0xA1: return chips.slave.read(data: port & 1 != 0)
        case 0x4D0: return chips.master.edgeLevelControl
        case 0x4D1: return chips.slave.edgeLevelControl
        default: return 0xFF
        }
    }

    /// The timer, keyboard, cascade, clock and coprocessor lines are always edge-triggered (Intel 82371FB, "Edge/Level
    /// Control Registers").
    package func write(port: UInt16, value: UInt8) {
        switch port {
        case 0x20, 0x21: chips.master.write(data: port & 1 != 0, value)
        case 0xA0, 0xA1: chips.slave.write(data: port & 1 != 0, value)
        case 0x4D0: chips.master.edgeLevelControl = value & 0xF8
        case 0x4D1: chips.slave.edgeLevelControl = value & 0xDE
        default: break
        }
        update()
    }

    /// One request input.  It keeps the controller alive, never the other way round.
    private final class Input: InterruptLine {
        private let controller: InterruptController
        private let number: UInt8

        init(controller: InterruptController, number: UInt8) {
            self.controller = controller
            self.number = number
        }

        func set(_ level: Bool) { controller.set(line: number, level) }
    }
}

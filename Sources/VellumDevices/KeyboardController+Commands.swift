/// The controller's commands (IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device
/// Controller").
extension KeyboardController {
    /// A byte written to port 64h.
    func command(_ value: UInt8) {
        switch value {
        case 0x20: reply(registers.commandByte)
        case 0x21...0x3F: reply(registers.memory[Int(value & 0x1F)])
        case 0x60...0x7F, 0xD1...0xD4: registers.awaiting = value
        case 0xA4: reply(0xF1)
        case 0xA7: registers.commandByte |= 0x20
        case 0xA8: registers.commandByte &= ~0x20
        case 0xA9, 0xAB, 0xE0: reply(0x00)
        case 0xAA:
            registers.commandByte |= 0x04
            reply(0x55)
        case 0xAD: registers.commandByte |= 0x10
        case 0xAE: registers.commandByte &= ~0x10
        case 0xC0: reply(0x80)
        case 0xD0: reply(outputPort)
        case 0xDD: addressLine20.set(false)
        case 0xDF: addressLine20.set(true)
        case 0xF0...0xFF: if value & 1 == 0 { requestReset() }
        default: break
        }
    }

    /// A byte written to port 60h: for the command before it, or for the keyboard, which it also enables.
    func data(_ value: UInt8) {
        let command = registers.awaiting
        registers.awaiting = nil
        switch command {
        case 0x60: registers.commandByte = value & 0x7F
        case .some(0x61...0x7F): registers.memory[Int((command ?? 0) & 0x1F)] = value
        case 0xD1: setOutputPort(value)
        case 0xD2: present(Byte(value: value, source: .keyboard))
        case 0xD3: present(Byte(value: value, source: .auxiliary))
        case 0xD4: registers.mouse.receive(value)
        default:
            registers.commandByte &= ~0x10
            registers.keyboard.receive(value)
        }
    }

    private func reply(_ value: UInt8) {
        present(Byte(value: value, source: .controller))
    }

    /// Not in reset (bit 0), address line 20 (1), the interrupts (4, 5), idle keyboard wires (6, 7).
    private var outputPort: UInt8 {
        var port: UInt8 = 0xC1
        if addressLine20.level { port |= 0x02 }
        if let output = registers.output { port |= output.source == .auxiliary ? 0x20 : 0x10 }
        return port
    }

    private func setOutputPort(_ value: UInt8) {
        addressLine20.set(value & 2 != 0)
        if value & 1 == 0 { requestReset() }
    }
}

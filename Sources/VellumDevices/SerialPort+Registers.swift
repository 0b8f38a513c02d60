/// The eight ports (PC16550D data sheet, table II).
extension SerialPort {
    private var divisorLatch: Bool { registers.lineControl & Bit.divisorLatch != 0 }

    func read(register: UInt16) -> UInt8 {
        switch register {
        case 0: return divisorLatch ? UInt8(registers.divisor & 0xFF) : readReceiver()
        case 1: return divisorLatch ? UInt8(registers.divisor >> 8) : registers.interruptEnable
        case 2: return readIdentification()
        case 3: return registers.lineControl
        case 4: return registers.modemControl
        case 5: return readLineStatus()
        case 6: return readModemStatus()
        default: return registers.scratch
        }
    }

    private func readReceiver() -> UInt8 {
        guard !registers.received.isEmpty else { return registers.lastRead }
        registers.lastRead = registers.received.removeFirst().byte
        registers.errorsShown = false
        registers.received.isEmpty ? refill() : updateLine()
        return registers.lastRead
    }

    /// Reading it clears the transmitter interrupt, but only when that is the one it names.
    private func readIdentification() -> UInt8 {
        let value = identification
        if value == 0x02 {
            registers.transmitterEmptied = false
            updateLine()
        }
        return value | (fifoEnabled ? 0xC0 : 0)
    }

    private func readLineStatus() -> UInt8 {
        var status = Bit.transmitterEmpty | lineErrors
        if !registers.received.isEmpty { status |= Bit.dataReady }
        if fifoEnabled, registers.received.contains(where: { $0.errors != 0 }) { status |= Bit.fifoError }
        registers.overrun = false
        registers.errorsShown = true
        updateLine()
        return status
    }

    private func readModemStatus() -> UInt8 {
        let status = registers.modemStatus
        registers.modemStatus &= 0xF0
        updateLine()
        return status
    }

    func write(register: UInt16, _ value: UInt8) {
        switch register {
        case 0 where divisorLatch: registers.divisor = registers.divisor & 0xFF00 | UInt16(value)
        case 0: send(value)
        case 1 where divisorLatch: registers.divisor = registers.divisor & 0x00FF | UInt16(value) << 8
        case 1: writeInterruptEnable(value & 0x0F)
        case 2: writeFIFOControl(value)
        case 3: writeLineControl(value)
        case 4: writeModemControl(value & 0x1F)
        case 7: registers.scratch = value
        default: break
        }
    }

    /// Enabling the transmitter interrupt raises it, since the transmitter is always empty.
    private func writeInterruptEnable(_ value: UInt8) {
        if value & ~registers.interruptEnable & 2 != 0 { registers.transmitterEmptied = true }
        registers.interruptEnable = value
        updateLine()
    }

    /// Turning the FIFOs on or off empties them; the other bits count only while bit 0 is written as one.
    private func writeFIFOControl(_ value: UInt8) {
        let switches = (value ^ registers.fifoControl) & 1 != 0
        if switches || value & 3 == 3 {
            registers.received = []
            registers.errorsShown = false
        }
        registers.fifoControl = value & 1 != 0 ? value & 0xC9 : 0
        refill()
    }

    private func writeLineControl(_ value: UInt8) {
        let starts = value & ~registers.lineControl & Bit.sendBreak != 0
        registers.lineControl = value
        if starts { sendBreak() }
        updateLine()
    }

    private func writeModemControl(_ value: UInt8) {
        registers.modemControl = value
        updateModem(changes: true)
        refill()
    }
}

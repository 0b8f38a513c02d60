// INT 1Ah: ticks and the real-time clock.
extension BIOS {
    func clock(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        registers.carry = false
        switch registers.ah {
        case 0x00:
            let ticks = host.readLong(BIOS.data(0x6C))
            registers.cx = UInt16(ticks >> 16)
            registers.dx = UInt16(truncatingIfNeeded: ticks)
            registers.al = byte(0x70)
            setByte(0x70, 0)
        case 0x01:
            host.writeLong(BIOS.data(0x6C), UInt32(registers.cx) << 16 | UInt32(registers.dx))
            setByte(0x70, 0)
        case 0x02:
            (registers.ch, registers.cl, registers.dh) = (cmos(4), cmos(2), cmos(0))
            registers.dl = cmos(0x0B) & 1
        case 0x03:
            setCMOS(4, registers.ch)
            setCMOS(2, registers.cl)
            setCMOS(0, registers.dh)
        case 0x04: (registers.ch, registers.cl, registers.dh, registers.dl) = (cmos(0x32), cmos(9), cmos(8), cmos(7))
        case 0x05:
            setCMOS(0x32, registers.ch)
            setCMOS(9, registers.cl)
            setCMOS(8, registers.dh)
            setCMOS(7, registers.dl)
        // PCI BIOS: not installed.
        default: registers.carry = true
        }
        return .done
    }

    func cmos(_ index: UInt8) -> UInt8 {
        host.writePort(0x70, index)
        return host.readPort(0x71)
    }

    func setCMOS(_ index: UInt8, _ value: UInt8) {
        host.writePort(0x70, index)
        host.writePort(0x71, value)
    }
}

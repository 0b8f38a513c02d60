// INT 15h: what the AT added, and INT 14h and 17h.
extension BIOS {
    func system(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        registers.carry = false
        switch registers.ah {
        // The keyboard's hook: the code goes on as it is.
        case 0x4F: registers.carry = true
        case 0x80...0x82, 0x85: registers.ah = 0
        case 0x83: return unsupported(&registers)
        // No joystick.
        case 0x84:
            registers.ah = 0x86
            registers.carry = true
        case 0x86: return sleep(&registers)
        case 0x87: return moveBlock(&registers)
        case 0x88: registers.ax = extendedMemoryIsTaken ? 0 : cmosWord(0x30)
        case 0x90, 0x91: registers.ah = 0
        case 0xC0:
            registers.es = StubTable.segment
            registers.bx = 0xE6F5
            registers.ah = 0
        case 0xC1: registers.es = word(0x0E)
        case 0x24: return addressLine20(&registers)
        case 0xE8 where registers.al == 0x01:
            let above = extendedMemoryIsTaken ? 0 : cmosWord(0x34)
            registers.ax = extendedMemoryIsTaken ? 0 : min(cmosWord(0x30), 0x3C00)
            registers.bx = above
            (registers.cx, registers.dx) = (registers.ax, above)
        default: return unsupported(&registers)
        }
        return .done
    }

    private func cmosWord(_ index: UInt8) -> UInt16 { UInt16(cmos(index)) | UInt16(cmos(index + 1)) << 8 }

    private func unsupported(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        registers.ah = 0x86
        registers.carry = true
        return .done
    }

    private func addressLine20(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let port = host.readPort(0x92)
        switch registers.al {
        case 0: host.writePort(0x92, port & ~0x03)
        case 1: host.writePort(0x92, port & ~0x01 | 0x02)
        case 2: registers.al = port >> 1 & 1
        case 3: registers.bx = 0x0002
        default: return unsupported(&registers)
        }
        registers.ah = 0
        return .done
    }

    /// AH=86h: CX:DX microseconds of virtual time.
    private func sleep(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let end = waitEnd ?? host.now &+ (UInt64(registers.cx) << 16 | UInt64(registers.dx)) * 1000
        guard host.now < end else {
            (waitEnd, sleepUntil) = (nil, nil)
            return .done
        }
        (waitEnd, sleepUntil) = (end, end)
        return .suspend
    }

    /// AH=87h: CX words between the blocks that two descriptors name, anywhere in memory.
    private func moveBlock(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let table = FarPointer(registers.es, registers.si).linear
        func base(_ descriptor: UInt32) -> UInt32 {
            let low = host.readLong(table + descriptor + 2) & 0xFF_FFFF
            return low | UInt32(host.readByte(table + descriptor + 7)) << 24
        }
        guard registers.cx <= 0x8000 else {
            registers.ah = 2
            registers.carry = true
            return .done
        }
        host.copyExtended(from: base(0x10), to: base(0x18), count: Int(registers.cx) * 2)
        registers.ah = 0
        registers.zero = true
        return .done
    }

    // MARK: INT 14h and 17h

    /// The ports that 40:00h names.
    func serial(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        guard registers.dx < 4, case let base = word(UInt32(registers.dx) * 2), base != 0 else {
            registers.ah = 0x80
            return .done
        }
        switch registers.ah {
        case 0: programSerial(base, registers.al)
        case 1:
            host.writePort(base, registers.al)
            registers.ah = host.readPort(base + 5) & 0x7F
            return .done
        case 2:
            guard host.readPort(base + 5) & 1 != 0 else {
                registers.ah = 0x80
                return .done
            }
            registers.al = host.readPort(base)
            registers.ah = host.readPort(base + 5) & 0x1E
            return .done
        default: break
        }
        registers.ah = host.readPort(base + 5)
        registers.al = host.readPort(base + 6)
        return .done
    }

    private func programSerial(_ base: UInt16, _ parameters: UInt8) {
        let divisors: [UInt16] = [1047, 768, 384, 192, 96, 48, 24, 12]
        let divisor = divisors[Int(parameters >> 5)]
        host.writePort(base + 3, 0x80)
        host.writePort(base, UInt8(truncatingIfNeeded: divisor))
        host.writePort(base + 1, UInt8(divisor >> 8))
        host.writePort(base + 3, parameters & 0x1F)
    }

    /// No printer: time-out, as from a port with nothing on it.
    func printer(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        registers.ah = 0x01
        return .done
    }
}

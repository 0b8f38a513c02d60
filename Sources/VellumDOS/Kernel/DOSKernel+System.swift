// Version, dates, country, switches, and the places of DOS's own data.
extension DOSKernel {
    func systemService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x2A...0x2D: clockService(&registers)
        case 0x2E: verify = registers.al & 1 != 0
        case 0x30:
            // 5.0; OEM number FFh, no serial number.
            registers.ax = 0x0005
            registers.bx = 0xFF00
            registers.cx = 0
        case 0x33: breakService(&registers)
        case 0x34: pointTo(DOSLayout.inDOS, &registers)
        case 0x37: switchService(&registers)
        case 0x38, 0x65, 0x66: return try countryService(&registers)
        case 0x52: pointTo(DOSLayout.listOfLists, &registers)
        case 0x54: registers.al = verify ? 1 : 0
        case 0x58: try strategyService(&registers)
        case 0x59: errorService(&registers)
        case 0x5D: try swappableService(&registers)
        case 0x61, 0x6B: registers.al = 0
        case 0x63: return doubleByteService(&registers)
        default: return unknownService(0x21, &registers)
        }
        return .done
    }

    private func pointTo(_ offset: UInt16, _ registers: inout ServiceRegisters) {
        registers.es = DOSLayout.segment
        registers.bx = offset
    }

    // MARK: Clock

    private func clockService(_ registers: inout ServiceRegisters) {
        let now = moment
        switch registers.ah {
        case 0x2A:
            registers.cx = UInt16(clamping: now.year)
            registers.dx = UInt16(now.month << 8 | now.day)
            registers.al = UInt8(now.weekday)
        case 0x2B:
            let date = Moment(year: Int(registers.cx), month: Int(registers.dh), day: Int(registers.dl))
            guard (1980...2099).contains(date.year), (1...12).contains(date.month), date.day >= 1,
                date.day <= Moment.daysIn(month: date.month, year: date.year)
            else {
                registers.al = 0xFF
                return
            }
            clockOffset += date.seconds - (clockSeconds - clockSeconds % 86_400)
            registers.al = 0
        case 0x2C:
            registers.cx = UInt16(now.hour << 8 | now.minute)
            // Hundredths as the 18.2 Hz clock has them would repeat; these are of virtual time.
            registers.dx = UInt16(now.second << 8) | UInt16(host.now / 10_000_000 % 100)
        default:
            guard registers.ch < 24, registers.cl < 60, registers.dh < 60, registers.dl < 100 else {
                registers.al = 0xFF
                return
            }
            let wanted = Int64(registers.ch) * 3600 + Int64(registers.cl) * 60 + Int64(registers.dh)
            clockOffset += wanted - clockSeconds % 86_400
            registers.al = 0
        }
    }

    // MARK: Switches

    private func breakService(_ registers: inout ServiceRegisters) {
        switch registers.al {
        case 0x00: registers.dl = breakCheck ? 1 : 0
        case 0x01: breakCheck = registers.dl & 1 != 0
        case 0x02:
            let old = breakCheck
            breakCheck = registers.dl & 1 != 0
            registers.dl = old ? 1 : 0
        // The drive that was booted from.
        case 0x05: registers.dl = 3
        // The true version, and that DOS lies low.
        case 0x06: (registers.bx, registers.dx) = (0x0005, 0)
        default: registers.al = 0xFF
        }
    }

    private func switchService(_ registers: inout ServiceRegisters) {
        switch registers.al {
        case 0: registers.dl = switchCharacter
        case 1: switchCharacter = registers.dl
        case 2: registers.dl = 0xFF
        default:
            registers.al = 0xFF
            return
        }
        registers.al = 0
    }

    private func strategyService(_ registers: inout ServiceRegisters) throws(DOSError) {
        switch registers.al {
        case 0: registers.ax = arena.strategy
        case 1:
            guard registers.bx & 0x3F <= 2, registers.bx <= 0xFF else { throw .invalidFunction }
            arena.strategy = registers.bx
        case 2: registers.ax = arena.linksUpper ? 1 : 0
        case 3: try arena.link(upper: registers.bx & 1 != 0)
        default: throw .invalidFunction
        }
        registers.carry = false
    }

    private func errorService(_ registers: inout ServiceRegisters) {
        registers.ax = extendedError.code
        registers.bx = UInt16(extendedError.errorClass) << 8 | UInt16(extendedError.action)
        registers.ch = extendedError.locus
        registers.es = extendedError.pointer.segment
        registers.di = extendedError.pointer.offset
        registers.carry = false
    }

    /// AH=5Dh: the swappable data area, and setting what AH=59h tells.
    private func swappableService(_ registers: inout ServiceRegisters) throws(DOSError) {
        switch registers.al {
        case 0x06:
            registers.ds = DOSLayout.segment
            registers.si = DOSLayout.swappable
            registers.cx = DOSLayout.swappableSize
            registers.dx = 0x1A
        case 0x0A:
            let list = FarPointer(registers.ds, registers.dx).linear
            extendedError = ExtendedError(
                code: host.readWord(list), errorClass: host.readByte(list + 3), action: host.readByte(list + 2),
                locus: host.readByte(list + 5))
        default: throw .invalidFunction
        }
        registers.carry = false
    }

    // MARK: Country

    /// The United States (code 1), in the layout of AH=38h.
    static let countryInformation: [UInt8] =
        [0, 0, 0x24, 0, 0, 0, 0, 0x2C, 0, 0x2E, 0, 0x2D, 0, 0x3A, 0, 0, 2, 0]
        + [0, 0, 0, 0, 0x2C, 0] + [UInt8](repeating: 0, count: 10)

    private func countryService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x38:
            let code = registers.al == 0xFF ? registers.bx : UInt16(registers.al)
            guard code <= 1 else { throw .fileNotFound }
            // DX=FFFFh sets the country, of which there is one.
            if registers.dx != 0xFFFF {
                var bytes = Self.countryInformation
                let mapper = caseMap
                bytes.replaceSubrange(
                    0x12..<0x16, with: (0..<4).map { UInt8(truncatingIfNeeded: mapper.packed >> ($0 * 8)) })
                host.writeBytes(registers.dsdx, bytes)
            }
            (registers.ax, registers.bx) = (1, 1)
        case 0x65: try extendedCountry(&registers)
        default:
            guard registers.al == 1 || registers.al == 2 else { throw .invalidFunction }
            if registers.al == 1 { (registers.bx, registers.dx) = (437, 437) }
        }
        registers.carry = false
        return .done
    }

    private func extendedCountry(_ registers: inout ServiceRegisters) throws(DOSError) {
        switch registers.al {
        case 0x01:
            let mapper = caseMap
            var bytes = Self.countryInformation
            bytes.replaceSubrange(
                0x12..<0x16, with: (0..<4).map { UInt8(truncatingIfNeeded: mapper.packed >> ($0 * 8)) })
            let body: [UInt8] = [0x01, 0x26, 0x00, 1, 0, 0xB5, 0x01] + bytes
            let count = min(Int(registers.cx), body.count)
            host.writeBytes(registers.esdi, Array(body.prefix(count)))
            registers.cx = UInt16(count)
        case 0x02, 0x04, 0x05, 0x06, 0x07:
            guard registers.cx >= 5, let offset = tableOffsets[registers.al] else { throw .invalidFunction }
            host.writeByte(registers.esdi.linear, registers.al)
            host.writeFar(registers.esdi.advanced(by: 1).linear, FarPointer(DOSLayout.segment, offset))
            registers.cx = 5
        case 0x20: registers.dl = DOSName.capital(registers.dl)
        case 0x21:
            let bytes = host.readBytes(registers.dsdx, Int(registers.cx))
            host.writeBytes(registers.dsdx, bytes.map(DOSName.capital))
        case 0x22:
            guard let text = host.readString(registers.dsdx, limit: 0x10000) else { throw .invalidData }
            host.writeBytes(registers.dsdx, text.map(DOSName.capital))
        case 0x23:
            let answer = DOSName.capital(registers.dl)
            registers.ax = answer == 0x59 ? 1 : answer == 0x4E ? 0 : 2
        default: throw .invalidFunction
        }
    }

    /// AH=63h: there are no double-byte characters.
    private func doubleByteService(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        registers.al = 0
        registers.ds = DOSLayout.segment
        registers.si = (tableOffsets[7] ?? 0) + 2
        registers.carry = false
        return .done
    }
}

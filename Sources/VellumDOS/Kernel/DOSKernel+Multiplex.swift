// INT 2Fh: by AH, for those who registered; "not installed" for the rest.
extension DOSKernel {
    func multiplexService(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        if let handler = multiplex[registers.ah] { return handler(&registers) }
        switch registers.ax {
        // DOS's own internal functions, as far as programs use them.
        case 0x1200: registers.al = 0xFF
        case 0x1202: pointToVector(&registers)
        case 0x1203: registers.ds = DOSLayout.segment
        case 0x120D: (registers.ax, registers.dx) = (DOSTime(moment).date, DOSTime(moment).time)
        case 0x1213: registers.al = DOSName.capital(registers.al)
        case 0x122E: break
        case 0x1680:
            // Give up the rest of the time slice: wait for the next interrupt.
            registers.al = 0
            return .done
        // SHARE, MSCDEX, ANSI.SYS, Windows, HIMEM and their like: not there, all registers as they were.
        default: break
        }
        return .done
    }

    private func pointToVector(_ registers: inout ServiceRegisters) {
        let number = host.readByte(FarPointer(registers.ss, registers.sp).advanced(by: 6).linear)
        registers.es = 0
        registers.bx = UInt16(number) * 4
    }
}

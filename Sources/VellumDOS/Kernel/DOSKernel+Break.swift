// Ctrl-C.
extension DOSKernel {
    /// What is checked when INT 23h's handler comes back.
    struct BreakFrame {
        var stack: FarPointer
        /// Where the service that was broken stands, to be asked again.
        var service: FarPointer
    }

    /// The next key is Ctrl-C, or Ctrl-Break was pressed.
    var isBreakPending: Bool { !console.inputIsStream && (bios.byte(0x71) & 0x80 != 0 || console.nextIsBreak) }

    func breakCheckpoint(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        console.flushKeyboard()
        bios.setByte(0x71, bios.byte(0x71) & 0x7F)
        return raiseBreak(&registers)
    }

    /// Shows ^C and calls INT 23h; without a handler of the program's own that ends it.
    func raiseBreak(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        console.put(Array("^C\r\n".utf8))
        lineInput = nil
        if host.readFar(0x23 * 4) == stubs.vectors[0x23] { return terminate(0, kind: .controlC, &registers) }
        breakFrame = BreakFrame(
            stack: FarPointer(registers.ss, registers.sp), service: FarPointer(registers.cs, registers.ip))
        registers.cs = entries.breakReturn.segment
        registers.ip = entries.breakReturn.offset
        return .transfer
    }

    /// IRET: the service is asked again.  RETF, which leaves two bytes more on the stack: with carry the program ends.
    func breakReturned(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        guard let frame = breakFrame else { return terminate(0, kind: .controlC, &registers) }
        breakFrame = nil
        if registers.sp != frame.stack.offset, registers.carry {
            return terminate(0, kind: .controlC, &registers)
        }
        registers.sp = frame.stack.offset
        registers.cs = frame.service.segment
        registers.ip = frame.service.offset
        return .transfer
    }
}

/// How a process ended (AH=4Dh).
enum ExitKind: UInt8 { case normal = 0, controlC = 1, criticalError = 2, resident = 3 }

// Processes: creation, children, the end.
extension DOSKernel {
    func processService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x26:
            makePSP(registers.dx, copying: psp, top: host.readWord(UInt32(psp) << 4 + 2))
        case 0x55:
            makePSP(registers.dx, copying: psp, top: registers.si)
            host.writeWord(UInt32(registers.dx) << 4 + 0x16, psp)
            inheritHandles(to: registers.dx)
            psp = registers.dx
        case 0x31: return stayResident(paragraphs: max(registers.dx, 6), registers.al, &registers)
        case 0x4B: return try execute(&registers)
        case 0x4C: return terminate(registers.al, kind: .normal, &registers)
        case 0x4D:
            registers.ax = lastExit
            lastExit = 0
            registers.carry = false
        case 0x50: psp = registers.bx
        default: registers.bx = psp
        }
        return .done
    }

    // MARK: The program segment prefix

    /// A PSP with the caller's as pattern (AH=26h and 55h); handles stay with the pattern's.
    private func makePSP(_ segment: UInt16, copying pattern: UInt16, top: UInt16) {
        let base = UInt32(segment) << 4
        host.writeBytes(base, host.readBytes(UInt32(pattern) << 4, 0x100))
        host.writeWord(base + 2, top)
        for (index, vector) in [0x22, 0x23, 0x24].enumerated() {
            host.writeLong(base + 0x0A + UInt32(index) * 4, host.readLong(UInt32(vector) * 4))
        }
        writeEntries(base)
    }

    /// The parts of a PSP that are code.
    private func writeEntries(_ base: UInt32) {
        host.writeBytes(base, [0xCD, 0x20])
        // CALL FAR F01D:FEF0, which wraps to INT 30h's place at 0:00C0.
        host.writeBytes(base + 5, [0x9A, 0xF0, 0xFE, 0x1D, 0xF0])
        host.writeBytes(base + 0x50, [0xCD, 0x21, 0xCB])
    }

    /// A fresh PSP.
    func writePSP(_ segment: UInt16, parent: UInt16, top: UInt16, environment: UInt16, terminate: FarPointer) {
        let base = UInt32(segment) << 4
        host.fill(base, count: 0x100)
        writeEntries(base)
        host.writeWord(base + 2, top)
        host.writeFar(base + 0x0A, terminate)
        host.writeLong(base + 0x0E, host.readLong(0x23 * 4))
        host.writeLong(base + 0x12, host.readLong(0x24 * 4))
        host.writeWord(base + 0x16, parent)
        host.writeBytes(base + 0x18, [UInt8](repeating: 0xFF, count: 20))
        host.writeWord(base + 0x2C, environment)
        host.writeWord(base + 0x32, 20)
        host.writeFar(base + 0x34, FarPointer(segment, 0x18))
        host.writeLong(base + 0x38, 0xFFFF_FFFF)
        host.writeWord(base + 0x40, 5)
        host.writeBytes(base + 0x5C, [0] + [UInt8](repeating: 0x20, count: 11))
        host.writeBytes(base + 0x6C, [0] + [UInt8](repeating: 0x20, count: 11))
        host.writeByte(base + 0x81, 0x0D)
    }

    // MARK: The end

    /// Ends the current process and goes on in its parent.
    func terminate(_ code: UInt8, kind: ExitKind, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        let process = psp
        let base = UInt32(process) << 4
        let parent = host.readWord(base + 0x16)
        for told in onProcessExit { told(process) }
        // A process that is its own parent cannot end: the command interpreter.
        if kind != .resident, parent != process {
            closeHandles(of: process)
            searches.forget(process)
            arena.freeAll(of: process)
        }
        for index in 0..<3 as Range<UInt32> {
            host.writeLong((0x22 + index) * 4, host.readLong(base + 0x0A + index * 4))
        }
        lastExit = UInt16(kind.rawValue) << 8 | UInt16(code)
        guard parent != process, process != shellPSP, parent != shellPSP else {
            exitCode = code
            return .suspend
        }
        psp = parent
        transferArea = FarPointer(parent, 0x80)
        restoreCaller(of: process, &registers)
        return .transfer
    }

    /// The parent's registers, as AH=4Bh left them on its stack, and the terminate address.
    private func restoreCaller(of child: UInt16, _ registers: inout ServiceRegisters) {
        let stack = host.readFar(UInt32(psp) << 4 + 0x2E)
        let words = (0..<12).map { host.readWord(stack.advanced(by: $0 * 2).linear) }
        (registers.ax, registers.bx, registers.cx, registers.dx) = (words[0], words[1], words[2], words[3])
        (registers.si, registers.di, registers.bp) = (words[4], words[5], words[6])
        (registers.ds, registers.es) = (words[7], words[8])
        registers.flags = words[11]
        registers.carry = false
        registers.ss = stack.segment
        registers.sp = stack.offset &+ 24
        let target = host.readFar(UInt32(child) << 4 + 0x0A)
        registers.cs = target.segment
        registers.ip = target.offset
    }

    /// Saves the caller's registers on its stack, below the interrupt frame, in DOS's own order.
    func saveCaller(_ registers: ServiceRegisters) {
        let stack = FarPointer(registers.ss, registers.sp &- 18)
        let words = [
            registers.ax, registers.bx, registers.cx, registers.dx, registers.si, registers.di, registers.bp,
            registers.ds, registers.es,
        ]
        for (index, word) in words.enumerated() { host.writeWord(stack.advanced(by: index * 2).linear, word) }
        host.writeFar(UInt32(psp) << 4 + 0x2E, stack)
    }

    /// Ends the process and keeps its memory.
    func stayResident(
        paragraphs: UInt16, _ code: UInt8, _ registers: inout ServiceRegisters
    ) -> ServiceOutcome {
        // What is too large stays as it is.
        _ = try? arena.resize(psp, to: paragraphs)
        return terminate(code, kind: .resident, &registers)
    }
}

// AH=4Bh.
extension DOSKernel {
    func execute(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.al {
        case 0x00, 0x01: return try runChild(&registers)
        case 0x03: return try loadOverlay(&registers)
        case 0x05: return .done
        default: throw .invalidFunction
        }
    }

    /// The bytes of a program's file, and its path as the environment shows it.
    private func programFile(_ pointer: FarPointer) throws(DOSError) -> (bytes: [UInt8], path: [UInt8]) {
        let path = try resolve(pointer)
        let file = try store(path.drive).open(path.names, writing: false)
        guard file.size <= 8 << 20 else { throw .notEnoughMemory }
        return (try file.read(at: 0, count: file.size), path.text())
    }

    private func image(_ bytes: [UInt8]) throws(DOSError) -> ProgramImage {
        do { return try ProgramImage(bytes) } catch { throw .badFormat }
    }

    private func runChild(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        let (bytes, path) = try programFile(registers.dsdx)
        let block = registers.esbx.linear
        let frame = FarPointer(registers.ss, registers.sp)
        let ret = FarPointer(
            host.readWord(frame.advanced(by: 2).linear), host.readWord(frame.linear))
        let tail = host.readFar(block + 2)
        var request = ProgramRequest(
            image: try image(bytes), path: path, environment: host.readWord(block), terminate: ret)
        request.tail = host.readBytes(tail, 128)
        let (first, second) = (host.readFar(block + 6), host.readFar(block + 10))
        if first.offset != 0xFFFF { request.firstBlock = host.readBytes(first, 16) }
        if second.offset != 0xFFFF { request.secondBlock = host.readBytes(second, 16) }
        let start = try load(request)
        saveCaller(registers)
        guard registers.al == 0 else {
            return loaded(start, block, &registers)
        }
        host.writeFar(0x22 * 4, ret)
        begin(start, &registers)
        return .transfer
    }

    /// AL=01h: the caller, a debugger, starts the program itself.
    private func loaded(_ start: ProgramStart, _ block: UInt32, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        // The initial AX is on the program's stack.
        let stack = start.stack.advanced(by: -2)
        host.writeWord(stack.linear, start.ax)
        host.writeFar(block + 14, stack)
        host.writeFar(block + 18, start.entry)
        psp = start.psp
        transferArea = FarPointer(start.psp, 0x80)
        registers.carry = false
        return .done
    }

    /// AL=03h: only the load module, at the caller's segment, relocated by the caller's factor.
    private func loadOverlay(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        let (bytes, _) = try programFile(registers.dsdx)
        let segment = host.readWord(registers.esbx.linear)
        let factor = host.readWord(registers.esbx.linear + 2)
        let overlay = try image(bytes)
        host.writeBytes(UInt32(segment) << 4, overlay.relocated(to: factor))
        registers.carry = false
        return .done
    }
}

/// What a new process starts with.
struct ProgramRequest {
    var image: ProgramImage
    /// As the environment names it.
    var path: [UInt8]
    /// Segment of the environment to copy; zero for the parent's.
    var environment: UInt16 = 0
    /// The command tail: length, text, carriage return.
    var tail: [UInt8] = [0, 0x0D]
    var firstBlock: [UInt8] = []
    var secondBlock: [UInt8] = []
    var terminate: FarPointer
}

/// Where a loaded program begins.
struct ProgramStart {
    var psp: UInt16
    var entry: FarPointer
    var stack: FarPointer
    /// AX: whether the drives of the two default FCBs exist.
    var ax: UInt16
    var isCOM: Bool
}

extension DOSKernel {
    /// Puts a program into memory, with its environment and PSP.
    func load(_ request: ProgramRequest) throws(DOSError) -> ProgramStart {
        let environment = try copyEnvironment(request)
        let block: (segment: UInt16, size: UInt16)
        do {
            block = try allocate(for: request.image)
        } catch {
            try arena.free(environment)
            throw error
        }
        let name = request.path.split(separator: 0x5C).last.map { $0.prefix { $0 != 0x2E } } ?? []
        arena.setOwner(block.segment, block.segment, name: Array(name))
        arena.setOwner(environment, block.segment)
        let top = UInt16(clamping: UInt32(block.segment) + UInt32(block.size))
        writePSP(
            block.segment, parent: psp, top: top, environment: environment, terminate: request.terminate)
        let base = UInt32(block.segment) << 4
        host.writeBytes(base + 0x80, Array(request.tail.prefix(128)))
        if request.firstBlock.count >= 12 { host.writeBytes(base + 0x5C, Array(request.firstBlock.prefix(16))) }
        if request.secondBlock.count >= 12 { host.writeBytes(base + 0x6C, Array(request.secondBlock.prefix(16))) }
        inheritHandles(to: block.segment)
        var start = place(request.image, block.segment, block.size)
        start.ax = UInt16(driveStatus(base + 0x5C)) | UInt16(driveStatus(base + 0x6C)) << 8
        return start
    }

    /// FFh for an FCB that names a drive which is not there.
    private func driveStatus(_ block: UInt32) -> UInt8 {
        let drive = host.readByte(block)
        return drive == 0 || drive <= 26 && drives[Int(drive) - 1] != nil ? 0 : 0xFF
    }

    /// The environment of the process at `segment`, up to and with the second zero.
    func environmentBytes(_ segment: UInt16) -> [UInt8] {
        guard segment != 0 else { return [0, 0] }
        let bytes = host.readBytes(FarPointer(segment, 0), 0x8000)
        for index in bytes.indices.dropLast() where bytes[index] == 0 && bytes[index + 1] == 0 {
            return Array(bytes[...(index + 1)])
        }
        return [0, 0]
    }

    private func copyEnvironment(_ request: ProgramRequest) throws(DOSError) -> UInt16 {
        let source = request.environment != 0 ? request.environment : host.readWord(UInt32(psp) << 4 + 0x2C)
        let bytes = environmentBytes(source) + [1, 0] + request.path + [0]
        let segment = try arena.allocate(UInt16(clamping: (bytes.count + 15) / 16), owner: psp)
        host.writeBytes(UInt32(segment) << 4, bytes)
        return segment
    }

    private func allocate(for image: ProgramImage) throws(DOSError) -> (segment: UInt16, size: UInt16) {
        let largest = Int(arena.largest())
        let module = (image.module.count + 15) / 16
        let size: Int
        if let header = image.header {
            let needed = 0x10 + module + Int(header.minimum)
            let wanted = header.maximum == 0 && header.minimum == 0 ? largest : 0x10 + module + Int(header.maximum)
            guard needed <= largest else { throw .notEnoughMemory }
            size = min(largest, max(wanted, needed))
        } else {
            // A COM program gets all there is; some stack must be left below its end.
            guard module + 0x20 <= largest else { throw .notEnoughMemory }
            size = largest
        }
        return (try arena.allocate(UInt16(size), owner: psp), UInt16(size))
    }

    private func place(_ image: ProgramImage, _ segment: UInt16, _ size: UInt16) -> ProgramStart {
        guard let header = image.header else {
            host.writeBytes(FarPointer(segment, 0x100), image.module)
            let top = size >= 0x1000 ? 0xFFFE : size << 4 - 2
            host.writeWord(UInt32(segment) << 4 + UInt32(top), 0)
            return ProgramStart(
                psp: segment, entry: FarPointer(segment, 0x100), stack: FarPointer(segment, top), ax: 0, isCOM: true)
        }
        let paragraphs = UInt16((image.module.count + 15) / 16)
        let isHigh = header.minimum == 0 && header.maximum == 0
        let start = isHigh ? segment &+ size &- paragraphs : segment &+ 0x10
        host.writeBytes(UInt32(start) << 4, image.relocated(to: start))
        return ProgramStart(
            psp: segment, entry: FarPointer(start &+ header.cs, header.ip),
            stack: FarPointer(start &+ header.ss, header.sp), ax: 0, isCOM: false)
    }

    /// The registers with which a program begins (as MS-DOS 5 leaves them).
    func begin(_ start: ProgramStart, _ registers: inout ServiceRegisters) {
        psp = start.psp
        transferArea = FarPointer(start.psp, 0x80)
        registers.eax = UInt32(start.ax)
        registers.ebx = 0
        registers.ecx = 0xFF
        registers.edx = UInt32(start.psp)
        registers.esi = UInt32(start.entry.offset)
        registers.edi = UInt32(start.stack.offset)
        registers.ebp = 0x091C
        registers.ds = start.psp
        registers.es = start.psp
        registers.ss = start.stack.segment
        registers.esp = UInt32(start.stack.offset)
        registers.cs = start.entry.segment
        registers.ip = start.entry.offset
        registers.flags = 0x0202
    }
}

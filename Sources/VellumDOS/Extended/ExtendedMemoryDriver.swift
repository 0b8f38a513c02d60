/// The extended memory manager: XMS 3.0 (Microsoft, "eXtended Memory Specification (XMS), ver 3.0", 1991).
///
/// Found by INT 2Fh AX=4300h and called through the entry point that AX=4310h gives.  AX is 1 when a call did what it
/// should; else it is 0 and BL says why.
package final class ExtendedMemoryDriver {
    enum Problem: UInt8, Error {
        case notImplemented = 0x80
        case addressLine = 0x82
        case noHighMemory = 0x90
        case highMemoryInUse = 0x91
        case highMemoryNotAllocated = 0x93
        case addressLineStillEnabled = 0x94
        case allAllocated = 0xA0
        case noHandles = 0xA1
        case invalidHandle = 0xA2
        case invalidSourceHandle = 0xA3
        case invalidSourceOffset = 0xA4
        case invalidTargetHandle = 0xA5
        case invalidTargetOffset = 0xA6
        case invalidLength = 0xA7
        case notLocked = 0xAA
        case locked = 0xAB
        case tooManyLocks = 0xAC
        case noUpperMemory = 0xB1
        case invalidUpperMemory = 0xB2
    }

    private let host: any ServiceHost
    package private(set) var arena: ExtendedArena
    /// The first 64 KiB above 1 MiB are somebody's.
    private var highMemoryIsTaken = false
    /// Address line 20 is open for the owner of high memory, and how often it was asked for by others.
    private var globalLine = false
    private var localLines: UInt32 = 0

    /// - Parameter memory: bytes of the machine's memory.
    package init(host: any ServiceHost, memory: UInt32) {
        self.host = host
        arena = ExtendedArena(ExtendedMemoryDriver.start..<max(ExtendedMemoryDriver.start, memory))
    }

    /// Behind the high memory area.
    package static let start: UInt32 = 0x11_0000
    /// One past the last address that real mode reaches.
    private static let realModeEnd: UInt64 = 0x10_FFF0

    /// Puts the driver where programs look for it; the stubs own it from then on.
    package func register(on kernel: DOSKernel, stubs: StubTable) {
        // The jump over three bytes in front is where others hook themselves in (XMS 3.0, "Hooking the XMS function").
        let entry = stubs.add(
            "XMS", code: [0xEB, 0x03, 0x90, 0x90, 0x90, 0x0F, 0x0B, 0xCB], trapAt: 5, hasFrame: false
        ) { registers in
            self.perform(&registers)
            return .done
        }
        kernel.multiplex[0x43] = { registers in
            switch registers.al {
            case 0x00: registers.al = 0x80
            case 0x10: (registers.es, registers.bx) = (entry.segment, entry.offset)
            default: break
            }
            return .done
        }
    }

    /// One call through the entry point.
    func perform(_ registers: inout ServiceRegisters) {
        do throws(Problem) {
            try serve(&registers)
        } catch {
            registers.ax = 0
            registers.bl = error.rawValue
            // The largest upper block there is.
            if error == .noUpperMemory { registers.dx = 0 }
        }
    }

    private func serve(_ registers: inout ServiceRegisters) throws(Problem) {
        let function = registers.ah
        // Those that answer in AX set it themselves.
        switch function {
        case 0x00: (registers.ax, registers.bx, registers.dx) = (0x0300, 0x0300, 1)
        case 0x01: try takeHighMemory()
        case 0x02: try releaseHighMemory()
        case 0x03: setLine(global: true)
        case 0x04:
            setLine(global: false)
            if localLines > 0 { throw .addressLineStillEnabled }
        case 0x05: setLine(local: localLines &+ 1)
        case 0x06:
            guard localLines > 0 else { throw .addressLine }
            setLine(local: localLines - 1)
        case 0x07:
            registers.ax = host.readPort(0x92) >> 1 & 1 != 0 ? 1 : 0
            registers.bl = 0
            return
        case 0x08, 0x88: return queryFree(&registers, wide: function == 0x88)
        case 0x09: registers.dx = try allocate(UInt32(registers.dx))
        case 0x89: registers.dx = try allocate(registers.edx)
        case 0x0A: try free(registers.dx)
        case 0x0B: try move(FarPointer(registers.ds, registers.si))
        case 0x0C: try lock(&registers)
        case 0x0D: try unlock(registers.dx)
        case 0x0E, 0x8E: try describe(&registers, wide: function == 0x8E)
        case 0x0F: try resize(registers.dx, UInt32(registers.bx))
        case 0x8F: try resize(registers.dx, registers.ebx)
        // DOS has all upper memory and gives it to programs by its own services.
        case 0x10: throw .noUpperMemory
        case 0x11, 0x12: throw .invalidUpperMemory
        default: throw .notImplemented
        }
        if function != 0 { registers.ax = 1 }
    }

    // MARK: High memory and address line 20

    private func takeHighMemory() throws(Problem) {
        if arena.range.isEmpty { throw .noHighMemory }
        if highMemoryIsTaken { throw .highMemoryInUse }
        highMemoryIsTaken = true
    }

    private func releaseHighMemory() throws(Problem) {
        if !highMemoryIsTaken { throw .highMemoryNotAllocated }
        highMemoryIsTaken = false
    }

    private func setLine(global: Bool? = nil, local: UInt32? = nil) {
        globalLine = global ?? globalLine
        localLines = local ?? localLines
        let others = host.readPort(0x92) & ~2
        host.writePort(0x92, others | (globalLine || localLines > 0 ? 2 : 0))
    }

    // MARK: Blocks

    private func queryFree(_ registers: inout ServiceRegisters, wide: Bool) {
        let free = arena.free
        registers.bl = free.total == 0 ? Problem.allAllocated.rawValue : 0
        if wide {
            (registers.eax, registers.edx) = (free.largest, free.total)
            registers.ecx = arena.range.isEmpty ? Self.start - 1 : arena.range.upperBound - 1
        } else {
            (registers.ax, registers.dx) = (UInt16(clamping: free.largest), UInt16(clamping: free.total))
        }
    }

    private func allocate(_ kilobytes: UInt32) throws(Problem) -> UInt16 {
        if arena.freeHandles == 0 { throw .noHandles }
        guard let handle = arena.allocate(kilobytes: kilobytes) else { throw .allAllocated }
        return handle
    }

    private func block(_ handle: UInt16) throws(Problem) -> ExtendedArena.Block {
        guard ExtendedArena.xmsHandles.contains(handle), let block = arena.blocks[handle] else { throw .invalidHandle }
        return block
    }

    private func free(_ handle: UInt16) throws(Problem) {
        if try block(handle).locks > 0 { throw .locked }
        arena.free(handle)
    }

    private func lock(_ registers: inout ServiceRegisters) throws(Problem) {
        let block = try block(registers.dx)
        if block.locks == .max { throw .tooManyLocks }
        arena.setLocks(block.locks + 1, of: registers.dx)
        registers.dx = UInt16(truncatingIfNeeded: block.base >> 16)
        registers.bx = UInt16(truncatingIfNeeded: block.base)
    }

    private func unlock(_ handle: UInt16) throws(Problem) {
        let block = try block(handle)
        if block.locks == 0 { throw .notLocked }
        arena.setLocks(block.locks - 1, of: handle)
    }

    private func describe(_ registers: inout ServiceRegisters, wide: Bool) throws(Problem) {
        let block = try block(registers.dx)
        registers.bh = block.locks
        if wide {
            registers.cx = UInt16(clamping: arena.freeHandles)
            registers.edx = block.size / 1024
        } else {
            registers.bl = UInt8(clamping: arena.freeHandles)
            registers.dx = UInt16(clamping: block.size / 1024)
        }
    }

    // MARK: Others who share the memory

    /// Takes whole pages for somebody else than XMS's programs; nil when there is no room.
    package func allocate(bytes: UInt32) -> (handle: UInt16, base: UInt32)? {
        guard
            let handle = arena.allocate(
                kilobytes: Self.pages(bytes), handles: ExtendedArena.otherHandles, alignment: 4096),
            let block = arena.blocks[handle]
        else { return nil }
        return (handle, block.base)
    }

    /// Gives a block of `allocate(bytes:)` another size; its bytes may move.
    package func resize(_ handle: UInt16, bytes: UInt32) -> UInt32? {
        guard let (old, new) = arena.resize(handle, kilobytes: Self.pages(bytes), alignment: 4096) else { return nil }
        if old.base != new.base {
            host.copyExtended(from: old.base, to: new.base, count: Int(min(old.size, new.size)))
        }
        return new.base
    }

    package func release(_ handle: UInt16) { arena.free(handle) }

    /// Kilobytes of the whole pages that hold so many bytes.
    private static func pages(_ bytes: UInt32) -> UInt32 { (bytes >> 12 + (bytes & 0xFFF == 0 ? 0 : 1)) * 4 }

    private func resize(_ handle: UInt16, _ kilobytes: UInt32) throws(Problem) {
        if try block(handle).locks > 0 { throw .locked }
        guard let (old, new) = arena.resize(handle, kilobytes: kilobytes) else { throw .allAllocated }
        if old.base != new.base {
            host.copyExtended(from: old.base, to: new.base, count: Int(min(old.size, new.size)))
        }
    }

    // MARK: Moves

    /// Function 0Bh: length, source handle and offset, target handle and offset, packed.  Handle 0 stands for memory
    /// that real mode reaches, and the offset for a far pointer.  Blocks may overlap.
    private func move(_ parameters: FarPointer) throws(Problem) {
        let bytes = host.readBytes(parameters, 16)
        func long(_ offset: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32($1 * 8) } }
        func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
        let length = long(0)
        if length & 1 != 0 { throw .invalidLength }
        let source = try place(word(4), long(6), length, .invalidSourceHandle, .invalidSourceOffset)
        let target = try place(word(10), long(12), length, .invalidTargetHandle, .invalidTargetOffset)
        host.copyExtended(from: source, to: target, count: Int(length))
    }

    private func place(
        _ handle: UInt16, _ offset: UInt32, _ length: UInt32, _ badHandle: Problem, _ badOffset: Problem
    ) throws(Problem) -> UInt32 {
        if handle == 0 {
            let linear = FarPointer(packed: offset).linear
            guard UInt64(linear) + UInt64(length) <= Self.realModeEnd else { throw badOffset }
            return linear
        }
        guard ExtendedArena.xmsHandles.contains(handle), let block = arena.blocks[handle] else { throw badHandle }
        guard UInt64(offset) + UInt64(length) <= UInt64(block.size) else { throw badOffset }
        return block.base + offset
    }
}

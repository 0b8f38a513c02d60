/// The expanded memory manager: EMS 4.0 (Lotus, Intel, Microsoft, "Expanded Memory Specification, version 4.0", 1987)
/// over the memory that XMS has.
///
/// Found by the name EMMXXXX0, as a file and at offset 10 of the segment of INT 67h, and called through that interrupt.
/// AH is zero when a call did what it should, else it says why not.  Four pages of 16 KiB show at E0000h: the window's
/// frames are made to lead to the memory itself, so that what is written there is there.
package final class ExpandedMemoryDriver {
    enum Problem: UInt8, Error {
        case invalidHandle = 0x83
        case undefinedFunction = 0x84
        case noHandles = 0x85
        case savedMap = 0x86
        case notSoManyPages = 0x87
        case notSoManyFree = 0x88
        case noPages = 0x89
        case invalidLogicalPage = 0x8A
        case invalidPhysicalPage = 0x8B
        case alreadySaved = 0x8D
        case notSaved = 0x8E
        case undefinedSubfunction = 0x8F
        case undefinedAttribute = 0x90
        case noNonvolatile = 0x91
        case overlap = 0x92
        case beyondEnd = 0x93
        case invalidOffset = 0x95
        case tooLong = 0x96
        case exchangeOverlap = 0x97
        case invalidMemoryType = 0x98
        case noRegisterSets = 0x9C
        case noSuchName = 0xA0
        case nameInUse = 0xA1
        case beyondMegabyte = 0xA2
        case corruptMap = 0xA3
        case denied = 0xA4
    }

    /// A handle's memory: the physical address of each logical page, and the blocks that they are in.
    struct Owner {
        var pages: [UInt32] = []
        var blocks: [UInt16] = []
        var name = [UInt8](repeating: 0, count: 8)
        /// What function 47h has saved.
        var saved: [Page]?
    }

    /// What a physical page shows; a handle of FFFFh is nothing.
    struct Page: Equatable {
        var handle: UInt16 = .max
        var number: UInt16 = 0
    }

    static let pageSize: UInt32 = 0x4000
    static let window: UInt16 = 0xE000
    static let windowPages = 4
    static let handleLimit = 255
    /// EMS 4.0 knows 32 MiB.
    static let pageLimit = 2048

    let host: any ServiceHost
    private let memory: ExtendedMemoryDriver
    /// Handle 0 is the system's, without pages of its own.
    var owners: [UInt16: Owner] = [0: Owner()]
    var map = [Page](repeating: Page(), count: windowPages)
    /// Maps to come back to, of functions 56h that run.
    var returns: [[Page]] = []
    private(set) var returnStub = FarPointer(0, 0)
    /// Function 5Dh: those for operating systems are switched off, and the key that was given out.
    var systemFunctionsAreOff = false
    var hasGivenKey = false
    /// Where function 5Bh was told to keep the map.
    var alternateArea = FarPointer(0, 0)

    package init(host: any ServiceHost, memory: ExtendedMemoryDriver) {
        self.host = host
        self.memory = memory
    }

    /// Puts the driver where programs look for it; the stubs own it from then on.
    package func register(on kernel: DOSKernel, stubs: StubTable) {
        stubs.add(interrupt: 0x67) { self.perform(&$0) }
        stubs.put(Array("EMMXXXX0".utf8), at: 0x0A)
        if let name = DOSName(component: Array("EMMXXXX0".utf8)) { kernel.installedDevices.insert(name) }
        returnStub = stubs.add("EMS return", shape: .interrupt) { registers in
            if let map = self.returns.popLast() { self.show(map) }
            registers.ax &= 0x00FF
            return .done
        }
    }

    // MARK: Calls

    func perform(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let function = registers.ah
        do throws(Problem) {
            let outcome = try serve(function, &registers)
            if outcome == .done { registers.ah = 0 }
            return outcome
        } catch {
            registers.ah = error.rawValue
            return .done
        }
    }

    private func serve(_ function: UInt8, _ registers: inout ServiceRegisters) throws(Problem) -> ServiceOutcome {
        switch function {
        case 0x40: break
        case 0x41: registers.bx = Self.window
        case 0x42: (registers.bx, registers.dx) = (UInt16(clamping: freePages), UInt16(clamping: totalPages))
        case 0x43:
            if registers.bx == 0 { throw .noPages }
            registers.dx = try allocate(registers.bx)
        case 0x44: try mapPage(registers.al, registers.bx, registers.dx)
        case 0x45: try release(registers.dx)
        case 0x46: registers.al = 0x40
        case 0x47: try save(registers.dx)
        case 0x48: try restore(registers.dx)
        case 0x4B: registers.bx = UInt16(owners.count)
        case 0x4C: registers.bx = UInt16(try owner(registers.dx).pages.count)
        case 0x4D: listPages(&registers)
        case 0x51: registers.bx = try reallocate(registers.dx, registers.bx)
        case 0x5A:
            guard registers.al < 2 else { throw .undefinedSubfunction }
            registers.dx = try allocate(registers.bx)
        default: return try serveVersion4(function, &registers)
        }
        return .done
    }

    func owner(_ handle: UInt16) throws(Problem) -> Owner {
        guard let owner = owners[handle] else { throw .invalidHandle }
        return owner
    }

    // MARK: Memory

    /// Pages that could be had now, and all there are.
    var freePages: Int { min(Int(memory.arena.free.total / 16), Self.pageLimit - usedPages) }
    var totalPages: Int { usedPages + freePages }
    private var usedPages: Int { owners.values.reduce(0) { $0 + $1.pages.count } }

    private func allocate(_ count: UInt16) throws(Problem) -> UInt16 {
        guard let handle = (1...UInt16(Self.handleLimit)).first(where: { owners[$0] == nil }) else { throw .noHandles }
        var owner = Owner()
        try grow(&owner, to: Int(count))
        owners[handle] = owner
        return handle
    }

    private func grow(_ owner: inout Owner, to count: Int) throws(Problem) {
        let missing = count - owner.pages.count
        if missing > totalPages { throw .notSoManyPages }
        var pieces = missing > 0 ? [missing] : []
        var taken: [(handle: UInt16, base: UInt32, count: Int)] = []
        while let piece = pieces.popLast() {
            if let block = memory.allocate(bytes: UInt32(piece) * Self.pageSize) {
                taken.append((block.handle, block.base, piece))
            } else if piece > 1 {
                // Not in one piece: halves may fit between others' blocks.
                pieces += [piece - piece / 2, piece / 2]
            } else {
                for block in taken { memory.release(block.handle) }
                throw .notSoManyFree
            }
        }
        for block in taken {
            owner.blocks.append(block.handle)
            owner.pages += (0..<UInt32(block.count)).map { block.base + $0 * Self.pageSize }
        }
    }

    private func release(_ handle: UInt16) throws(Problem) {
        let owner = try owner(handle)
        if owner.saved != nil { throw .savedMap }
        for block in owner.blocks { memory.release(block) }
        // Handle 0 stays, without pages.
        owners[handle] = handle == 0 ? Owner() : nil
        for page in map.indices where map[page].handle == handle { show(Page(), at: page) }
    }

    /// Pages keep what is in them; those that go are lost.
    private func reallocate(_ handle: UInt16, _ count: UInt16) throws(Problem) -> UInt16 {
        var owner = try owner(handle)
        if Int(count) >= owner.pages.count {
            try grow(&owner, to: Int(count))
            owners[handle] = owner
            return count
        }
        var smaller = Owner()
        smaller.name = owner.name
        smaller.saved = owner.saved
        // A block cannot lose its end alone: the pages that stay move to blocks of their own.
        let kept = owner.pages.prefix(Int(count)).map { host.readExtended($0, Int(Self.pageSize)) }
        let shown = map
        for block in owner.blocks { memory.release(block) }
        try grow(&smaller, to: Int(count))
        for (page, bytes) in zip(smaller.pages, kept) { host.writeExtended(page, bytes) }
        owners[handle] = smaller
        show(shown.map { $0.handle == handle && $0.number >= count ? Page() : $0 })
        return count
    }

    // MARK: The window

    func mapPage(_ physical: UInt8, _ logical: UInt16, _ handle: UInt16) throws(Problem) {
        let owner = try owner(handle)
        guard Int(physical) < Self.windowPages else { throw .invalidPhysicalPage }
        if logical == .max { return show(Page(), at: Int(physical)) }
        guard Int(logical) < owner.pages.count else { throw .invalidLogicalPage }
        show(Page(handle: handle, number: logical), at: Int(physical))
    }

    /// Makes a physical page show a logical one, or nothing.
    func show(_ page: Page, at physical: Int) {
        map[physical] = page
        let target = owners[page.handle].flatMap {
            $0.pages.indices.contains(Int(page.number)) ? $0.pages[Int(page.number)] : nil
        }
        let first = UInt32(Self.window) << 4 + UInt32(physical) * Self.pageSize
        host.showMemory(target, at: first, count: Self.pageSize)
    }

    func show(_ pages: [Page]) {
        for (physical, page) in pages.prefix(Self.windowPages).enumerated() { show(page, at: physical) }
    }

    private func save(_ handle: UInt16) throws(Problem) {
        if try owner(handle).saved != nil { throw .alreadySaved }
        owners[handle]?.saved = map
    }

    private func restore(_ handle: UInt16) throws(Problem) {
        guard let saved = try owner(handle).saved else { throw .notSaved }
        owners[handle]?.saved = nil
        show(saved)
    }

    private func listPages(_ registers: inout ServiceRegisters) {
        var place = registers.esdi
        for (handle, owner) in owners.sorted(by: { $0.key < $1.key }) {
            host.writeWords(place, [handle, UInt16(clamping: owner.pages.count)])
            place = place.advanced(by: 4)
        }
        registers.bx = UInt16(owners.count)
    }
}

extension ServiceHost {
    func writeWords(_ pointer: FarPointer, _ words: [UInt16]) {
        writeBytes(pointer, words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
    }

    func readWords(_ pointer: FarPointer, _ count: Int) -> [UInt16] {
        let bytes = readBytes(pointer, count * 2)
        return (0..<count).map { UInt16(bytes[$0 * 2]) | UInt16(bytes[$0 * 2 + 1]) << 8 }
    }
}

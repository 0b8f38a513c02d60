// What EMS 4.0 added.
extension ExpandedMemoryDriver {
    func serveVersion4(
        _ function: UInt8, _ registers: inout ServiceRegisters
    ) throws(Problem) -> ServiceOutcome {
        switch function {
        case 0x4E: try pageMap(&registers)
        case 0x4F: try partialMap(&registers)
        case 0x50: try mapSeveral(registers.al, try pairs(registers.dssi, registers.cx), registers.dx)
        case 0x52: try attributes(&registers)
        case 0x53: try handleName(&registers)
        case 0x54: try directory(&registers)
        case 0x55: return try jump(&registers)
        case 0x56: return try call(&registers)
        case 0x57: try moveRegion(registers.al, registers.dssi)
        case 0x58: try mappablePages(&registers)
        case 0x59: try hardware(&registers)
        case 0x5B: try registerSets(&registers)
        case 0x5C: break
        case 0x5D: try systemFunctions(&registers)
        default: throw .undefinedFunction
        }
        return .done
    }

    // MARK: Maps as values

    /// A map is a handle and a page for each physical page.
    private static let mapBytes: UInt8 = UInt8(windowPages * 4)

    private func write(_ pages: [Page], to pointer: FarPointer) {
        host.writeWords(pointer, pages.flatMap { [$0.handle, $0.number] })
    }

    private func readMap(_ pointer: FarPointer) throws(Problem) -> [Page] {
        let words = host.readWords(pointer, Self.windowPages * 2)
        let pages = (0..<Self.windowPages).map { Page(handle: words[$0 * 2], number: words[$0 * 2 + 1]) }
        for page in pages where !isValid(page) { throw .corruptMap }
        return pages
    }

    private func isValid(_ page: Page) -> Bool {
        page.handle == .max || owners[page.handle].map { Int(page.number) < $0.pages.count } ?? false
    }

    private func pageMap(_ registers: inout ServiceRegisters) throws(Problem) {
        switch registers.al {
        case 0: write(map, to: registers.esdi)
        case 1: show(try readMap(registers.dssi))
        case 2:
            write(map, to: registers.esdi)
            show(try readMap(registers.dssi))
        case 3: registers.al = Self.mapBytes
        default: throw .undefinedSubfunction
        }
    }

    /// A part of the map: a count, then the segment, handle and page of each.
    private func partialMap(_ registers: inout ServiceRegisters) throws(Problem) {
        switch registers.al {
        case 0:
            let count = Int(host.readWords(registers.dssi, 1)[0])
            guard count <= Self.windowPages else { throw .corruptMap }
            var words = [UInt16(count)]
            for segment in host.readWords(registers.dssi.advanced(by: 2), count) {
                let page = map[try physicalPage(segment: segment)]
                words += [segment, page.handle, page.number]
            }
            host.writeWords(registers.esdi, words)
        case 1:
            let count = Int(host.readWords(registers.dssi, 1)[0])
            guard count <= Self.windowPages else { throw .corruptMap }
            let words = host.readWords(registers.dssi.advanced(by: 2), count * 3)
            var changes: [(Int, Page)] = []
            for index in 0..<count {
                let page = Page(handle: words[index * 3 + 1], number: words[index * 3 + 2])
                guard isValid(page), let physical = try? physicalPage(segment: words[index * 3]) else {
                    throw .corruptMap
                }
                changes.append((physical, page))
            }
            for (physical, page) in changes { show(page, at: physical) }
        case 2:
            guard registers.bx <= UInt16(Self.windowPages) else { throw .invalidPhysicalPage }
            registers.al = UInt8(2 + registers.bx * 6)
        default: throw .undefinedSubfunction
        }
    }

    private func physicalPage(segment: UInt16) throws(Problem) -> Int {
        let offset = segment &- Self.window
        guard offset & 0x3FF == 0, Int(offset >> 10) < Self.windowPages else { throw .invalidPhysicalPage }
        return Int(offset >> 10)
    }

    /// Pairs of a logical page and a physical page or segment.
    private func pairs(_ pointer: FarPointer, _ count: UInt16) throws(Problem) -> [(UInt16, UInt16)] {
        guard count <= 1024 else { throw .invalidPhysicalPage }
        let words = host.readWords(pointer, Int(count) * 2)
        return (0..<Int(count)).map { (words[$0 * 2], words[$0 * 2 + 1]) }
    }

    private func mapSeveral(_ form: UInt8, _ pairs: [(UInt16, UInt16)], _ handle: UInt16) throws(Problem) {
        guard form < 2 else { throw .undefinedSubfunction }
        for (logical, place) in pairs {
            let physical = form == 0 ? Int(place) : try physicalPage(segment: place)
            try mapPage(UInt8(clamping: physical), logical, handle)
        }
    }

    // MARK: Attributes and names

    private func attributes(_ registers: inout ServiceRegisters) throws(Problem) {
        switch registers.al {
        // Volatile, which is all there is.
        case 0:
            _ = try owner(registers.dx)
            registers.al = 0
        case 1:
            _ = try owner(registers.dx)
            if registers.bl > 1 { throw .undefinedAttribute }
            if registers.bl == 1 { throw .noNonvolatile }
        case 2: registers.al = 0
        default: throw .undefinedSubfunction
        }
    }

    private func handleName(_ registers: inout ServiceRegisters) throws(Problem) {
        switch registers.al {
        case 0: host.writeBytes(registers.esdi, try owner(registers.dx).name)
        case 1:
            _ = try owner(registers.dx)
            let name = host.readBytes(registers.dssi, 8)
            let isTaken = owners.contains { $0.key != registers.dx && $0.value.name == name }
            if isTaken, name != [UInt8](repeating: 0, count: 8) { throw .nameInUse }
            owners[registers.dx]?.name = name
        default: throw .undefinedSubfunction
        }
    }

    private func directory(_ registers: inout ServiceRegisters) throws(Problem) {
        switch registers.al {
        case 0:
            var place = registers.esdi
            for (handle, owner) in owners.sorted(by: { $0.key < $1.key }) {
                host.writeWords(place, [handle])
                host.writeBytes(place.advanced(by: 2), owner.name)
                place = place.advanced(by: 10)
            }
            registers.al = UInt8(clamping: owners.count)
        case 1:
            let name = host.readBytes(registers.dssi, 8)
            guard name != [UInt8](repeating: 0, count: 8),
                let found = owners.sorted(by: { $0.key < $1.key }).first(where: { $0.value.name == name })
            else { throw .noSuchName }
            registers.dx = found.key
        case 2: registers.bx = UInt16(Self.handleLimit)
        default: throw .undefinedSubfunction
        }
    }

    // MARK: Jumps and calls with a map

    /// DS:SI: the target, a count of pairs in a byte, and where they are.
    private func newMap(_ registers: ServiceRegisters, at offset: Int) throws(Problem) -> [(UInt16, UInt16)] {
        let count = host.readBytes(registers.dssi.advanced(by: offset), 1)[0]
        return try pairs(host.readFar(registers.dssi.advanced(by: offset + 1).linear), UInt16(count))
    }

    private func jump(_ registers: inout ServiceRegisters) throws(Problem) -> ServiceOutcome {
        try mapSeveral(registers.al, try newMap(registers, at: 4), registers.dx)
        let target = host.readFar(registers.dssi.linear)
        registers.sp &+= 6
        return go(to: target, &registers)
    }

    /// The routine returns with RETF to a stub that puts the old map back.
    private func call(_ registers: inout ServiceRegisters) throws(Problem) -> ServiceOutcome {
        if registers.al == 2 {
            registers.bx = 4
            return .done
        }
        guard returns.count < 64 else { throw .noHandles }
        let before = map
        var after = map
        try mapSeveral(registers.al, try newMap(registers, at: 4), registers.dx)
        let shown = map
        do throws(Problem) {
            // The map to come back to is given as well.
            try mapSeveral(registers.al, try newMap(registers, at: 9), registers.dx)
            after = map
        } catch {
            show(before)
            throw error
        }
        show(shown)
        returns.append(after)
        let target = host.readFar(registers.dssi.linear)
        registers.sp &-= 4
        host.writeWords(FarPointer(registers.ss, registers.sp), [returnStub.offset, returnStub.segment])
        return go(to: target, &registers)
    }

    private func go(to target: FarPointer, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        (registers.cs, registers.ip) = (target.segment, target.offset)
        registers.ah = 0
        return .transfer
    }

    // MARK: Moves

    /// A region of conventional memory or of a handle's pages.
    private struct Region {
        var handle: UInt16?
        /// The byte within the handle's pages, or the address.
        var start: UInt32
        var length: UInt32

        var range: Range<UInt32> { start..<start + length }

        func overlaps(_ other: Region) -> Bool { handle == other.handle && range.overlaps(other.range) }
    }

    /// DS:SI: length; type, handle, offset, and page or segment of source and target.
    private func moveRegion(_ form: UInt8, _ pointer: FarPointer) throws(Problem) {
        guard form < 2 else { throw .undefinedSubfunction }
        let bytes = host.readBytes(pointer, 18)
        func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
        let length = UInt32(word(2)) << 16 | UInt32(word(0))
        if length > 1 << 20 { throw .tooLong }
        let source = try region(bytes[4], word(5), word(7), word(9), length)
        let target = try region(bytes[11], word(12), word(14), word(16), length)
        let overlaps = length > 0 && source.overlaps(target)
        if overlaps, form == 1 { throw .exchangeOverlap }
        let taken = read(source)
        if form == 1 { write(read(target), to: source) }
        write(taken, to: target)
        // The move is done all the same.
        if overlaps { throw .overlap }
    }

    private func region(
        _ type: UInt8, _ handle: UInt16, _ offset: UInt16, _ place: UInt16, _ length: UInt32
    ) throws(Problem) -> Region {
        switch type {
        case 0:
            let start = FarPointer(place, offset).linear
            guard start + length <= 1 << 20 else { throw .beyondMegabyte }
            return Region(handle: nil, start: start, length: length)
        case 1:
            let owner = try owner(handle)
            guard offset < Self.pageSize else { throw .invalidOffset }
            guard Int(place) < owner.pages.count else { throw .invalidLogicalPage }
            let start = UInt32(place) * Self.pageSize + UInt32(offset)
            guard start + length <= UInt32(owner.pages.count) * Self.pageSize else { throw .beyondEnd }
            return Region(handle: handle, start: start, length: length)
        default: throw .invalidMemoryType
        }
    }

    /// Calls with the physical address of each piece and its bytes' places in the region.
    private func forEachPiece(_ region: Region, _ body: (UInt32, Range<Int>) -> Void) {
        guard let handle = region.handle else { return body(region.start, 0..<Int(region.length)) }
        var done: UInt32 = 0
        while done < region.length {
            let place = region.start + done
            let count = min(region.length - done, Self.pageSize - place % Self.pageSize)
            let base = owners[handle]?.pages[Int(place / Self.pageSize)] ?? 0
            body(base + place % Self.pageSize, Int(done)..<Int(done + count))
            done += count
        }
    }

    private func read(_ region: Region) -> [UInt8] {
        var bytes: [UInt8] = []
        forEachPiece(region) { address, part in bytes += host.readExtended(address, part.count) }
        return bytes
    }

    private func write(_ bytes: [UInt8], to region: Region) {
        forEachPiece(region) { address, part in host.writeExtended(address, Array(bytes[part])) }
    }

    // MARK: The window and the hardware

    private func mappablePages(_ registers: inout ServiceRegisters) throws(Problem) {
        guard registers.al < 2 else { throw .undefinedSubfunction }
        if registers.al == 0 {
            host.writeWords(
                registers.esdi, (0..<UInt16(Self.windowPages)).flatMap { [Self.window + $0 * 0x400, $0] })
        }
        registers.cx = UInt16(Self.windowPages)
    }

    private func hardware(_ registers: inout ServiceRegisters) throws(Problem) {
        switch registers.al {
        case 0:
            if systemFunctionsAreOff { throw .denied }
            // Paragraphs of a raw page, alternate register sets, bytes of a map, DMA register sets and how they work.
            host.writeWords(registers.esdi, [0x400, 0, UInt16(Self.mapBytes), 0, 0])
        case 1: (registers.bx, registers.dx) = (UInt16(clamping: freePages), UInt16(clamping: totalPages))
        default: throw .undefinedSubfunction
        }
    }

    /// There are no alternate register sets: set 0 is the map, kept where the operating system said.
    private func registerSets(_ registers: inout ServiceRegisters) throws(Problem) {
        if systemFunctionsAreOff { throw .denied }
        switch registers.al {
        case 0:
            if alternateArea != FarPointer(0, 0) { write(map, to: alternateArea) }
            registers.bl = 0
            (registers.es, registers.di) = (alternateArea.segment, alternateArea.offset)
        case 1:
            if registers.bl != 0 { throw .noRegisterSets }
            if registers.esdi != FarPointer(0, 0) { show(try readMap(registers.esdi)) }
            alternateArea = registers.esdi
        case 2: registers.dx = UInt16(Self.mapBytes)
        case 3, 5: registers.bl = 0
        case 4, 6, 7, 8: if registers.bl != 0 { throw .noRegisterSets }
        default: throw .undefinedSubfunction
        }
    }

    /// The key in BX:CX: whoever calls first gets it, all others need it.
    private func systemFunctions(_ registers: inout ServiceRegisters) throws(Problem) {
        let key: (UInt16, UInt16) = (0x564C, 0x4C4D)
        guard registers.al < 3 else { throw .undefinedSubfunction }
        if hasGivenKey {
            guard (registers.bx, registers.cx) == key else { throw .denied }
        } else {
            if registers.al == 2 { throw .denied }
            (registers.bx, registers.cx) = key
        }
        // With AL = 2 the key is given back.
        hasGivenKey = registers.al != 2
        systemFunctionsAreOff = registers.al == 1
    }
}

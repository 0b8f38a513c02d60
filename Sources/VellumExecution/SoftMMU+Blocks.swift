import VellumIA32

/// Operands wider than a general register: x87, MMX, SSE, and the environments and states of these.
extension SoftMMU {
    /// The entry of a page that another with the same index has thrown out of the TLB in use, as far as it is
    /// remembered.  Nothing moves and nothing is counted.
    func victimEntry(_ linear: UInt32) -> TLBEntry {
        let page = linear & ~0xFFF
        let tlb = cpu.pointee.privileged.cpl == 3 ? user : supervisor
        guard !alignmentArmed, let victim = tlb.victim(page) else { return .empty }
        return fastEntry(page: page, physical: victim.physical, writable: victim.writable)
    }

    /// Reads `count` bytes (at most 512); nothing is read when it throws.
    func readBlock(
        _ linear: UInt32, into target: UnsafeMutableRawPointer, count: Int, user isUser: Bool
    ) throws(GuestFault) {
        let inPage = Int(0x1000 - linear & 0xFFF)
        let first = try translate(linear, access: .read, user: isUser)
        let second = inPage < count ? try translate(linear &+ UInt32(inPage), access: .read, user: isUser) : 0
        noteWatchpoints(linear, count, write: false)
        forEachPiece(count, inPage, first, second) { offset, physical, width in
            let value = readPhysical(physical, width: width)
            SoftMMU.store(target + offset, value, width)
        }
    }

    /// Writes `count` bytes; nothing is written when it throws.
    func writeBlock(
        _ linear: UInt32, from source: UnsafeRawPointer, count: Int, user isUser: Bool
    ) throws(GuestFault) {
        let inPage = Int(0x1000 - linear & 0xFFF)
        let first = try translate(linear, access: .write, user: isUser)
        let second = inPage < count ? try translate(linear &+ UInt32(inPage), access: .write, user: isUser) : 0
        noteWatchpoints(linear, count, write: true)
        lastStore = linear
        forEachPiece(count, inPage, first, second) { offset, physical, width in
            writePhysical(physical, value: SoftMMU.load(source + offset, width), width: width)
        }
    }

    /// #AC where alignment checks are armed and the address is not a multiple of `alignment`.
    func checkBlock(_ linear: UInt32, alignment: UInt32, user isUser: Bool) throws(GuestFault) {
        if isUser, alignmentArmed, linear & (alignment - 1) != 0 { throw GuestFault(.alignmentCheck) }
    }

    /// Cuts an access into the pieces that memory and devices know, each within one page.
    private func forEachPiece(
        _ count: Int, _ inPage: Int, _ first: UInt32, _ second: UInt32, _ body: (Int, UInt32, Int) -> Void
    ) {
        var offset = 0
        while offset < count {
            let left = offset < inPage ? min(inPage, count) - offset : count - offset
            let width = left >= 4 ? 4 : left >= 2 ? 2 : 1
            let physical = offset < inPage ? first &+ UInt32(offset) : second &+ UInt32(offset - inPage)
            body(offset, physical, width)
            offset += width
        }
    }
}

/// Memory as devices reach it.
extension SoftMMU {
    /// Reads memory for a device, frame by frame; what is neither RAM nor ROM reads as ones.
    package func readPhysical(_ address: UInt32, into bytes: UnsafeMutableRawBufferPointer) {
        forEachFrame(address, bytes.count) { place, range in
            let part = UnsafeMutableRawBufferPointer(rebasing: bytes[range])
            if let host = memory.host(frame: place >> 12) {
                part.copyMemory(from: UnsafeRawBufferPointer(start: host + Int(place & 0xFFF), count: range.count))
            } else {
                part.initializeMemory(as: UInt8.self, repeating: 0xFF)
            }
        }
    }

    /// Writes memory for a device, frame by frame; code observers are told first.  What is not RAM takes nothing.
    package func writePhysical(_ address: UInt32, from bytes: UnsafeRawBufferPointer) {
        forEachFrame(address, bytes.count) { place, range in
            let frame = place >> 12
            guard memory.kind(frame: frame) == .ram, let host = memory.host(frame: frame), let start = bytes.baseAddress
            else { return }
            if memory.codeFrames[Int(frame)] != 0 {
                writing(as: .device) { codeObserver?.willWrite(physical: place, length: UInt32(range.count)) }
            }
            (host + Int(place & 0xFFF)).copyMemory(from: start + range.lowerBound, byteCount: range.count)
        }
    }

    /// Cuts a range of physical memory at frame ends; addresses wrap at 4 GiB.
    private func forEachFrame(_ address: UInt32, _ count: Int, _ body: (UInt32, Range<Int>) -> Void) {
        var done = 0
        while done < count {
            let place = address &+ UInt32(truncatingIfNeeded: done)
            let part = min(count - done, 0x1000 - Int(place & 0xFFF))
            body(place, done..<done + part)
            done += part
        }
    }
}

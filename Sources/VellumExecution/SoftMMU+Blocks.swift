import VellumIA32

/// Operands wider than a general register: x87, MMX, SSE, and the environments and states of these.
extension SoftMMU {
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

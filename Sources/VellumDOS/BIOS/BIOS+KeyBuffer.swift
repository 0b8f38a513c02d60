// The keyboard's ring buffer at 40:1E: words of scan code and character, with head, tail, start and end beside it.
extension BIOS {
    private static let head: UInt32 = 0x1A
    private static let tail: UInt32 = 0x1C

    private func next(_ place: UInt16) -> UInt16 {
        let following = place &+ 2
        return following >= word(0x82) ? word(0x80) : following
    }

    /// Whoever takes keys from one place comes to the other at last.  Programs may have written anything there; a buffer
    /// without an end would never be empty.
    private func leads(_ head: UInt16, to tail: UInt16) -> Bool {
        let (start, end) = (word(0x80), word(0x82))
        let isAhead = tail > head && tail < end && (tail ^ head) & 1 == 0
        return isAhead || (start..<max(start, end)).contains(tail) && (tail ^ start) & 1 == 0
    }

    /// The next key, left where it is.
    func peekKey() -> UInt16? {
        let head = word(BIOS.head)
        guard head != word(BIOS.tail), leads(head, to: word(BIOS.tail)) else { return nil }
        return host.readWord(BIOS.data(UInt32(head)))
    }

    func takeKey() -> UInt16? {
        guard let key = peekKey() else { return nil }
        setWord(BIOS.head, next(word(BIOS.head)))
        return key
    }

    /// False when the buffer is full.
    @discardableResult func putKey(_ key: UInt16) -> Bool {
        let tail = word(BIOS.tail)
        let following = next(tail)
        guard following != word(BIOS.head) else { return false }
        host.writeWord(BIOS.data(UInt32(tail)), key)
        setWord(BIOS.tail, following)
        return true
    }
}

/// One entry of the soft TLB's fast half: all that a hit needs.
///
/// A tag is the linear address of the page, or `TLBEntry.never`.  It is set only where the access may go straight to
/// host memory: not for MMIO, not for writes to ROM, to clean pages or to pages with translated code, not on pages
/// with a watchpoint.  So one compare decides.
package struct TLBEntry {
    package var readTag: UInt32
    package var writeTag: UInt32
    /// Host address minus linear address, wrapping.
    package var addend: UInt

    package static let never: UInt32 = 1
    /// No page's address either: an entry that was taken out alone.
    static let vacant: UInt32 = 3
    package static let empty = TLBEntry(readTag: never, writeTag: never, addend: 0)
}

/// The slow half: what the last walk for the page said.
struct TLBDetail {
    /// Linear address of the page, or `TLBEntry.never`.
    var tag: UInt32
    /// Physical address of the frame, A20 applied.
    var physical: UInt32
    var writable: Bool
    var global: Bool

    /// No page stands here.
    var isEmpty: Bool { tag & 0xFFF != 0 }

    static let empty = TLBDetail(tag: TLBEntry.never, physical: 0, writable: false, global: false)
}

/// An entry as a person reads it.
package struct TLBRecord: Equatable, Sendable {
    package var page: UInt32
    package var physical: UInt32
    package var isWritable: Bool
    package var isGlobal: Bool
    /// Accesses go straight to host memory.
    package var readsFast: Bool
    package var writesFast: Bool
}

/// A direct-mapped TLB for one privilege, with a few entries that conflicts threw out behind it.
package struct TLB {
    package static var entryCount: Int { @inline(__always) get { 2048 } }
    static let victimCount = 8

    /// The page's low bits alone: two instructions of the host before every access.  Neighbouring pages never share an
    /// entry, which the check for straddling accesses relies on; pages that do are 8 MiB apart, and the victims keep
    /// two or three buffers at such distances from walking the tables again and again.
    @inline(__always) package static func index(_ linear: UInt32) -> Int {
        Int(linear &>> 12 & UInt32(entryCount &- 1))
    }

    /// The page of the last of `width` bytes: what an entry's tag must be.
    @inline(__always) static func tag(_ linear: UInt, _ width: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: linear &+ UInt(width &- 1)) & 0xFFFF_F000
    }

    package let entries: UnsafeMutablePointer<TLBEntry>
    let details: UnsafeMutablePointer<TLBDetail>
    private let victims: UnsafeMutablePointer<TLBDetail>
    /// Indices of entries that are not empty, so that a flush need not look at all; and the next victim to replace.
    private let used: UnsafeMutablePointer<UInt16>
    private let counts: UnsafeMutablePointer<(used: Int, next: Int)>

    package init() {
        entries = .allocate(capacity: TLB.entryCount)
        details = .allocate(capacity: TLB.entryCount)
        victims = .allocate(capacity: TLB.victimCount)
        used = .allocate(capacity: TLB.entryCount)
        counts = .allocate(capacity: 1)
        entries.initialize(repeating: .empty, count: TLB.entryCount)
        details.initialize(repeating: .empty, count: TLB.entryCount)
        victims.initialize(repeating: .empty, count: TLB.victimCount)
        used.initialize(repeating: 0, count: TLB.entryCount)
        counts.initialize(to: (0, 0))
    }

    func deallocate() {
        entries.deallocate()
        details.deallocate()
        victims.deallocate()
        used.deallocate()
        counts.deallocate()
    }

    /// Enters what a walk found; what stood there before becomes a victim.
    func insert(_ index: Int, _ detail: TLBDetail) {
        if details[index].tag == TLBEntry.never {
            used[counts.pointee.used] = UInt16(truncatingIfNeeded: index)
            counts.pointee.used += 1
        } else if details[index].tag != detail.tag, details[index].tag != TLBEntry.vacant {
            victims[counts.pointee.next] = details[index]
            counts.pointee.next = (counts.pointee.next + 1) % TLB.victimCount
        }
        details[index] = detail
    }

    /// Looks for a page among those that conflicts threw out, and leaves it there.
    func victim(_ page: UInt32) -> TLBDetail? {
        UnsafeBufferPointer(start: victims, count: TLB.victimCount).first { $0.tag == page }
    }

    /// The victim for a page, which is one no more.
    func takeVictim(_ page: UInt32) -> TLBDetail? {
        for slot in 0..<TLB.victimCount where victims[slot].tag == page {
            defer { victims[slot] = .empty }
            return victims[slot]
        }
        return nil
    }

    func flush(keepGlobal: Bool) {
        var kept = 0
        for position in 0..<counts.pointee.used {
            let index = Int(used[position])
            if keepGlobal && details[index].global {
                used[kept] = used[position]
                kept += 1
            } else {
                entries[index] = .empty
                details[index] = .empty
            }
        }
        counts.pointee.used = kept
        for slot in 0..<TLB.victimCount where !keepGlobal || !victims[slot].global { victims[slot] = .empty }
    }

    /// Takes the write fast path from every page that leads to a frame.
    func protect(frame physical: UInt32) {
        for position in 0..<counts.pointee.used where details[Int(used[position])].physical == physical & ~0xFFF {
            entries[Int(used[position])].writeTag = TLBEntry.never
        }
    }

    func flush(page linear: UInt32) {
        let page = linear & ~0xFFF
        _ = takeVictim(page)
        let index = TLB.index(linear)
        guard details[index].tag == page else { return }
        // The index stays in the list of used ones.
        entries[index] = .empty
        details[index] = TLBDetail(tag: TLBEntry.vacant, physical: 0, writable: false, global: false)
    }
}

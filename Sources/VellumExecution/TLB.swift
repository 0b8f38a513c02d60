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

/// A direct-mapped TLB for one privilege.
struct TLB {
    static let entryCount = 1024
    /// Two buffers a power of two apart must not evict each other: higher page bits are folded into the index.  They
    /// are added, not exclusive-ored: an access that straddles two pages looks in the first page's entry for the
    /// second page's tag, so neighbours (7FFFFh and 80000h, FFFFFh and 0) must never share an entry.
    @inline(__always) static func index(_ linear: UInt32) -> Int {
        let page = linear >> 12
        return Int((page + page >> 10) & UInt32(entryCount - 1))
    }

    let entries: UnsafeMutablePointer<TLBEntry>
    let details: UnsafeMutablePointer<TLBDetail>

    init() {
        entries = .allocate(capacity: TLB.entryCount)
        details = .allocate(capacity: TLB.entryCount)
        entries.initialize(repeating: .empty, count: TLB.entryCount)
        details.initialize(repeating: .empty, count: TLB.entryCount)
    }

    func deallocate() {
        entries.deallocate()
        details.deallocate()
    }

    func clear(_ index: Int) {
        entries[index] = .empty
        details[index] = .empty
    }

    func flush(keepGlobal: Bool) {
        for index in 0..<TLB.entryCount where details[index].tag != TLBEntry.never {
            if !keepGlobal || !details[index].global { clear(index) }
        }
    }

    func flush(page linear: UInt32) {
        let index = TLB.index(linear)
        if details[index].tag == linear & ~0xFFF { clear(index) }
    }
}

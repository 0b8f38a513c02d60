import VellumIA32

/// What is not RAM: ports and memory-mapped registers.  The board implements it; only slow paths call it.
///
/// An access that may change interrupt lines, the next deadline, A20, or the memory map sets
/// `EngineRegisters.endRequested`, and the fragment ends after the instruction.
package protocol PhysicalBus: AnyObject {
    /// Reads 1, 2 or 4 bytes at a physical address without RAM or ROM; all ones where nothing answers.
    func readMemory(_ address: UInt32, width: Int) -> UInt32
    func writeMemory(_ address: UInt32, value: UInt32, width: Int)
    func readPort(_ port: UInt16, width: Int) -> UInt32
    func writePort(_ port: UInt16, value: UInt32, width: Int)
}

/// What an access wants to do with a page.
package enum MemoryAccess: Sendable {
    case read, write, execute
}

/// What a page walk found.
package struct PageTranslation: Sendable {
    /// Physical address of the 4 KiB page's first byte (bits 32 and up must be zero on this board).
    package var page: UInt32
    /// A write at this privilege needs no further walk: rights allow it and the dirty bit is set.
    package var writable: Bool
    /// The translation survives a CR3 load.
    package var global: Bool

    package init(page: UInt32, writable: Bool, global: Bool) {
        self.page = page
        self.writable = writable
        self.global = global
    }
}

/// Linear to physical, by the guest's page tables.  The hypervisor implements it; only slow paths call it.
package protocol PageWalker: AnyObject {
    /// Walks the tables for one access, sets accessed and dirty bits, and throws #PF where the SDM says so (vol. 3,
    /// chapter 4).  `user` is true for accesses made with CPL 3's rights.  A20 is not applied here.
    func translate(_ linear: UInt32, access: MemoryAccess, user: Bool) throws(GuestFault) -> PageTranslation
}

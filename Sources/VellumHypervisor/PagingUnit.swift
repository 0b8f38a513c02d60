import VellumExecution
import VellumIA32

/// Bits of page-table and page-directory entries (SDM vol. 3, tables 4-5 and 4-6).
private enum PageBit {
    static let present: UInt64 = 1 << 0
    static let writable: UInt64 = 1 << 1
    static let user: UInt64 = 1 << 2
    static let accessed: UInt64 = 1 << 5
    static let dirty: UInt64 = 1 << 6
    static let large: UInt64 = 1 << 7
    static let global: UInt64 = 1 << 8
}

/// The page walker: linear to physical by the guest's tables (SDM vol. 3, chapter 4).
package final class PagingUnit: PageWalker {
    private let cpu: CPU
    /// Where the tables are read and their accessed and dirty bits written.  Set once the soft MMU exists.
    package unowned(unsafe) var mmu: SoftMMU?
    /// 4 MiB pages may lie above 4 GiB.
    var hasPSE36 = true

    /// Stands for every frame above 4 GiB: above the APICs and below the firmware, where no board puts anything.
    static let absentFrame: UInt32 = 0xFEF0_0000

    package init(cpu: CPU) { self.cpu = cpu }

    /// One entry on the way down.
    private struct Step {
        var address: UInt32
        var entry: UInt64
    }

    /// What is asked of a page.
    private struct Request {
        let linear: UInt32
        let access: MemoryAccess
        let isUser: Bool

        /// The fault for a page that is not there, or that is there and refuses (SDM vol. 3, section 4.7).
        func fault(present: Bool, reserved: Bool = false) -> GuestFault {
            var code: UInt32 = present ? 1 : 0
            if access == .write { code |= 2 }
            if isUser { code |= 4 }
            if reserved { code |= 8 }
            return GuestFault(.pageFault, errorCode: code, address: linear)
        }
    }

    package func translate(
        _ linear: UInt32, access: MemoryAccess, user: Bool
    ) throws(GuestFault) -> PageTranslation {
        let request = Request(linear: linear, access: access, isUser: user)
        if cpu.pointee.privileged.cr4 & CR4.pae != 0 { return try walkExtended(request) }
        return try walk(request)
    }

    // MARK: 32-bit paging

    private func walk(_ request: Request) throws(GuestFault) -> PageTranslation {
        let linear = request.linear
        let root = cpu.pointee.privileged.cr3 & ~0xFFF
        let directory = try step(root | linear >> 20 & 0xFFC, wide: false, request, reserved: 0)
        if directory.entry & PageBit.large != 0, cpu.pointee.privileged.cr4 & CR4.pse != 0 {
            // Bits 13 to 16 are address bits 32 to 35 (PSE-36); the rest up to 21 is reserved.
            let reserved: UInt64 = hasPSE36 ? 0x3E_0000 : 0x3F_E000
            if directory.entry & reserved != 0 { throw request.fault(present: true, reserved: true) }
            let isHigh = hasPSE36 && directory.entry & 0x1_E000 != 0
            let base = UInt32(truncatingIfNeeded: directory.entry) & 0xFFC0_0000
            let page = isHigh ? PagingUnit.absentFrame : base | linear & 0x003F_F000
            return try finish(nil, directory, page, request)
        }
        let tableBase = UInt32(truncatingIfNeeded: directory.entry) & ~0xFFF
        let table = try step(tableBase | linear >> 10 & 0xFFC, wide: false, request, reserved: 0)
        return try finish(directory, table, UInt32(truncatingIfNeeded: table.entry) & ~0xFFF, request)
    }

    // MARK: PAE

    /// Bits 36 and up are reserved on a processor with 36 address bits and without execute-disable.
    private static let reservedHigh: UInt64 = ~0xF_FFFF_FFFF

    private func walkExtended(_ request: Request) throws(GuestFault) -> PageTranslation {
        let linear = request.linear
        let pointer = cpu.pointee.privileged.pdpt[Int(linear >> 30)]
        guard pointer & PageBit.present != 0 else { throw request.fault(present: false) }
        let directory = try extendedStep(pointer, linear >> 21 & 511, request)
        if directory.entry & PageBit.large != 0 {
            if directory.entry & 0x1F_E000 != 0 { throw request.fault(present: true, reserved: true) }
            let base = frame(directory.entry & ~0x1F_FFFF)
            let page = base.isAbsent ? base.address : base.address | linear & 0x1F_F000
            return try finish(nil, directory, page, request)
        }
        let table = try extendedStep(directory.entry, linear >> 12 & 511, request)
        return try finish(directory, table, frame(table.entry).address, request)
    }

    private func extendedStep(
        _ parent: UInt64, _ index: UInt32, _ request: Request
    ) throws(GuestFault) -> Step {
        let table = frame(parent)
        return try step(table.address | index * 8, wide: true, request, reserved: PagingUnit.reservedHigh)
    }

    /// The frame that a wide entry names; this board has nothing above 4 GiB.
    private func frame(_ entry: UInt64) -> (address: UInt32, isAbsent: Bool) {
        if entry & 0xF_0000_0000 != 0 { return (PagingUnit.absentFrame, true) }
        return (UInt32(truncatingIfNeeded: entry) & ~0xFFF, false)
    }

    /// The four page-directory-pointer entries at CR3, or nil when a present one has reserved bits set.
    func readPointers(_ cr3: UInt32) -> [UInt64]? {
        let base = cr3 & ~0x1F
        let entries = (UInt32(0)..<4).map { read(base + $0 * 8, wide: true) }
        let reserved = PagingUnit.reservedHigh | 0x1E6
        return entries.contains { $0 & PageBit.present != 0 && $0 & reserved != 0 } ? nil : entries
    }

    // MARK: Both

    private func read(_ address: UInt32, wide: Bool) -> UInt64 {
        guard let mmu else { return 0 }
        let low = UInt64(mmu.readTableEntry(address, width: 4))
        return wide ? low | UInt64(mmu.readTableEntry(address &+ 4, width: 4)) << 32 : low
    }

    /// Reads a present entry without reserved bits.
    private func step(
        _ address: UInt32, wide: Bool, _ request: Request, reserved: UInt64
    ) throws(GuestFault) -> Step {
        let entry = read(address, wide: wide)
        guard entry & PageBit.present != 0 else { throw request.fault(present: false) }
        if entry & reserved != 0 { throw request.fault(present: true, reserved: true) }
        return Step(address: address, entry: entry)
    }

    /// Checks rights, sets accessed and dirty bits that are not set yet, and says what the TLB may keep.
    private func finish(
        _ parent: Step?, _ leaf: Step, _ page: UInt32, _ request: Request
    ) throws(GuestFault) -> PageTranslation {
        let rights = leaf.entry & (parent?.entry ?? ~0)
        let isWriteProtected = request.isUser || cpu.pointee.privileged.cr0 & CR0.wp != 0
        let mayWrite = rights & PageBit.writable != 0 || !isWriteProtected
        if request.isUser, rights & PageBit.user == 0 { throw request.fault(present: true) }
        if request.access == .write, !mayWrite { throw request.fault(present: true) }
        if let parent { mark(parent, PageBit.accessed) }
        let marks = request.access == .write ? PageBit.accessed | PageBit.dirty : PageBit.accessed
        mark(leaf, marks)
        return PageTranslation(
            page: page, writable: mayWrite && (leaf.entry | marks) & PageBit.dirty != 0,
            global: leaf.entry & PageBit.global != 0 && cpu.pointee.privileged.cr4 & CR4.pge != 0)
    }

    /// Writes an entry only when a bit is missing: tables may stand in read-only memory or beside code.
    private func mark(_ step: Step, _ bits: UInt64) {
        guard step.entry & bits != bits else { return }
        mmu?.writeTableEntry(step.address, value: UInt32(truncatingIfNeeded: step.entry | bits))
    }
}

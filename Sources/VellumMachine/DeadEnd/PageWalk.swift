import VellumExecution
import VellumIA32

/// The way from a linear to a physical address, as the processor would go it, with what stands on the way.
public struct PageWalk: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        /// "PDE", "PTE", "PDPTE".
        public var name: String
        /// Physical address; zero for a page-directory-pointer entry, which the processor holds itself.
        public var address: UInt32
        public var value: UInt64
    }

    public enum Outcome: String, Equatable, Sendable {
        /// Paging is off.
        case unpaged
        case mapped
        case notPresent = "not-present"
        case reservedBits = "reserved-bits"
    }

    /// What lies there: "code", "stack", "IDT entry 14".
    public var purpose: String
    public var linear: UInt32
    public var entries: [Entry] = []
    public var outcome = Outcome.unpaged
    public var physical: UInt32 = 0
    public var isWritable = true
    public var isUser = true
    /// CR0.WP: read-only pages are so for ring 0 too.
    public var protectsSupervisor = false
    /// A table on the way is not in RAM.
    public var leavesMemory = false

    /// The page fault that an access meets, if it meets one (SDM vol. 3, section 4.7).
    func fault(write: Bool, user: Bool) -> GuestFault? {
        let code: UInt32 = (write ? 2 : 0) | (user ? 4 : 0)
        switch outcome {
        case .unpaged: return nil
        case .notPresent: return GuestFault(.pageFault, errorCode: code, address: linear)
        case .reservedBits: return GuestFault(.pageFault, errorCode: code | 9, address: linear)
        case .mapped:
            let refuses = write && !isWritable && (user || protectsSupervisor)
            guard user && !isUser || refuses else { return nil }
            return GuestFault(.pageFault, errorCode: code | 1, address: linear)
        }
    }

    /// The last entry that was read, and what is wrong with it.
    var verdict: String {
        let last = entries.last.map { "\($0.name) \(Hex.text($0.value, 8))" } ?? "nothing"
        switch outcome {
        case .unpaged: return "paging is off"
        case .mapped:
            return "mapped to \(Hex.long(physical))\(isWritable ? "" : ", read-only")\(isUser ? "" : ", ring 0")"
        case .notPresent: return "\(last) is not present"
        case .reservedBits: return "\(last) has reserved bits set"
        }
    }
}

extension GuestView {
    /// Walks the page tables without marking anything.
    func walk(_ linear: UInt32, _ purpose: String) -> PageWalk {
        var walk = PageWalk(purpose: purpose, linear: linear)
        guard state.isPaging else {
            walk.physical = linear & addressMask
            return walk
        }
        walk.protectsSupervisor = state.cr0 & CR0.wp != 0
        if state.cr4 & CR4.pae != 0 { extended(&walk) } else { plain(&walk) }
        walk.physical &= addressMask
        return walk
    }

    /// Adds an entry; false when the walk ends at it.
    private func add(_ name: String, _ address: UInt32, wide: Bool, reserved: UInt64, _ walk: inout PageWalk) -> Bool {
        let bytes = physicalBytes(address, wide ? 8 : 4)
        if bytes == nil { walk.leavesMemory = true }
        let value = (bytes ?? Array(repeating: 0xFF, count: wide ? 8 : 4)).reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        walk.entries.append(PageWalk.Entry(name: name, address: address, value: value))
        guard value & 1 != 0 else {
            walk.outcome = .notPresent
            return false
        }
        guard value & reserved == 0 else {
            walk.outcome = .reservedBits
            return false
        }
        walk.isWritable = walk.isWritable && value & 2 != 0
        walk.isUser = walk.isUser && value & 4 != 0
        walk.outcome = .mapped
        return true
    }

    private func plain(_ walk: inout PageWalk) {
        let linear = walk.linear
        let directory = state.cr3 & ~0xFFF | linear >> 20 & 0xFFC
        let value = physicalLong(directory)
        let isLarge = value & 0x81 == 0x81 && state.cr4 & CR4.pse != 0
        // Bits 13 to 16 are address bits with PSE-36.
        let reserved: UInt64 = !isLarge ? 0 : hasPSE36 ? 0x3E_0000 : 0x3F_E000
        guard add("PDE", directory, wide: false, reserved: reserved, &walk) else { return }
        if isLarge {
            walk.physical = value & 0xFFC0_0000 | linear & 0x003F_FFFF
            return
        }
        let table = value & ~0xFFF | linear >> 10 & 0xFFC
        guard add("PTE", table, wide: false, reserved: 0, &walk) else { return }
        walk.physical = physicalLong(table) & ~0xFFF | linear & 0xFFF
    }

    private func extended(_ walk: inout PageWalk) {
        let linear = walk.linear
        let pointer = state.pdpt[Int(linear >> 30)]
        walk.entries.append(PageWalk.Entry(name: "PDPTE", address: 0, value: pointer))
        guard pointer & 1 != 0 else {
            walk.outcome = .notPresent
            return
        }
        let high: UInt64 = ~0xF_FFFF_FFFF
        let directory = UInt32(truncatingIfNeeded: pointer) & ~0xFFF | (linear >> 21 & 511) * 8
        let low = physicalLong(directory)
        let isLarge = low & 0x81 == 0x81
        guard add("PDE", directory, wide: true, reserved: isLarge ? high | 0x1F_E000 : high, &walk) else { return }
        if isLarge {
            walk.physical = low & 0xFFE0_0000 | linear & 0x001F_FFFF
            return
        }
        let table = low & ~0xFFF | (linear >> 12 & 511) * 8
        guard add("PTE", table, wide: true, reserved: high, &walk) else { return }
        walk.physical = physicalLong(table) & ~0xFFF | linear & 0xFFF
    }
}

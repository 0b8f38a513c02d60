import VellumExecution
import VellumIA32

/// A descriptor together with where it stands, so that its accessed and busy bits can be set.
struct TableEntry {
    let selector: UInt16
    let descriptor: Descriptor
    /// Linear address of the descriptor.
    let address: UInt32

    @inline(__always) var state: SegmentState { descriptor.loaded(selector: selector) }
    var rpl: UInt8 { UInt8(selector & 3) }
}

extension GuestFault {
    /// A fault whose error code names a selector (SDM vol. 3, section 6.13); `external` is the EXT bit.
    static func selector(_ vector: ExceptionVector, _ selector: UInt16, external: UInt32 = 0) -> GuestFault {
        GuestFault(vector, errorCode: UInt32(selector & 0xFFFC) | external)
    }
}

func isNull(_ selector: UInt16) -> Bool { selector & 0xFFFC == 0 }

extension Hypervisor {
    /// The descriptor that a selector names, or nil beyond its table's limit (SDM vol. 3, section 3.5.1).
    @inline(__always) func entry(_ selector: UInt16) throws(GuestFault) -> TableEntry? {
        let offset = UInt32(selector & 0xFFF8)
        let base: UInt32
        let limit: UInt32
        if selector & 4 != 0 {
            let table = cpu.pointee.privileged.ldtr
            guard table.isPresent else { return nil }
            (base, limit) = (table.base, table.limit)
        } else {
            (base, limit) = (cpu.pointee.privileged.gdtr.base, UInt32(cpu.pointee.privileged.gdtr.limit))
        }
        guard offset + 7 <= limit else { return nil }
        let address = base &+ offset
        return TableEntry(selector: selector, descriptor: try readDescriptor(address), address: address)
    }

    /// The same, where a missing descriptor is `vector` with the selector as error code.
    @inline(__always) func entry(
        _ selector: UInt16, orThrow vector: ExceptionVector, external: UInt32 = 0
    ) throws(GuestFault) -> TableEntry {
        guard let found = try entry(selector) else { throw .selector(vector, selector, external: external) }
        return found
    }

    /// Eight bytes at a linear address; the processor reads its tables as a supervisor.
    @inline(__always) func readDescriptor(_ address: UInt32) throws(GuestFault) -> Descriptor {
        if let host = mmu.plainRead(address, length: 8, user: false) {
            return Descriptor(
                low: host.loadUnaligned(as: UInt32.self), high: host.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        }
        let low = try mmu.read(address, width: 4, user: false)
        return Descriptor(low: low, high: try mmu.read(address &+ 4, width: 4, user: false))
    }

    /// Sets the accessed bit of a code or data descriptor and returns what the segment register is to hold.
    @inline(__always) func accept(_ entry: TableEntry) throws(GuestFault) -> SegmentState {
        var state = entry.state
        if state.access & 1 == 0 {
            state.access |= 1
            try writeAccess(state.access, of: entry)
        }
        return state
    }

    /// Sets or clears the busy bit of a TSS descriptor, reading it again first.
    func setBusy(_ busy: Bool, descriptorAt address: UInt32) throws(GuestFault) {
        let access = try mmu.read(address &+ 5, width: 1, user: false)
        let wanted = busy ? access | 2 : access & ~2
        if wanted != access { try mmu.write(address &+ 5, value: wanted, width: 1, user: false) }
    }

    private func writeAccess(_ access: UInt16, of entry: TableEntry) throws(GuestFault) {
        try mmu.write(entry.address &+ 5, value: UInt32(access & 0xFF), width: 1, user: false)
    }
}

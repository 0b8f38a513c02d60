import VellumExecution
import VellumIA32

/// One leaf of the guest's page tables.
package struct PageMapping: Equatable, Sendable {
    /// First linear and first physical address, and the bytes from there: 4 KiB, 2 MiB or 4 MiB.
    package var linear: UInt32
    package var physical: UInt32
    package var size: UInt32
    package var isWritable = true
    package var isUser = true
    package var isAccessed = false
    package var isDirty = false
    package var isGlobal = false
}

/// The guest's page tables as a person reads them: nothing is marked, nothing raises a fault, and no device is asked where
/// a table lies outside memory.
package struct PageTables {
    private let memory: PhysicalMemory
    private let state: Privileged

    package init(memory: PhysicalMemory, state: Privileged) {
        self.memory = memory
        self.state = state
    }

    private var addressMask: UInt32 { state.a20 ? ~0 : ~(1 << 20) }
    private var isExtended: Bool { state.cr4 & CR4.pae != 0 }

    /// The physical address that the tables give a linear one.
    package func physicalAddress(of linear: UInt32) -> UInt32? {
        guard state.isPaging else { return linear & addressMask }
        guard let page = look(linear).mapping else { return nil }
        return (page.physical | linear & (page.size - 1)) & addressMask
    }

    /// Visits every leaf, lowest linear address first; nothing while paging is off.
    package func forEachMapping(_ body: (PageMapping) -> Void) {
        guard state.isPaging else { return }
        var linear: UInt64 = 0
        while linear < 1 << 32 {
            let (mapping, span) = look(UInt32(truncatingIfNeeded: linear))
            if let mapping { body(mapping) }
            linear = (linear / span + 1) * span
        }
    }

    // MARK: Walking

    /// The leaf for a linear address, and how many bytes the answer holds for, aligned to their number.
    private func look(_ linear: UInt32) -> (mapping: PageMapping?, span: UInt64) {
        isExtended ? lookExtended(linear) : lookPlain(linear)
    }

    private func lookPlain(_ linear: UInt32) -> (mapping: PageMapping?, span: UInt64) {
        let directory = entry(state.cr3 & ~0xFFF | linear >> 20 & 0xFFC, wide: false)
        guard directory & 1 != 0 else { return (nil, 4 << 20) }
        if directory & 0x80 != 0, state.cr4 & CR4.pse != 0 {
            // Bits 13 to 16 are address bits beyond 4 GiB with PSE-36, reserved without; so are the rest up to 21.
            guard directory & 0x3F_E000 == 0 else { return (nil, 4 << 20) }
            return (leaf(linear, directory, directory, size: 4 << 20), 4 << 20)
        }
        let table = entry(UInt32(truncatingIfNeeded: directory) & ~0xFFF | linear >> 10 & 0xFFC, wide: false)
        return (table & 1 != 0 ? leaf(linear, table, directory & table, size: 4096) : nil, 4096)
    }

    private func lookExtended(_ linear: UInt32) -> (mapping: PageMapping?, span: UInt64) {
        let pointer = state.pdpt[Int(linear >> 30)]
        guard let tables = frame(pointer) else { return (nil, 1 << 30) }
        let directory = entry(tables | (linear >> 21 & 511) * 8, wide: true)
        guard let table = frame(directory) else { return (nil, 2 << 20) }
        if directory & 0x80 != 0 {
            guard directory & 0x1F_E000 == 0 else { return (nil, 2 << 20) }
            return (leaf(linear, directory, directory, size: 2 << 20), 2 << 20)
        }
        let last = entry(table | (linear >> 12 & 511) * 8, wide: true)
        return (frame(last) == nil ? nil : leaf(linear, last, directory & last, size: 4096), 4096)
    }

    /// The frame of a present wide entry; nil where it is absent, reserved, or above 4 GiB, where this board has nothing.
    private func frame(_ entry: UInt64) -> UInt32? {
        entry & 1 != 0 && entry >> 32 == 0 ? UInt32(truncatingIfNeeded: entry) & ~0xFFF : nil
    }

    private func leaf(_ linear: UInt32, _ entry: UInt64, _ rights: UInt64, size: UInt32) -> PageMapping {
        PageMapping(
            linear: linear & ~(size - 1), physical: UInt32(truncatingIfNeeded: entry) & ~(size - 1), size: size,
            isWritable: rights & 2 != 0, isUser: rights & 4 != 0, isAccessed: entry & 0x20 != 0,
            isDirty: entry & 0x40 != 0, isGlobal: entry & 0x100 != 0 && state.cr4 & CR4.pge != 0)
    }

    /// An entry in RAM or ROM; zero, which is absent, elsewhere.
    private func entry(_ address: UInt32, wide: Bool) -> UInt64 {
        let place = address & addressMask
        guard let host = memory.host(frame: place >> 12) else { return 0 }
        let offset = Int(place & 0xFFF)
        return wide
            ? host.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            : UInt64(host.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}

extension VirtualProcessor {
    /// The page tables in force.
    package var pageTables: PageTables {
        PageTables(memory: memory, state: cpu.pointee.privileged)
    }
}

/// The machine's physical memory as firmware reports it (E820, Multiboot).
package struct MemoryMap: Equatable, Sendable {
    package enum Kind: UInt32, Sendable {
        case usable = 1
        case reserved = 2
    }

    package struct Entry: Equatable, Sendable {
        package var base: UInt64
        package var length: UInt64
        package var kind: Kind

        package var range: Range<UInt64> { base..<base + length }
    }

    package var entries: [Entry]

    /// Where the extended BIOS data area starts: conventional memory ends here.
    package static let conventionalEnd: UInt64 = 0x9FC00
    /// The upper memory area with the firmware's tables.
    package static let firmware: Range<UInt64> = 0xF0000..<0x100000

    /// The map of a PC with `memory` bytes of RAM.
    package init(memory: Int) {
        let end = UInt64(max(memory, 0))
        let conventional = min(end, MemoryMap.conventionalEnd)
        entries = [
            Entry(base: 0, length: conventional, kind: .usable),
            Entry(base: MemoryMap.conventionalEnd, length: 0x400, kind: .reserved),
            Entry(base: 0xF0000, length: 0x10000, kind: .reserved),
        ]
        if end > 0x100000 { entries.append(Entry(base: 0x100000, length: end - 0x100000, kind: .usable)) }
    }

    /// Memory below 1 MiB in KiB.
    package var lowerKiB: UInt32 { UInt32(truncatingIfNeeded: (entries.first?.length ?? 0) >> 10) }
    /// Memory from 1 MiB up in KiB.
    package var upperKiB: UInt32 {
        UInt32(truncatingIfNeeded: (entries.last { $0.base == 0x100000 }?.length ?? 0) >> 10)
    }

    /// True when the whole range is RAM that an image may be loaded to: also C0000h–FFFFFh, which is plain RAM on this
    /// board as long as no firmware is there.
    package func isLoadable(_ range: Range<UInt64>) -> Bool {
        let end = entries.last.map(\.range.upperBound) ?? 0
        return range.upperBound <= end && !range.overlaps(MemoryMap.legacy)
    }

    /// The extended BIOS data area and video memory.
    package static let legacy: Range<UInt64> = conventionalEnd..<0xC0000
}

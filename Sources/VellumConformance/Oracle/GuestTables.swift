import VellumIA32

/// The system that a case runs under on Vellum's side: descriptor tables, a TSS, one HLT for each vector, page tables.
///
/// All of it is linear in `Arena.reserved` and physical from zero; segments have the selectors and descriptors that the
/// host's kernel and the helper use.
enum GuestTables {
    static let memorySize = 1 << 20
    static let directory: UInt32 = 0x1000
    static let gdt: UInt32 = 0x5000
    static let idt: UInt32 = 0x5800
    static let tss: UInt32 = 0x6000
    static let ldt: UInt32 = 0x6800
    static let stubs: UInt32 = 0x7000
    static let stackTop: UInt32 = 0x9000
    static let code: UInt32 = 0xA000
    static let data: UInt32 = 0xB000

    static func linear(_ physical: UInt32) -> UInt32 { Arena.reserved.lowerBound + physical }

    static let kernelCode: UInt16 = 0x08
    static let userCode: UInt16 = 0x23
    static let userData: UInt16 = 0x2B
    static let code16: UInt16 = 0x07
    static let data16: UInt16 = 0x0F
    static let smallData: UInt16 = 0x27
    static let smallReadOnly: UInt16 = 0x2F

    /// Access bits as in a descriptor's bits 8 to 23: type, S, DPL, P; G and D/B in bits 15 and 14.
    private static let flat32: UInt16 = 0xC000
    static let entries: [(table: UInt32, index: UInt32, segment: SegmentState)] = [
        (gdt, 1, SegmentState(selector: 0x08, base: 0, limit: ~0, access: flat32 | 0x9B)),
        (gdt, 2, SegmentState(selector: 0x10, base: 0, limit: ~0, access: flat32 | 0x93)),
        (gdt, 3, SegmentState(selector: 0x18, base: linear(tss), limit: 0x67, access: 0x8B)),
        (gdt, 4, SegmentState(selector: userCode, base: 0, limit: ~0, access: flat32 | 0xFB)),
        (gdt, 5, SegmentState(selector: userData, base: 0, limit: ~0, access: flat32 | 0xF3)),
        (gdt, 6, SegmentState(selector: 0x30, base: linear(ldt), limit: 0x2F, access: 0x82)),
        (ldt, 0, SegmentState(selector: code16, base: Arena.code, limit: 0xFFFF, access: 0xFB)),
        (ldt, 1, SegmentState(selector: data16, base: Arena.dataSegment, limit: 0xFFFF, access: 0xF3)),
        (ldt, 4, SegmentState(selector: smallData, base: Arena.data, limit: Arena.smallLimit, access: 0xF3)),
        (ldt, 5, SegmentState(selector: smallReadOnly, base: Arena.data, limit: Arena.smallLimit, access: 0xF1)),
    ]

    static func segment(_ selector: UInt16) -> SegmentState {
        entries.first { $0.segment.selector == selector }?.segment ?? .null()
    }

    /// All words of the tables, by physical address.
    static func words() -> [(UInt32, UInt32)] {
        var words: [(UInt32, UInt32)] = []
        for entry in entries {
            let (low, high) = descriptor(entry.segment)
            words += [(entry.table + entry.index * 8, low), (entry.table + entry.index * 8 + 4, high)]
        }
        for vector in 0..<UInt32(256) { words += gate(vector) }
        // The I/O map begins behind the segment's limit: no port is allowed.
        words += [(tss + 4, linear(stackTop)), (tss + 8, 0x10), (tss + 0x64, 0x68 << 16)]
        return words + pages()
    }

    private static func descriptor(_ segment: SegmentState) -> (UInt32, UInt32) {
        let limit = segment.access & 0x8000 != 0 ? segment.limit >> 12 : segment.limit
        let low = segment.base << 16 | limit & 0xFFFF
        let high =
            segment.base & 0xFF00_0000 | segment.base >> 16 & 0xFF | limit & 0xF_0000 | UInt32(segment.access) << 8
        return (low, high)
    }

    /// Interrupt gates to the stubs; breakpoints and overflow are open to level 3, as under Linux.
    private static func gate(_ vector: UInt32) -> [(UInt32, UInt32)] {
        let offset = linear(stubs + vector)
        let access: UInt32 = vector == 3 || vector == 4 ? 0xEE00 : 0x8E00
        return [
            (idt + vector * 8, UInt32(kernelCode) << 16 | offset & 0xFFFF),
            (idt + vector * 8 + 4, offset & 0xFFFF_0000 | access),
        ]
    }

    private static func pages() -> [(UInt32, UInt32)] {
        // Present, accessed, dirty, and as needed: user 4, writable 2.
        let regions: [(table: UInt32, linear: UInt32, physical: UInt32, count: UInt32, rights: UInt32)] = [
            (0x2000, linear(0), 0, 16, 2), (0x3000, Arena.code, code, 1, 4), (0x4000, Arena.data, data, 2, 6),
            (0x4000, Arena.data + Arena.writableSize, data + Arena.writableSize, 1, 4),
        ]
        return regions.flatMap { region in
            [(directory + region.linear >> 22 * 4, region.table | 0x67)]
                + (0..<region.count).map { page in
                    let entry = region.table + (region.linear >> 12 + page) & 0x3FF * 4
                    return (entry, region.physical + page << 12 | 0x61 | region.rights)
                }
        }
    }
}

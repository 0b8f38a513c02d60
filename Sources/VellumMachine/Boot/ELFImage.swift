/// The parts of a 32-bit ELF executable that loading takes (System V ABI, Intel386 supplement).
package struct ELFImage: Equatable, Sendable {
    package struct Segment: Equatable, Sendable {
        /// The program header's number, for messages.
        package var number: Int
        package var virtualAddress: UInt32
        package var physicalAddress: UInt32
        package var bytes: [UInt8]
        package var memorySize: UInt32

        package var physicalRange: Range<UInt64> {
            UInt64(physicalAddress)..<UInt64(physicalAddress) + UInt64(memorySize)
        }
        var place: String { "program header \(number)" }
    }

    package var segments: [Segment]
    /// The physical address of the entry point.
    package var entry: UInt32

    package static func isPresent(in reader: ByteReader) -> Bool { reader.u32(0) == 0x464C_457F }

    package init(_ reader: ByteReader, map: MemoryMap) throws(ImageError) {
        try ELFImage.checkIdentity(reader)
        segments = try ELFImage.loadSegments(reader)
        guard !segments.isEmpty else { throw .notUnderstood("ELF header", "no loadable segment") }
        for segment in segments { try ELFImage.checkPlacement(segment, map: map) }
        try ELFImage.checkOverlap(segments)
        entry = try ELFImage.physicalEntry(reader.u32(24) ?? 0, in: segments)
    }

    private static func checkIdentity(_ reader: ByteReader) throws(ImageError) {
        guard reader.count >= 52 else {
            throw .notUnderstood("offset \(hex(reader.count))", "the file ends inside the ELF header (52 bytes)")
        }
        guard reader.u8(4) == 1, reader.u8(5) == 1 else {
            throw .notUnderstood("offset 0x4", "not a 32-bit little-endian ELF file", "Vellum runs IA-32 programs only")
        }
        let machine = reader.u16(18) ?? 0
        guard machine == 3 || machine == 6 else {
            throw .notUnderstood("offset 0x12", "ELF machine \(machine), expected 3 (Intel 80386)")
        }
        let type = reader.u16(16) ?? 0
        guard type == 2 else { throw .notUnderstood("offset 0x10", "ELF type \(type), expected 2 (executable)") }
    }

    private static func loadSegments(_ reader: ByteReader) throws(ImageError) -> [Segment] {
        let table = UInt64(reader.u32(28) ?? 0)
        let entrySize = UInt64(reader.u16(42) ?? 0)
        let count = Int(reader.u16(44) ?? 0)
        guard count == 0 || entrySize >= 32 else {
            throw .notUnderstood("offset 0x2A", "program headers of \(entrySize) bytes, expected 32")
        }
        guard reader.slice(table, entrySize * UInt64(count)) != nil else {
            throw .notUnderstood(
                "offset \(hex(table))",
                "\(count) program headers reach past the end of the file (\(reader.count) bytes)")
        }
        var segments: [Segment] = []
        for number in 0..<count {
            let offset = Int(table) + number * Int(entrySize)
            if let segment = try loadSegment(reader, number, at: offset) { segments.append(segment) }
        }
        return segments
    }

    /// One program header; nil when there is nothing to load for it.
    private static func loadSegment(
        _ reader: ByteReader, _ number: Int, at offset: Int
    ) throws(ImageError) -> Segment? {
        func field(_ index: Int) -> UInt32 { reader.u32(offset + index * 4) ?? 0 }
        guard field(0) == 1, field(5) > 0 else { return nil }
        let place = "program header \(number)"
        guard field(4) <= field(5) else {
            throw .notUnderstood(place, "\(field(4)) bytes in the file but only \(field(5)) in memory")
        }
        guard let bytes = reader.slice(UInt64(field(1)), UInt64(field(4))) else {
            throw .notUnderstood(
                place,
                "bytes \(hex(field(1))) + \(hex(field(4))) reach past the end of the file (\(reader.count) bytes)")
        }
        return Segment(
            number: number, virtualAddress: field(2), physicalAddress: field(3), bytes: Array(bytes),
            memorySize: field(5))
    }

    private static func checkPlacement(_ segment: Segment, map: MemoryMap) throws(ImageError) {
        try BootPlan.checkPlacement(segment.physicalRange, place: segment.place, map: map)
    }

    private static func checkOverlap(_ segments: [Segment]) throws(ImageError) {
        let sorted = segments.sorted { $0.physicalAddress < $1.physicalAddress }
        for (first, second) in zip(sorted, sorted.dropFirst())
        where first.physicalRange.overlaps(second.physicalRange) {
            throw .notUnderstood(
                second.place, "overlaps program header \(first.number) at \(hex(second.physicalAddress))")
        }
    }

    /// The entry point stands as a virtual or, in many kernels, as a physical address.
    private static func physicalEntry(_ entry: UInt32, in segments: [Segment]) throws(ImageError) -> UInt32 {
        for segment in segments where entry &- segment.virtualAddress < segment.memorySize {
            return segment.physicalAddress + (entry - segment.virtualAddress)
        }
        for segment in segments where segment.physicalRange.contains(UInt64(entry)) { return entry }
        throw .notUnderstood("offset 0x18", "the entry point \(hex(entry)) lies in no segment")
    }
}

extension BootPlan {
    /// Refuses bytes that would not land in RAM; says what memory would take them.
    package static func checkPlacement(_ range: Range<UInt64>, place: String, map: MemoryMap) throws(ImageError) {
        guard !map.isLoadable(range) else { return }
        let span = "\(hex(range.lowerBound))–\(hex(range.upperBound))"
        guard range.upperBound <= 3 << 30 else {
            throw .notUnderstood(place, "loads at \(span), beyond any memory of this machine (3 GiB)")
        }
        guard !range.overlaps(MemoryMap.legacy) else {
            throw .notUnderstood(place, "loads at \(span), over video memory (0x9FC00–0xBFFFF)")
        }
        let needed = (range.upperBound + 0xF_FFFF) >> 20
        throw .notUnderstood(place, "loads at \(span), past the end of memory", "try -m \(needed)M")
    }
}

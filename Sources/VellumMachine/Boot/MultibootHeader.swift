/// The header that makes an image a Multiboot 1 kernel (Multiboot Specification 0.6.96, section 3.1).
package struct MultibootHeader: Equatable, Sendable {
    /// The address fields, for images that are not ELF.
    package struct Addresses: Equatable, Sendable {
        package var header: UInt32
        package var load: UInt32
        package var loadEnd: UInt32
        package var bssEnd: UInt32
        package var entry: UInt32
    }

    /// Where the header stands in the file.
    package var offset: Int
    package var flags: UInt32
    package var addresses: Addresses?

    package static let magic: UInt32 = 0x1BAD_B002
    /// The header lies within the first 8 KiB, on a multiple of four.
    package static let searchLimit = 8192

    package var alignsModules: Bool { flags & 1 != 0 }

    /// The first header whose checksum is right.
    package static func find(in reader: ByteReader) -> MultibootHeader? {
        var offset = 0
        while offset + 12 <= min(reader.count, searchLimit) {
            if reader.u32(offset) == magic, let header = MultibootHeader(reader, at: offset) { return header }
            offset += 4
        }
        return nil
    }

    private init?(_ reader: ByteReader, at offset: Int) {
        guard let flags = reader.u32(offset + 4), let checksum = reader.u32(offset + 8),
            MultibootHeader.magic &+ flags &+ checksum == 0
        else { return nil }
        self.offset = offset
        self.flags = flags
        func field(_ index: Int) -> UInt32? { reader.u32(offset + 12 + index * 4) }
        if flags & 1 << 16 != 0, let header = field(0), let load = field(1), let loadEnd = field(2),
            let bssEnd = field(3), let entry = field(4)
        {
            addresses = Addresses(header: header, load: load, loadEnd: loadEnd, bssEnd: bssEnd, entry: entry)
        }
    }

    /// Refuses what a loader must not ignore: flag bits 0 to 15 are requirements (section 3.1.2).
    package func check() throws(ImageError) {
        let place = "Multiboot header at offset \(hex(offset))"
        let unknown = flags & 0xFFF8
        guard unknown == 0 else {
            throw .notUnderstood(place, "requires features \(hex(unknown)) that Multiboot 1 does not define")
        }
        guard flags & 1 << 16 == 0 || addresses != nil else {
            throw .notUnderstood(place, "the file ends inside the header's address fields")
        }
    }
}

extension MultibootHeader.Addresses {
    /// The kernel's bytes as the address fields say (section 3.1.3).
    package func region(_ reader: ByteReader, header: MultibootHeader) throws(ImageError) -> BootPlan.Region {
        let place = "Multiboot header at offset \(hex(header.offset))"
        guard load <= self.header else {
            throw .notUnderstood(place, "load_addr \(hex(load)) is above header_addr \(hex(self.header))")
        }
        let before = UInt64(self.header - load)
        guard before <= UInt64(header.offset) else {
            throw .notUnderstood(place, "load_addr \(hex(load)) lies before the file's first byte")
        }
        let start = UInt64(header.offset) - before
        let length = try length(reader, start: start, place: place)
        guard let bytes = reader.slice(start, length) else {
            throw .notUnderstood(place, "load_end_addr \(hex(loadEnd)) reaches past the end of the file")
        }
        let size = bssEnd == 0 ? length : UInt64(bssEnd) - min(UInt64(bssEnd), UInt64(load))
        guard size >= length, size <= UInt64(UInt32.max), length > 0 else {
            throw .notUnderstood(place, "bss_end_addr \(hex(bssEnd)) is below the end of the loaded bytes")
        }
        guard entry >= load, UInt64(entry) < UInt64(load) + length else {
            throw .notUnderstood(place, "the entry point \(hex(entry)) lies outside the loaded bytes")
        }
        return BootPlan.Region(address: load, bytes: Array(bytes), size: UInt32(size))
    }

    /// Bytes to load: to load_end_addr, or to the end of the file where that is zero.
    private func length(_ reader: ByteReader, start: UInt64, place: String) throws(ImageError) -> UInt64 {
        guard loadEnd != 0 else { return UInt64(reader.count) - start }
        guard loadEnd > load else {
            throw .notUnderstood(place, "load_end_addr \(hex(loadEnd)) is not above load_addr \(hex(load))")
        }
        return UInt64(loadEnd - load)
    }
}

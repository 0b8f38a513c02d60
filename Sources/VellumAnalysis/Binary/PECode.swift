import VellumMachine

/// The code of a 32-bit PE image: its executable sections (Microsoft PE and COFF Specification).
struct PECode {
    private let reader: ByteReader
    /// Offset of the COFF header.
    private let header: Int
    private let base: UInt32

    static func isPresent(in reader: ByteReader) -> Bool {
        guard let start = reader.u32(0x3C), start < UInt32(clamping: reader.count) else { return false }
        return reader.u32(Int(start)) == 0x4550
    }

    init(_ reader: ByteReader) throws(ImageError) {
        self.reader = reader
        header = Int(reader.u32(0x3C) ?? 0) + 4
        let machine = reader.u16(header) ?? 0
        guard machine == 0x14C else {
            throw .notUnderstood("offset \(hex(header))", "PE machine \(hex(machine)), expected 0x14C (Intel 386)")
        }
        guard reader.u16(header + 20) == 0x10B, let base = reader.u32(header + 48) else {
            throw .notUnderstood("offset \(hex(header + 20))", "no 32-bit optional header (0x10B)")
        }
        self.base = base
    }

    func image() throws(ImageError) -> CodeImage {
        let first = header + 20 + Int(reader.u16(header + 16) ?? 0)
        var regions: [CodeImage.Region] = []
        for number in 0..<Int(reader.u16(header + 2) ?? 0) {
            if let region = try section(number, at: first + number * 40) { regions.append(region) }
        }
        let entry = base &+ (reader.u32(header + 36) ?? 0)
        return CodeImage(
            format: "PE", regions: regions,
            entries: [CodeImage.Entry(address: entry, codeBase: 0, name: "entry point")])
    }

    private func section(_ number: Int, at offset: Int) throws(ImageError) -> CodeImage.Region? {
        let place = "section \(number)"
        guard let virtual = reader.u32(offset + 12), let size = reader.u32(offset + 16),
            let start = reader.u32(offset + 20), let traits = reader.u32(offset + 36)
        else { throw .notUnderstood(place, "its header reaches past the end of the file (\(reader.count) bytes)") }
        // CNT_CODE or MEM_EXECUTE.
        guard traits & 0x2000_0020 != 0, size > 0 else { return nil }
        guard let bytes = reader.slice(UInt64(start), UInt64(size)) else {
            throw .notUnderstood(
                place, "bytes \(hex(start)) + \(hex(size)) reach past the end of the file (\(reader.count) bytes)")
        }
        return CodeImage.Region(name: place, address: base &+ virtual, bytes: Array(bytes), is32Bit: true)
    }
}

import VellumMachine
import VellumProfiling

/// The code of a 32-bit ELF file: its executable sections or, without sections, its executable segments (System V ABI,
/// chapter 4).
struct ELFCode {
    private let reader: ByteReader
    private let type: UInt16
    /// Object files have all sections at zero; they are laid out one after the other from here.
    private static let objectBase: UInt32 = 0x1000

    init(_ reader: ByteReader) throws(ImageError) {
        self.reader = reader
        type = reader.u16(16) ?? 0
        guard reader.count >= 52 else {
            throw .notUnderstood("offset \(hex(reader.count))", "the file ends inside the ELF header (52 bytes)")
        }
        guard reader.u8(4) == 1, reader.u8(5) == 1 else {
            throw .notUnderstood("offset 0x4", "not a 32-bit little-endian ELF file", "Vellum reads IA-32 code only")
        }
        let machine = reader.u16(18) ?? 0
        guard machine == 3 || machine == 6 else {
            throw .notUnderstood("offset 0x12", "ELF machine \(machine), expected 3 (Intel 80386)")
        }
        guard (1...3).contains(type) else {
            throw .notUnderstood("offset 0x10", "ELF type \(type), expected 1 to 3 (object, executable, shared)")
        }
    }

    private var isObject: Bool { type == 1 }

    func image() throws(ImageError) -> CodeImage {
        var regions = try sections()
        if regions.isEmpty { regions = try segments() }
        var entries: [CodeImage.Entry] = []
        let start = try virtual(reader.u32(24) ?? 0, unlessIn: regions)
        if !isObject, start != 0 { entries.append(CodeImage.Entry(address: start, codeBase: 0, name: "entry point")) }
        if isObject {
            entries += regions.map { CodeImage.Entry(address: $0.address, codeBase: 0, name: $0.name) }
        } else {
            for (address, name) in ELFSymbols(reader.bytes).functions {
                entries.append(CodeImage.Entry(address: address, codeBase: 0, name: name))
            }
        }
        let remark = isObject ? "an object file: sections laid out from 0x1000, calls between them not resolved" : ""
        return CodeImage(format: "ELF", regions: regions, entries: entries, remark: remark)
    }

    /// A table of headers, checked to lie in the file.
    private func table(
        _ name: String, start: Int, size: Int, count: Int, least: Int
    ) throws(ImageError) -> [Int] {
        let first = UInt64(reader.u32(start) ?? 0)
        let length = UInt64(reader.u16(size) ?? 0)
        let number = UInt64(reader.u16(count) ?? 0)
        guard number > 0, first > 0 else { return [] }
        guard length >= UInt64(least) else {
            throw .notUnderstood("offset \(hex(size))", "\(name) of \(length) bytes, expected \(least)")
        }
        guard reader.slice(first, number * length) != nil else {
            throw .notUnderstood(
                "offset \(hex(first))", "\(number) \(name) reach past the end of the file (\(reader.count) bytes)")
        }
        return (0..<number).map { Int(first + $0 * length) }
    }

    /// Kernels often name their entry point by its physical address: the segment that is loaded there says where it is.
    private func virtual(_ entry: UInt32, unlessIn regions: [CodeImage.Region]) throws(ImageError) -> UInt32 {
        guard !regions.contains(where: { $0.range.contains(UInt64(entry)) }) else { return entry }
        for header in try table("program headers", start: 28, size: 42, count: 44, least: 32) {
            guard reader.u32(header) == 1, let virtual = reader.u32(header + 8), let physical = reader.u32(header + 12),
                let size = reader.u32(header + 20), entry &- physical < size
            else { continue }
            return virtual &+ (entry &- physical)
        }
        return entry
    }

    private func sections() throws(ImageError) -> [CodeImage.Region] {
        let headers = try table("section headers", start: 32, size: 46, count: 48, least: 40)
        var regions: [CodeImage.Region] = []
        var next = Self.objectBase
        for (number, header) in headers.enumerated() {
            func field(_ index: Int) -> UInt32 { reader.u32(header + index * 4) ?? 0 }
            // PROGBITS, ALLOC and EXECINSTR.
            guard field(1) == 1, field(2) & 6 == 6, field(5) > 0 else { continue }
            let place = "section \(number)"
            let bytes = try bytes(place, field(4), field(5))
            regions.append(
                CodeImage.Region(name: place, address: isObject ? next : field(3), bytes: bytes, is32Bit: true))
            next &+= (UInt32(bytes.count) + 15) & ~15
        }
        return regions
    }

    private func segments() throws(ImageError) -> [CodeImage.Region] {
        let headers = try table("program headers", start: 28, size: 42, count: 44, least: 32)
        var regions: [CodeImage.Region] = []
        for (number, header) in headers.enumerated() {
            func field(_ index: Int) -> UInt32 { reader.u32(header + index * 4) ?? 0 }
            // LOAD, with X.
            guard field(0) == 1, field(6) & 1 != 0, field(4) > 0 else { continue }
            let place = "program header \(number)"
            regions.append(
                CodeImage.Region(
                    name: place, address: field(2), bytes: try bytes(place, field(1), field(4)), is32Bit: true))
        }
        return regions
    }

    private func bytes(_ place: String, _ offset: UInt32, _ size: UInt32) throws(ImageError) -> [UInt8] {
        guard let bytes = reader.slice(UInt64(offset), UInt64(size)) else {
            throw .notUnderstood(
                place, "bytes \(hex(offset)) + \(hex(size)) reach past the end of the file (\(reader.count) bytes)")
        }
        return Array(bytes)
    }
}

import CZlib

/// A QEMU copy-on-write image, version 2 or 3, for reading (QEMU, docs/interop/qcow2.txt).
///
/// Everything in the file may be hostile: each offset is checked against the file when it is used, and what leads
/// nowhere is an unreadable sector.
final class QCOW2Source: ImageSource {
    private let file: HostBlockFile
    private let clusterBits: UInt64
    /// Where the second-level tables are.
    private let firstLevel: [UInt64]
    let sectorCount: UInt64
    private var cachedTable: (offset: UInt64, entries: [UInt8])?
    private var cachedCluster: (entry: UInt64, bytes: [UInt8])?

    private static let offsetMask: UInt64 = 0x00FF_FFFF_FFFF_FE00
    private static let compressed: UInt64 = 1 << 62
    private static let reads0: UInt64 = 1
    /// First-level tables larger than this belong to no disk that a PC of this kind has.
    private static let largestTable: UInt64 = 4 << 20

    static func isPresent(in file: HostBlockFile) -> Bool { file.bytes(at: 0, count: 4) == Array("QFI".utf8) + [0xFB] }

    init(_ file: HostBlockFile) throws(ImageError) {
        self.file = file
        guard let header = file.bytes(at: 0, count: 72) else {
            throw .notUnderstood("qcow2 header", "the file ends inside it (\(file.size) bytes of 72)")
        }
        let fields = BigEndian(header)
        try Self.check(fields, file)
        clusterBits = UInt64(fields.u32(20))
        let size = fields.u64(24)
        sectorCount = size >> 9
        guard size > 0, size & 511 == 0 else {
            throw .notUnderstood("qcow2 header, offset 0x18", "a disk of \(size) bytes, expected a multiple of 512")
        }
        let covered = UInt64(1) << (clusterBits + clusterBits - 3)
        let needed = size / covered + (size % covered == 0 ? 0 : 1)
        let count = UInt64(fields.u32(36))
        guard count >= needed, needed <= Self.largestTable else {
            throw .notUnderstood(
                "qcow2 header, offset 0x24",
                "\(count) first-level entries for a disk of \(size) bytes, expected \(needed)")
        }
        guard let table = file.bytes(at: fields.u64(40), count: Int(needed) * 8) else {
            throw .notUnderstood(
                "qcow2 header, offset 0x28",
                "the first-level table at \(hex(fields.u64(40))) reaches past the file's end")
        }
        let entries = BigEndian(table)
        firstLevel = (0..<Int(needed)).map { entries.u64($0 * 8) & Self.offsetMask }
    }

    private static func check(_ fields: BigEndian, _ file: HostBlockFile) throws(ImageError) {
        let version = fields.u32(4)
        guard version == 2 || version == 3 else {
            throw .notUnderstood("qcow2 header, offset 0x4", "version \(version), expected 2 or 3")
        }
        guard fields.u64(8) == 0 else {
            throw .notUnderstood(
                "qcow2 header, offset 0x8", "the image has a backing file, which cannot be followed",
                "make it stand alone with `qemu-img rebase -b \"\"` or `qemu-img convert`")
        }
        guard (9...21).contains(fields.u32(20)) else {
            throw .notUnderstood(
                "qcow2 header, offset 0x14", "clusters of 2^\(fields.u32(20)) bytes, expected 2^9 to 2^21")
        }
        guard fields.u32(32) == 0 else { throw .notUnderstood("qcow2 header, offset 0x20", "the image is encrypted") }
        guard version == 3 else { return }
        guard let features = file.bytes(at: 72, count: 8).map({ BigEndian($0).u64(0) }) else {
            throw .notUnderstood("qcow2 header", "the file ends inside it")
        }
        // "Dirty" (bit 0) concerns reference counts only, which reading does without.
        guard features & ~1 == 0 else {
            throw .notUnderstood(
                "qcow2 header, offset 0x48", "incompatible features \(hex(features))",
                "write the image again with `qemu-img convert -O qcow2`")
        }
    }

    // MARK: Reading

    func read(sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        var done = 0
        while done < bytes.count {
            let place = sector << 9 + UInt64(done)
            let inCluster = place & (1 << clusterBits - 1)
            let count = Int(min(UInt64(bytes.count - done), 1 << clusterBits - inCluster))
            let part = UnsafeMutableRawBufferPointer(rebasing: bytes[done..<done + count])
            guard read(cluster: place >> clusterBits, from: inCluster, into: part) else { return false }
            done += count
        }
        return true
    }

    private func read(cluster: UInt64, from offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard let entry = entry(cluster) else { return false }
        if entry & Self.compressed != 0 {
            guard let whole = inflated(entry) else { return false }
            bytes.copyBytes(from: whole[Int(offset)..<Int(offset) + bytes.count])
            return true
        }
        let start = entry & Self.offsetMask
        guard start != 0, entry & Self.reads0 == 0 else {
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            return true
        }
        guard start <= file.size, UInt64(bytes.count) + offset <= file.size - start else { return false }
        return file.read(at: start + offset, into: bytes)
    }

    /// A cluster's entry in its second-level table; zero where there is none.
    private func entry(_ cluster: UInt64) -> UInt64? {
        let perTable = clusterBits - 3
        let index = cluster >> perTable
        guard index < firstLevel.count else { return nil }
        let table = firstLevel[Int(index)]
        guard table != 0 else { return 0 }
        if cachedTable?.offset != table {
            guard let entries = file.bytes(at: table, count: 1 << Int(clusterBits)) else { return nil }
            cachedTable = (table, entries)
        }
        return cachedTable.map { BigEndian($0.entries).u64(Int(cluster & (1 << perTable - 1)) * 8) }
    }

    /// A compressed cluster: its entry has the offset in its low bits and the sectors it takes, less one, above.
    private func inflated(_ entry: UInt64) -> [UInt8]? {
        if let cachedCluster, cachedCluster.entry == entry { return cachedCluster.bytes }
        let shift = 62 - (clusterBits - 8)
        let offset = entry & (1 << shift - 1)
        let sectors = (entry & ~(3 << 62)) >> shift + 1
        guard offset < file.size else { return nil }
        let count = min(sectors << 9 - offset & 511, file.size - offset)
        guard let packed = file.bytes(at: offset, count: Int(count)),
            let bytes = RawDeflate.inflate(packed, count: 1 << Int(clusterBits))
        else { return nil }
        cachedCluster = (entry, bytes)
        return bytes
    }
}

/// Deflated bytes without a header (RFC 1951).
enum RawDeflate {
    /// Inflates to exactly `count` bytes; nil when the data does not give them.
    static func inflate(_ packed: [UInt8], count: Int) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var bytes = [UInt8](repeating: 0, count: count)
        packed.withUnsafeBufferPointer { input in
            bytes.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: count)
                _ = CZlib.inflate(&stream, Z_FINISH)
            }
        }
        return stream.avail_out == 0 ? bytes : nil
    }
}

/// Big-endian fields of a header; outside the bytes they read as zero.
struct BigEndian {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func u32(_ offset: Int) -> UInt32 {
        guard offset >= 0, offset + 4 <= bytes.count else { return 0 }
        return (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
    }

    func u64(_ offset: Int) -> UInt64 { UInt64(u32(offset)) << 32 | UInt64(u32(offset + 4)) }
}

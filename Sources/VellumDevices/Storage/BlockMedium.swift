/// What lies in a drive: sectors of 512 bytes.  A drive asks only for sectors that there are.
package protocol BlockMedium: AnyObject {
    var sectorCount: UInt64 { get }
    /// Writes are taken; a medium that takes none is write-protected.
    var isWritable: Bool { get }
    /// Reads whole sectors; false when they cannot be read.
    func read(sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool
    /// Writes whole sectors; false when they cannot be written.
    func write(sector: UInt64, from bytes: UnsafeRawBufferPointer) -> Bool
    /// Makes what was written last; false when that fails.
    func flush() -> Bool
}

extension BlockMedium {
    /// `count` sectors as an array; nil when they are not there or cannot be read.
    func sectors(_ sector: UInt64, _ count: Int) -> [UInt8]? {
        guard contains(sector, UInt64(count)) else { return nil }
        var readable = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count * 512) { buffer, used in
            readable = read(sector: sector, into: UnsafeMutableRawBufferPointer(buffer))
            if !readable { buffer.initialize(repeating: 0) }
            used = count * 512
        }
        return readable ? bytes : nil
    }

    /// Writes whole sectors.
    func store(_ bytes: some Collection<UInt8>, at sector: UInt64) -> Bool {
        guard isWritable, contains(sector, UInt64(bytes.count / 512)) else { return false }
        let whole = Array(bytes)
        return whole.withUnsafeBytes {
            write(sector: sector, from: UnsafeRawBufferPointer(rebasing: $0[..<(whole.count & ~511)]))
        }
    }

    func contains(_ sector: UInt64, _ count: UInt64) -> Bool {
        sector <= sectorCount && count <= sectorCount - sector
    }
}

/// Cylinders, heads and sectors a track.
package struct DiskGeometry: Codable, Equatable, Sendable {
    package var cylinders: Int
    package var heads: Int
    package var sectors: Int

    package init(cylinders: Int, heads: Int, sectors: Int) {
        self.cylinders = cylinders
        self.heads = heads
        self.sectors = sectors
    }

    /// What an ATA disk of a size tells of itself: 16 heads, 63 sectors, and no more than 16383 cylinders.
    package init(sectorCount: UInt64) {
        let cylinders = Int(clamping: sectorCount / 1008)
        self.init(cylinders: min(max(cylinders, 1), 16383), heads: 16, sectors: 63)
    }
}

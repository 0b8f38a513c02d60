import VellumDevices

/// An image in a drive.  Writes reach the image where that is wanted, and otherwise an overlay in memory that goes with
/// the machine.
package final class BlockImage: BlockMedium {
    /// The overlay keeps sectors together in blocks of so many.
    private static let blockSectors: UInt64 = 8
    private static let blockBytes = 4096
    /// A guest that writes more than this to an overlay meets a full disk: the host's memory has an end.
    private static let largestOverlay = 2 << 30 / blockBytes

    private let source: any ImageSource
    private var overlay: [UInt64: [UInt8]] = [:]
    private let isProtected: Bool
    /// The image as the user named it.
    package let name: String
    /// The first thing that went wrong while the image was written, as one line.
    package private(set) var problem: String?

    /// - Parameter isProtected: the medium takes no writes, as a CD.
    init(_ source: any ImageSource, name: String, isProtected: Bool = false) {
        self.source = source
        self.name = name
        self.isProtected = isProtected
    }

    package var sectorCount: UInt64 { source.sectorCount }
    package var isWritable: Bool { !isProtected }
    /// Writes do not reach the image.
    package var isThrowAway: Bool { !source.isWritable && !isProtected }

    package func read(sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard source.read(sector: sector, into: bytes) else { return false }
        guard !overlay.isEmpty else { return true }
        forEachBlock(sector, bytes.count) { number, offset, range in
            guard let block = overlay[number] else { return true }
            UnsafeMutableRawBufferPointer(rebasing: bytes[range]).copyBytes(from: block[offset..<offset + range.count])
            return true
        }
        return true
    }

    package func write(sector: UInt64, from bytes: UnsafeRawBufferPointer) -> Bool {
        guard !isProtected else { return false }
        guard !source.isWritable else { return note(source.write(sector: sector, from: bytes)) }
        return forEachBlock(sector, bytes.count) { number, offset, range in
            guard var block = overlay.removeValue(forKey: number) ?? fresh(number) else { return false }
            block.replaceSubrange(offset..<offset + range.count, with: bytes[range])
            overlay[number] = block
            return true
        }
    }

    package func flush() -> Bool { note(source.flush()) }

    /// A block of the overlay as the image has it.
    private func fresh(_ number: UInt64) -> [UInt8]? {
        guard overlay.count < Self.largestOverlay else { return nil }
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        let first = number * Self.blockSectors
        let count = Int(min(Self.blockSectors, sectorCount - first)) * 512
        let readable = block.withUnsafeMutableBytes {
            source.read(sector: first, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<count]))
        }
        return readable ? block : nil
    }

    /// Cuts a range of sectors at the overlay's blocks: block number, offset in it, and range of the bytes.
    @discardableResult private func forEachBlock(
        _ sector: UInt64, _ count: Int, _ body: (UInt64, Int, Range<Int>) -> Bool
    ) -> Bool {
        var done = 0
        while done < count {
            let place = sector + UInt64(done / 512)
            let offset = Int(place % Self.blockSectors) * 512
            let part = min(count - done, Self.blockBytes - offset)
            guard body(place / Self.blockSectors, offset, done..<done + part) else { return false }
            done += part
        }
        return true
    }

    private func note(_ failure: String?) -> Bool {
        guard let failure else { return true }
        if problem == nil { problem = "\(name): cannot be written: \(failure)" }
        return false
    }

    // MARK: Saved states

    /// What the guest has written to the overlay.
    struct Changes: Codable, Equatable, Sendable {
        var blocks: [UInt64: [UInt8]] = [:]
    }

    var changes: Changes {
        get { Changes(blocks: overlay) }
        set {
            overlay = newValue.blocks.filter {
                $0.value.count == Self.blockBytes && $0.key <= sectorCount / Self.blockSectors
            }
        }
    }
}

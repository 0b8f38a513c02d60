/// Memory above the high memory area, handed out in blocks of whole kilobytes: the first gap that is large enough.
///
/// Handles are numbers from 1 on; a block may have no bytes at all, and has its handle all the same.
package struct ExtendedArena: Equatable, Sendable {
    package struct Block: Equatable, Sendable {
        /// Physical address and size in bytes, multiples of 1024.
        package var base: UInt32
        package var size: UInt32
        package var locks: UInt8 = 0
    }

    /// As many as HIMEM.SYS has at most.
    package static let handleLimit = 128
    /// A kilobyte.
    package static let unit: UInt32 = 1024

    package let range: Range<UInt32>
    package private(set) var blocks: [UInt16: Block] = [:]

    /// - Parameter range: physical addresses; cut down to whole kilobytes.
    package init(_ range: Range<UInt32>) {
        let start = (range.lowerBound + (Self.unit - 1)) & ~(Self.unit - 1)
        self.range = start..<max(start, range.upperBound & ~(Self.unit - 1))
    }

    /// The gaps between blocks, by address.
    private var gaps: [Range<UInt32>] {
        var gaps: [Range<UInt32>] = []
        var place = range.lowerBound
        for block in blocks.values.sorted(by: { ($0.base, $0.size) < ($1.base, $1.size) }) where block.size > 0 {
            if block.base > place { gaps.append(place..<block.base) }
            place = block.base + block.size
        }
        if place < range.upperBound { gaps.append(place..<range.upperBound) }
        return gaps
    }

    /// Kilobytes of the largest gap, and of all together.
    package var free: (largest: UInt32, total: UInt32) {
        let sizes = gaps.map { UInt32($0.count) / Self.unit }
        return (sizes.max() ?? 0, sizes.reduce(0, +))
    }

    package var freeHandles: Int { Self.handleLimit - blocks.keys.count { Self.xmsHandles.contains($0) } }

    /// Handles of XMS, and those of others who share its memory.
    package static let xmsHandles = 1...UInt16(handleLimit)
    package static let otherHandles: ClosedRange<UInt16> = 0x1000...0x1FFF

    /// Takes a block; nil when no gap is large enough or no handle is left.
    /// - Parameter alignment: of the address, in bytes; a power of two.
    package mutating func allocate(
        kilobytes: UInt32, handles: ClosedRange<UInt16> = xmsHandles, alignment: UInt32 = unit
    ) -> UInt16? {
        guard let handle = handles.first(where: { blocks[$0] == nil }),
            let base = place(kilobytes, alignment)
        else { return nil }
        blocks[handle] = Block(base: base, size: kilobytes * Self.unit)
        return handle
    }

    /// Where a block of a size may lie.
    private func place(_ kilobytes: UInt32, _ alignment: UInt32) -> UInt32? {
        if kilobytes == 0 { return range.lowerBound }
        for gap in gaps {
            let start = (UInt64(gap.lowerBound) + UInt64(alignment - 1)) & ~UInt64(alignment - 1)
            if start + UInt64(kilobytes) * UInt64(Self.unit) <= UInt64(gap.upperBound) {
                return UInt32(truncatingIfNeeded: start)
            }
        }
        return nil
    }

    package mutating func free(_ handle: UInt16) { blocks[handle] = nil }

    package mutating func setLocks(_ locks: UInt8, of handle: UInt16) { blocks[handle]?.locks = locks }

    /// Gives a block another size, in its place where it fits and else in another, whose bytes the caller must copy;
    /// nil when there is no room, and nothing has changed.
    package mutating func resize(
        _ handle: UInt16, kilobytes: UInt32, alignment: UInt32 = unit
    ) -> (old: Block, new: Block)? {
        guard let old = blocks[handle] else { return nil }
        blocks[handle] = nil
        let gap = gaps.first { $0.contains(old.base) }
        let fits = gap.map { ($0.upperBound - old.base) / Self.unit >= kilobytes } ?? false
        guard let base = fits && old.size > 0 ? old.base : place(kilobytes, alignment) else {
            blocks[handle] = old
            return nil
        }
        let new = Block(base: base, size: kilobytes * Self.unit, locks: old.locks)
        blocks[handle] = new
        return (old, new)
    }
}

/// Memory as DOS gives it out: a chain of blocks, each behind a header of one paragraph that lies in guest memory
/// (MS-DOS Programmer's Reference, "Arena Headers"): 'M' or 'Z' for the last, owner, paragraphs, name.
package struct MemoryArena {
    let host: any ServiceHost
    /// Segment of the first header.
    let first: UInt16
    /// AH=58h: 0 first fit, 1 best fit, 2 last fit; bit 7 upper memory first, bit 6 upper memory only.
    var strategy: UInt16 = 0
    /// The upper blocks are part of the chain.
    var linksUpper = false
    /// Segment of the header that leads to upper memory; zero when there is none.
    private(set) var bridge: UInt16 = 0
    private var upper: UInt16 = 0

    struct Block: Equatable {
        /// Segment of the header; the block is the next one.
        var header: UInt16
        var isLast: Bool
        var owner: UInt16
        var size: UInt16
        var segment: UInt16 { header &+ 1 }
        var end: UInt32 { UInt32(header) + 1 + UInt32(size) }
    }

    /// The owner of DOS's own blocks.
    package static let system: UInt16 = 8

    init(host: any ServiceHost, first: UInt16) {
        self.host = host
        self.first = first
    }

    /// One free block from `first` to `end`.
    func format(end: UInt16) {
        write(Block(header: first, isLast: true, owner: 0, size: end - first - 1))
    }

    /// Adds upper memory behind a block that stands for what lies between.
    mutating func addUpper(from start: UInt16, to end: UInt16) {
        guard case .success(let blocks) = chain(), let last = blocks.last, last.size > 1 else { return }
        var shorter = last
        shorter.size -= 1
        write(shorter)
        let top = last.header + last.size
        bridge = top
        upper = start
        write(Block(header: top, isLast: true, owner: Self.system, size: start - top - 1), name: Array("SC".utf8))
        write(Block(header: start, isLast: true, owner: 0, size: end - start - 1))
    }

    /// Puts upper memory into the chain or takes it out (AH=58h, AL=03h).
    mutating func link(upper on: Bool) throws(DOSError) {
        guard bridge != 0 else { throw .invalidFunction }
        linksUpper = on
        // The header before the bridge leads to it only while it is linked.
        var block = first
        while true {
            var here = try read(block)
            if here.end >= UInt32(bridge) {
                here.isLast = !on
                rewrite(here)
                break
            }
            block = UInt16(truncatingIfNeeded: here.end)
        }
        var between = try read(bridge)
        between.isLast = !on
        rewrite(between)
    }

    // MARK: Headers

    private func read(_ header: UInt16) throws(DOSError) -> Block {
        let bytes = host.readBytes(UInt32(header) << 4, 5)
        guard bytes[0] == 0x4D || bytes[0] == 0x5A else { throw .arenaTrashed }
        return Block(
            header: header, isLast: bytes[0] == 0x5A, owner: UInt16(bytes[1]) | UInt16(bytes[2]) << 8,
            size: UInt16(bytes[3]) | UInt16(bytes[4]) << 8)
    }

    private func write(_ block: Block, name: [UInt8] = []) {
        let address = UInt32(block.header) << 4
        rewrite(block)
        host.writeBytes(address + 5, [0, 0, 0])
        let padded = name.prefix(8) + [UInt8](repeating: 0, count: 8 - min(8, name.count))
        host.writeBytes(address + 8, Array(padded))
    }

    /// Leaves the name.
    private func rewrite(_ block: Block) {
        let address = UInt32(block.header) << 4
        host.writeByte(address, block.isLast ? 0x5A : 0x4D)
        host.writeWord(address + 1, block.owner)
        host.writeWord(address + 3, block.size)
    }

    /// All blocks; what a program has overwritten ends the chain with an error.
    func chain() -> Result<[Block], DOSError> {
        var blocks: [Block] = []
        var header = first
        do throws(DOSError) {
            while true {
                let block = try read(header)
                blocks.append(block)
                if block.isLast {
                    guard block.end <= 0x1_0000 else { throw .arenaTrashed }
                    return .success(blocks)
                }
                guard block.end <= 0xFFFF, block.end > UInt32(header), blocks.count < 4096 else { throw .arenaTrashed }
                header = UInt16(block.end)
            }
        } catch {
            return .failure(error)
        }
    }

    /// Joins each free block with the free ones behind it.
    private func coalesced() throws(DOSError) -> [Block] {
        var result: [Block] = []
        for block in try chain().get() {
            if let last = result.last, last.owner == 0, block.owner == 0, last.end == UInt32(block.header) {
                result[result.count - 1].size += block.size + 1
                result[result.count - 1].isLast = block.isLast
                rewrite(result[result.count - 1])
            } else {
                result.append(block)
            }
        }
        return result
    }

    // MARK: Services

    /// The largest block that could be had now.
    package func largest() -> UInt16 {
        guard let blocks = try? coalesced() else { return 0 }
        return candidates(blocks).map(\.size).max() ?? 0
    }

    /// Free blocks in the part of memory that the strategy names.
    private func candidates(_ blocks: [Block]) -> [Block] {
        let free = blocks.filter { $0.owner == 0 }
        guard linksUpper, strategy & 0xC0 != 0 else { return free }
        let high = free.filter { $0.header >= upper }
        return strategy & 0x40 != 0 ? high : high + free.filter { $0.header < upper }
    }

    /// A block of so many paragraphs; its segment.
    package func allocate(_ size: UInt16, owner: UInt16) throws(DOSError) -> UInt16 {
        let all = candidates(try coalesced()).filter { $0.size >= size }
        let pools = linksUpper && strategy & 0x80 != 0 ? [all.filter { $0.header >= upper }, all] : [all]
        for pool in pools {
            guard let block = choose(pool) else { continue }
            return carve(block, size, owner, fromEnd: strategy & 3 == 2)
        }
        throw .notEnoughMemory
    }

    private func choose(_ blocks: [Block]) -> Block? {
        switch strategy & 3 {
        case 1: blocks.min { $0.size < $1.size }
        case 2: blocks.last
        default: blocks.first
        }
    }

    private func carve(_ block: Block, _ size: UInt16, _ owner: UInt16, fromEnd: Bool) -> UInt16 {
        var taken = block
        taken.owner = owner
        guard block.size > size else {
            write(taken)
            return taken.segment
        }
        if fromEnd {
            var rest = block
            rest.size = block.size - size - 1
            rest.isLast = false
            rewrite(rest)
            taken.header = UInt16(rest.end)
            taken.size = size
            write(taken)
        } else {
            taken.size = size
            taken.isLast = false
            write(taken)
            write(
                Block(
                    header: UInt16(taken.end), isLast: block.isLast, owner: 0, size: block.size - size - 1))
        }
        return taken.segment
    }

    package func free(_ segment: UInt16) throws(DOSError) {
        guard let block = try chain().get().first(where: { $0.segment == segment }) else { throw .invalidBlock }
        var freed = block
        freed.owner = 0
        rewrite(freed)
    }

    /// Grows or shrinks a block; when it cannot grow so far it becomes as large as it can, and the error is told with
    /// that size.
    package func resize(_ segment: UInt16, to size: UInt16) throws(DOSError) -> (granted: Bool, largest: UInt16) {
        guard let found = try chain().get().first(where: { $0.segment == segment }) else { throw .invalidBlock }
        var block = found
        if size > block.size, let next = try coalesced().first(where: { UInt32($0.header) == block.end }),
            next.owner == 0
        {
            block.size += next.size + 1
            block.isLast = next.isLast
            rewrite(block)
        }
        guard size <= block.size else { return (false, block.size) }
        if size < block.size { _ = carve(block, size, block.owner, fromEnd: false) }
        return (true, size)
    }

    func setOwner(_ segment: UInt16, _ owner: UInt16, name: [UInt8]? = nil) {
        let header = UInt32(segment &- 1) << 4
        host.writeWord(header + 1, owner)
        guard let name else { return }
        host.writeBytes(header + 8, Array(name.prefix(8)) + [UInt8](repeating: 0, count: 8 - min(8, name.count)))
    }

    /// Frees everything that a process owns.
    func freeAll(of owner: UInt16) {
        guard owner != 0, case .success(let blocks) = chain() else { return }
        for var block in blocks where block.owner == owner {
            block.owner = 0
            rewrite(block)
        }
    }
}

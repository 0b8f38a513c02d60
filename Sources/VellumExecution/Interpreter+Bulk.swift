import Glibc
import VellumIA32
import VellumMicroOps

/// REP MOVS, STOS, SCAS and CMPS by host block operations, a page at a time.
///
/// A block is only what needs no slow path and what the budget allows, and always leaves the last iteration to the
/// micro-ops: so counts, faults and events are those of the single steps.  Searches leave them the flags as well: the
/// iteration that comes next ends the search, or at least cannot fault.
extension Interpreter {
    /// Iterations to be done at once.
    private struct Block {
        let shape: BulkShape
        let isForward: Bool
        var count: UInt32

        var elementBytes: UInt32 { 1 << UInt32(shape.shift) }
        var length: UInt32 { count << UInt32(shape.shift) }

        /// From where the first element is to where the lowest is.
        func low(_ first: UInt32) -> UInt32 { isForward ? first : first &- (length &- elementBytes) }

        /// The element of an iteration, of a block whose lowest byte is at `host`.
        func element(_ host: UnsafeRawPointer, _ iteration: UInt32) -> UInt32 {
            let index = isForward ? iteration : count - 1 - iteration
            return SoftMMU.load(host + Int(index << UInt32(shape.shift)), Int(elementBytes))
        }

        /// Leaves out the iterations whose elements are not wholly below `end`, the first one being at `start`.
        mutating func confine(_ start: UInt32, below end: UInt32) {
            // Backward, the first element is the highest, and may itself reach beyond the end.
            let room = isForward ? (end - start) >> UInt32(shape.shift) : (start >> UInt32(shape.shift)) + 1
            count = !isForward && start + elementBytes > end ? 0 : min(count, room)
        }
    }

    /// The first elements' places: as indices say, and linear.
    private struct Place {
        var offset: UInt32
        var linear: UInt32
        var window: UnsafeMutablePointer<SegmentWindow>?
    }

    private func block(_ ip: UnsafePointer<MicroOp>) -> Block {
        let shape = BulkShape(ip)
        let counter = cpu.visible[.ecx] & (shape.isShort ? 0xFFFF : ~0)
        let budget = UInt32(clamping: max(0, cpu.pointee.engine.budget))
        return Block(shape: shape, isForward: cpu.visible.pointee.direction > 0, count: min(counter &- 1, budget))
    }

    /// Where an index register points, the block being confined to what stays in its page and, with short indices, in
    /// its 64 KiB.
    private func place(_ index: GeneralRegister, _ segment: SegmentRegister?, _ block: inout Block) -> Place {
        let offset = cpu.visible[index] & (block.shape.isShort ? 0xFFFF : ~0)
        let window = segment.map { cpu.visible.window($0) }
        let linear = offset &+ (window?.pointee.base ?? 0)
        block.confine(linear & 0xFFF, below: 0x1000)
        if block.shape.isShort { block.confine(offset, below: 0x1_0000) }
        return Place(offset: offset, linear: linear, window: window)
    }

    /// The lowest linear address of a block, where its segment admits all of it.
    private func low(_ place: Place, _ block: Block, write: Bool) -> UInt32? {
        guard let window = place.window else { return block.low(place.linear) }
        return window.pointee.linear(block.low(place.offset), block.length, write: write)
    }

    private func finish(_ block: Block, _ indices: [GeneralRegister]) {
        guard block.count > 0 else { return }
        let visible = cpu.visible
        cpu.pointee.engine.budget &-= Int64(block.count)
        if cpu.pointee.engine.entryLog != nil { logRepeated(block.count) }
        let mask: UInt32 = block.shape.isShort ? 0xFFFF : ~0
        func add(_ delta: UInt32, to register: GeneralRegister) {
            visible[register] = visible[register] & ~mask | (visible[register] &+ delta) & mask
        }
        add(0 &- block.count, to: .ecx)
        for index in indices { add(block.isForward ? block.length : 0 &- block.length, to: index) }
    }

    @inline(never)
    func bulkMove(_ ip: UnsafePointer<MicroOp>, _ tlb: UnsafeMutablePointer<TLBEntry>) {
        var block = block(ip)
        let target = place(.edi, block.shape.destination, &block)
        let source = place(.esi, block.shape.source, &block)
        guard block.count >= 2, let to = low(target, block, write: true), let from = low(source, block, write: false)
        else { return }
        var (there, here) = (tlb[TLB.index(to)], tlb[TLB.index(from)])
        // Of two pages with one index, one is always the other's victim.
        if TLB.index(to) == TLB.index(from), (to ^ from) & ~0xFFF != 0 {
            if there.writeTag != to & ~0xFFF { there = mmu.victimEntry(to) }
            if here.readTag != from & ~0xFFF { here = mmu.victimEntry(from) }
        }
        let last = block.length &- 1
        guard there.writeTag == (to &+ last) & ~0xFFF, here.readTag == (from &+ last) & ~0xFFF,
            let target = UnsafeMutableRawPointer(bitPattern: there.addend &+ UInt(to)),
            let source = UnsafeRawPointer(bitPattern: here.addend &+ UInt(from))
        else { return }
        // Overlapping in the direction of travel repeats a pattern, which a block copy would not.
        let distance = UInt(bitPattern: target) &- UInt(bitPattern: source)
        let reach = UInt(block.length)
        let repeats = distance != 0 && (block.isForward ? distance < reach : 0 &- distance < reach)
        if repeats { return }
        memmove(target, source, Int(block.length))
        finish(block, [.esi, .edi])
    }

    @inline(never)
    func bulkFill(_ ip: UnsafePointer<MicroOp>, _ tlb: UnsafeMutablePointer<TLBEntry>) {
        var block = block(ip)
        let place = place(.edi, block.shape.destination, &block)
        guard block.count >= 2, let to = low(place, block, write: true),
            let target = tlb.writeHost(to, block.length)
        else { return }
        let value = cpu.visible[.eax]
        let count = Int(block.count)
        switch block.shape.shift {
        case 0: memset(target, Int32(value & 0xFF), count)
        case 1:
            for index in 0..<count {
                target.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: index * 2, as: UInt16.self)
            }
        default: for index in 0..<count { target.storeBytes(of: value, toByteOffset: index * 4, as: UInt32.self) }
        }
        finish(block, [.edi])
    }

    @inline(never)
    func bulkScan(_ ip: UnsafePointer<MicroOp>, _ tlb: UnsafeMutablePointer<TLBEntry>) {
        var block = block(ip)
        let place = place(.edi, block.shape.destination, &block)
        guard block.count >= 2, let at = low(place, block, write: false), let host = tlb.readHost(at, block.length)
        else { return }
        let mask = UInt32.max >> (32 - 8 * block.elementBytes)
        let value = cpu.visible[.eax] & mask
        var iterations: UInt32 = 0
        while iterations < block.count &- 1, (block.element(host, iterations) == value) == block.shape.whileEqual {
            iterations += 1
        }
        block.count = iterations
        finish(block, [.edi])
    }

    @inline(never)
    func bulkCompare(_ ip: UnsafePointer<MicroOp>, _ tlb: UnsafeMutablePointer<TLBEntry>) {
        var block = block(ip)
        let second = place(.edi, block.shape.destination, &block)
        let first = place(.esi, block.shape.source, &block)
        guard block.count >= 2, let there = low(second, block, write: false),
            let here = low(first, block, write: false), let left = tlb.readHost(here, block.length),
            let right = tlb.readHost(there, block.length)
        else { return }
        var iterations: UInt32 = 0
        while iterations < block.count &- 1,
            (block.element(left, iterations) == block.element(right, iterations)) == block.shape.whileEqual
        {
            iterations += 1
        }
        block.count = iterations
        finish(block, [.esi, .edi])
    }
}

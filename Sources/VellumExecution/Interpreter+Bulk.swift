import Glibc
import VellumIA32
import VellumMicroOps

/// REP MOVS and REP STOS by host block operations, a page at a time.
///
/// A block is only what needs no slow path and what the budget allows, and always leaves the last iteration to the
/// micro-ops: so counts, faults and events are those of the single steps.
extension Interpreter {
    private struct Block {
        var count: UInt32
        var bytes: Int
    }

    /// How many whole iterations at `address` (and `other`) stay within their pages and the budget.
    private func block(shift: UInt32, address: UInt32, other: UInt32?, counter: UInt32) -> Block? {
        let budget = UInt32(clamping: max(0, cpu.pointee.engine.budget))
        var count = min(counter &- 1, budget)
        let forward = cpu.visible.pointee.direction > 0
        for start in [address, other ?? address] {
            // Backward, the element at `start` is the highest; it may reach beyond the page.
            let room = forward ? (0x1000 - start & 0xFFF) >> shift : ((start & 0xFFF) >> shift) + 1
            if !forward && (start & 0xFFF) + (1 << shift) > 0x1000 { return nil }
            count = min(count, room)
        }
        return count < 2 ? nil : Block(count: count, bytes: Int(count) << Int(shift))
    }

    private func finish(_ block: Block, registers: [GeneralRegister]) {
        let visible = cpu.visible
        cpu.pointee.engine.budget &-= Int64(block.count)
        if cpu.pointee.engine.entryLog != nil { logRepeated(block.count) }
        visible[.ecx] = visible[.ecx] &- block.count
        let step = UInt32(truncatingIfNeeded: block.bytes)
        for register in registers {
            visible[register] = visible.pointee.direction > 0 ? visible[register] &+ step : visible[register] &- step
        }
    }

    /// The lowest address of the block whose first element is at `start`.
    private func low(_ start: UInt32, _ block: Block, _ shift: UInt32) -> UInt32 {
        cpu.visible.pointee.direction > 0
            ? start : start &- (UInt32(truncatingIfNeeded: block.bytes) &- (1 << shift))
    }

    @inline(never)
    func bulkMove(_ ip: UnsafePointer<MicroOp>, _ tlb: UnsafeMutablePointer<TLBEntry>) {
        let visible = cpu.visible
        let shift = UInt32(ip.pointee.d & 3)
        guard let block = block(shift: shift, address: visible[.edi], other: visible[.esi], counter: visible[.ecx])
        else { return }
        let length = UInt32(truncatingIfNeeded: block.bytes)
        let (to, from) = (low(visible[.edi], block, shift), low(visible[.esi], block, shift))
        var (there, here) = (tlb[TLB.index(to)], tlb[TLB.index(from)])
        // Of two pages with one index, one is always the other's victim.
        if TLB.index(to) == TLB.index(from), (to ^ from) & ~0xFFF != 0 {
            if there.writeTag != to & ~0xFFF { there = mmu.victimEntry(to) }
            if here.readTag != from & ~0xFFF { here = mmu.victimEntry(from) }
        }
        let last = length &- 1
        guard there.writeTag == (to &+ last) & ~0xFFF, here.readTag == (from &+ last) & ~0xFFF,
            let target = UnsafeMutableRawPointer(bitPattern: there.addend &+ UInt(to)),
            let source = UnsafeRawPointer(bitPattern: here.addend &+ UInt(from))
        else { return }
        let distance = UInt(bitPattern: target) &- UInt(bitPattern: source)
        let forward = visible.pointee.direction > 0
        // Overlapping in the direction of travel repeats a pattern, which a block copy would not.
        let repeats = forward ? distance != 0 && distance < UInt(block.bytes) : 0 &- distance < UInt(block.bytes)
        if repeats && distance != 0 { return }
        memmove(target, source, block.bytes)
        finish(block, registers: [.esi, .edi])
    }

    @inline(never)
    func bulkFill(_ ip: UnsafePointer<MicroOp>, _ tlb: UnsafeMutablePointer<TLBEntry>) {
        let visible = cpu.visible
        let shift = UInt32(ip.pointee.d & 3)
        guard let block = block(shift: shift, address: visible[.edi], other: nil, counter: visible[.ecx]),
            let target = tlb.writeHost(
                low(visible[.edi], block, shift), UInt32(truncatingIfNeeded: block.bytes))
        else { return }
        let value = visible[.eax]
        switch shift {
        case 0: memset(target, Int32(value & 0xFF), block.bytes)
        case 1:
            for index in 0..<Int(block.count) {
                target.storeBytes(of: UInt16(truncatingIfNeeded: value), toByteOffset: index * 2, as: UInt16.self)
            }
        default:
            for index in 0..<Int(block.count) { target.storeBytes(of: value, toByteOffset: index * 4, as: UInt32.self) }
        }
        finish(block, registers: [.edi])
    }
}

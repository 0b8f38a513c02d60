import VellumDOS
import VellumIA32

// Memory for programs in protected mode: DOS's, and what XMS has.
extension ProtectedHost {
    // MARK: 01xxh: DOS memory

    func lowMemoryService(
        _ context: inout ProcessorContext, _ session: ProtectedSession
    ) throws(ProtectedProblem) {
        switch context.ax {
        case 0x0100:
            guard let segment = try? kernel.arena.allocate(context.bx, owner: session.process) else { throw .lowMemory }
            let descriptors = lowDescriptors(segment, context.bx, session)
            guard let selector = addDescriptors(descriptors, to: session) else {
                try? kernel.arena.free(segment)
                throw .descriptorsUnavailable
            }
            session.lowBlocks[selector] = (segment, descriptors.count)
            (context.ax, context.dx) = (segment, selector)
        case 0x0101:
            guard let block = session.lowBlocks.removeValue(forKey: context.dx) else { throw .invalidSelector }
            try? kernel.arena.free(block.segment)
            for offset in 0..<block.count {
                let index = Int(context.dx >> 3) + offset
                forget(ProtectedSession.selector(index), &context)
                session.descriptors.remove(index)
                write(Descriptor(low: 0, high: 0), at: session.ldt + UInt32(index) * 8)
            }
        case 0x0102:
            guard let block = session.lowBlocks[context.dx] else { throw .invalidSelector }
            let descriptors = lowDescriptors(block.segment, context.bx, session)
            guard descriptors.count <= block.count else { throw .descriptorsUnavailable }
            guard let result = try? kernel.arena.resize(block.segment, to: context.bx), result.granted else {
                throw .lowMemory
            }
            for (offset, descriptor) in descriptors.enumerated() {
                write(descriptor, at: session.ldt + UInt32(Int(context.dx >> 3) + offset) * 8)
            }
        default: throw .unsupported
        }
    }

    /// One for each 64 KiB; the first reaches over all of it where offsets have 32 bits.
    private func lowDescriptors(_ segment: UInt16, _ paragraphs: UInt16, _ session: ProtectedSession) -> [Descriptor] {
        let bytes = max(UInt32(paragraphs) << 4, 1)
        return (0..<(bytes + 0xFFFF) >> 16).map { part in
            let rest = bytes - part << 16
            let limit = session.is32 && part == 0 ? bytes - 1 : min(rest, 0x10000) - 1
            return Self.descriptor(base: UInt32(segment) << 4 + part << 16, limit: limit, access: 0xF2)
        }
    }

    // MARK: 05xxh: memory

    func memoryService(
        _ context: inout ProcessorContext, _ session: ProtectedSession
    ) throws(ProtectedProblem) {
        let size = UInt32(context.bx) << 16 | UInt32(context.cx)
        let handle = context.di
        switch context.ax {
        case 0x0500: writeMemoryInformation(buffer(context, session))
        case 0x0501:
            guard size > 0 else { throw .invalidValue }
            guard let block = driver.allocate(bytes: size) else { throw .memoryUnavailable }
            session.blocks.insert(block.handle)
            give(block, &context)
        case 0x0502:
            guard context.si == 0, session.blocks.remove(handle) != nil else { throw .invalidHandle }
            driver.release(handle)
        case 0x0503:
            guard context.si == 0, session.blocks.contains(handle) else { throw .invalidHandle }
            guard size > 0 else { throw .invalidValue }
            guard let base = driver.resize(handle, bytes: size) else { throw .memoryUnavailable }
            give((handle, base), &context)
        default: throw .unsupported
        }
    }

    private func give(_ block: (handle: UInt16, base: UInt32), _ context: inout ProcessorContext) {
        (context.bx, context.cx) = (UInt16(block.base >> 16), UInt16(block.base & 0xFFFF))
        (context.si, context.di) = (0, block.handle)
    }

    /// The largest block in bytes; then pages, where each number that is not known or does not apply is all ones.
    private func writeMemoryInformation(_ place: UInt32) {
        let free = driver.arena.free
        let (largest, total) = (free.largest / 4, free.total / 4)
        let all = UInt32(driver.arena.range.count >> 12)
        let words: [UInt32] = [largest << 12, largest, largest, all, total, total, all, total, 0]
        for index in 0..<UInt32(12) {
            machine.writeLong(place &+ index * 4, Int(index) < words.count ? words[Int(index)] : ~0)
        }
    }
}

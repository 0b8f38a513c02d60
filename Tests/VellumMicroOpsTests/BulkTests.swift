import Testing
import VellumExecution
import VellumIA32
import VellumMicroOps
import VellumTestSupport

/// A block of REP MOVS, STOS, SCAS or CMPS is so many of its iterations, one after the other, and none that would fault
/// or end the search.
@Suite struct BulkTests {
    private struct Trial {
        var opcode: MicroOpcode
        var shape: BulkShape
        /// Base and limit of the segments that have a window: SS is the source, ES the destination.
        var source: (base: UInt32, limit: UInt32)
        var destination: (base: UInt32, limit: UInt32)
        var image: MachineImage

        init(_ generator: inout SeededGenerator) {
            func pick(_ values: [UInt32]) -> UInt32 { values.randomElement(using: &generator) ?? 0 }
            opcode = [.bulkMove, .bulkFill, .bulkScan, .bulkCompare].randomElement(using: &generator) ?? .bulkMove
            let isSearch = opcode == .bulkScan || opcode == .bulkCompare
            shape = BulkShape(
                shift: UInt8.random(in: 0...2, using: &generator), isShort: generator.oneIn(2),
                whileEqual: isSearch && generator.oneIn(2),
                source: generator.oneIn(3) ? nil : .ss, destination: generator.oneIn(3) ? nil : .es)
            let (bases, limits) = ([0, 0x10, 0x1238, 0xFFFF_F000] as [UInt32], [0xFFFF, ~0, 0xFFF, 0x840] as [UInt32])
            source = (pick(bases), pick(limits))
            destination = (pick(bases), pick(limits))
            image = MachineImage(&generator)
            if shape.whileEqual {
                // Long runs of equal bytes.
                image.memory = image.memory.map { $0 < 4 ? $0 : 7 }
                image[RegisterSlot(.eax)] = 0x0707_0707
            }
            image.flags.remove(.direction)
            if generator.oneIn(2) { image.flags.insert(.direction) }
            let garbage: UInt32 = shape.isShort ? pick([0, 0x1234_0000, 0xFFFF_0000]) : 0
            let offsets: [UInt32] = [0, 2, 0x40, 0x7F0, 0x83E, 0xFF0, 0xFFF, 0x1000, 0xFFF0, 0xFFFE, 0xFFFF]
            image[RegisterSlot(.ecx)] = garbage | UInt32.random(in: 1...90, using: &generator)
            image[RegisterSlot(.esi)] = garbage | pick(offsets)
            image[RegisterSlot(.edi)] = garbage | pick(offsets)
        }

        var operation: MicroOp { MicroOp(opcode, d: shape.kind, e: shape.segments) }

        private var mask: UInt32 { shape.isShort ? 0xFFFF : ~0 }
        private var size: UInt32 { 1 << UInt32(shape.shift) }

        private func add(_ delta: UInt32, to register: GeneralRegister, _ image: inout MachineImage) {
            let slot = RegisterSlot(register)
            image[slot] = image[slot] & ~mask | (image[slot] &+ delta) & mask
        }

        /// Linear address of the element at an index register, or nil where the segment does not admit it.
        func linear(_ register: GeneralRegister, in image: MachineImage) -> UInt32? {
            let isSource = register == .esi
            let offset = image[RegisterSlot(register)] & mask
            guard (isSource ? shape.source : shape.destination) != nil else { return offset }
            let segment = isSource ? source : destination
            return UInt64(offset) + UInt64(size) - 1 <= UInt64(segment.limit) ? segment.base &+ offset : nil
        }

        /// The image after `count` iterations; nil where one of them would fault.
        func iterated(_ count: UInt32) -> MachineImage? {
            var image = image
            let step = image.flags.contains(.direction) ? 0 &- size : size
            for _ in 0..<count {
                guard let to = linear(.edi, in: image) else { return nil }
                let hasSource = opcode == .bulkMove || opcode == .bulkCompare
                let from = hasSource ? linear(.esi, in: image) : 0
                guard let from else { return nil }
                let bytes = (0..<size).map { byte in
                    hasSource
                        ? image.memory[Int(from &+ byte) & (FragmentBench.memoryBytes - 1)]
                        : UInt8(truncatingIfNeeded: image[RegisterSlot(.eax)] >> (byte * 8))
                }
                if opcode == .bulkMove || opcode == .bulkFill {
                    for byte in 0..<size {
                        image.memory[Int(to &+ byte) & (FragmentBench.memoryBytes - 1)] = bytes[Int(byte)]
                    }
                } else {
                    let others = (0..<size).map { image.memory[Int(to &+ $0) & (FragmentBench.memoryBytes - 1)] }
                    if (bytes == others) != shape.whileEqual { return nil }
                }
                add(~0, to: .ecx, &image)
                add(step, to: .edi, &image)
                if hasSource { add(step, to: .esi, &image) }
            }
            return image
        }
    }

    @Test func aBlockIsItsIterations() throws {
        let bench = try #require(FragmentBench())
        let seed: UInt64 = 20_261_129
        var generator = SeededGenerator(seed: seed)
        var blocks: [String: Int] = [:]
        for round in 0..<20000 {
            let trial = Trial(&generator)
            bench.flush()
            bench.setSegment(.ss, base: trial.source.base, limit: trial.source.limit)
            bench.setSegment(.es, base: trial.destination.base, limit: trial.destination.limit)
            let places = [GeneralRegister.esi, .edi].compactMap { trial.linear($0, in: trial.image) }
            bench.warm(places)
            let result = bench.run(
                .single(trial.operation, links: (0x3000, 0x4000), next: 0x2000), from: trial.image)
            let mask: UInt32 = trial.shape.isShort ? 0xFFFF : ~0
            let count = (trial.image[RegisterSlot(.ecx)] &- result.image[RegisterSlot(.ecx)]) & mask
            #expect(count < trial.image[RegisterSlot(.ecx)] & mask, "the last iteration is the micro-ops'")
            let expected = trial.iterated(count)
            #expect(expected == result.image, "seed \(seed), round \(round): \(trial.operation), \(count) iterations")
            if expected != result.image { return }
            if [.bulkScan, .bulkCompare].contains(trial.opcode), count > 0 {
                // The flags are those of the iteration that comes next, so that must not fault: it stays in the pages.
                for register in trial.opcode == .bulkScan ? [GeneralRegister.edi] : [.edi, .esi] {
                    let next = trial.linear(register, in: result.image)
                    #expect(
                        next != nil && next.map { $0 >> 12 } == trial.linear(register, in: trial.image).map { $0 >> 12 }
                    )
                }
            }
            if count > 0 { blocks["\(trial.opcode) \(trial.shape.kind)", default: 0] += 1 }
        }
        #expect(blocks.count == 6 + 6 + 12 + 12)
        for (kind, count) in blocks { #expect(count > 50, "\(kind): \(count)") }
    }
}

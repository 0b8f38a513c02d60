import Testing
import VellumExecution
import VellumIA32
import VellumMicroOps
import VellumTestSupport

/// The stated effects of every opcode against what the interpreter does.
@Suite struct EffectsTests {
    private static let opcodes = MicroOpcode.allCases.filter { $0 != .hypervisor && !$0.isCoprocessor }
    private static let links: (UInt32, UInt32) = (0x5000, 0x6000)
    private static let next: UInt32 = 0x7000

    /// Nothing changes but what is declared, and nothing matters but what is declared.
    @Test func onlyWhatIsDeclared() throws {
        let bench = try #require(FragmentBench())
        var generator = SeededGenerator(seed: 1)
        for opcode in Self.opcodes {
            for _ in 0..<40 {
                let operation = MicroOp.random(opcode, using: &generator)
                let image = Self.image(operation, &generator)
                let twin = Self.flippingUndeclared(image, operation.effects, &generator)
                let first = run(bench, operation, image)
                let second = run(bench, operation, twin)
                checkChanges(operation, image, first)
                checkChanges(operation, twin, second)
                checkIndependence(operation, (image, first), (twin, second))
            }
        }
    }

    /// Fields that an opcode does not use may hold anything.
    @Test func otherFieldsDoNotMatter() throws {
        let bench = try #require(FragmentBench())
        var generator = SeededGenerator(seed: 4)
        for opcode in Self.opcodes {
            for _ in 0..<10 {
                let operation = MicroOp.random(opcode, using: &generator)
                let image = Self.image(operation, &generator)
                let twin = Self.scramblingUnused(operation, &generator)
                #expect(twin.effects == operation.effects)
                #expect(run(bench, operation, image) == run(bench, twin, image), "\(operation) and \(twin)")
            }
        }
    }

    private static func scramblingUnused(_ operation: MicroOp, _ generator: inout SeededGenerator) -> MicroOp {
        var twin = operation
        let effects = operation.opcode.effects
        let byte = UInt8(truncatingIfNeeded: generator.next())
        if effects.a.width == 0 { twin.a = byte }
        if effects.b.width == 0 { twin.b = byte }
        if effects.c.width == 0 { twin.c = byte }
        if !effects.usesScale, !effects.usesCondition, operation.opcode.kindCount == nil { twin.d = byte }
        if !effects.usesSegment { twin.e = byte }
        if !operation.opcode.usesImmediate { twin.immediate = generator.word() }
        let usesDisplacement = operation.opcode.hasAddress || [.fault, .exit].contains(operation.opcode)
        if !usesDisplacement { twin.displacement = generator.word() }
        return twin
    }

    /// Every declared write and every declared flag is seen to change; every declared input is seen to matter.
    @Test func allThatIsDeclared() throws {
        let bench = try #require(FragmentBench())
        var generator = SeededGenerator(seed: 2)
        for opcode in Self.opcodes {
            var seen = ObservedEffects()
            for _ in 0..<300 where !seen.isComplete {
                let operation = MicroOp.random(opcode, using: &generator)
                let image = Self.image(operation, &generator)
                seen.note(operation, image, run(bench, operation, image)) { run(bench, operation, $0) }
            }
            #expect(seen.missing.isEmpty, "\(opcode): \(seen.missing)")
        }
    }

    /// What can fault does where memory faults, and nothing else does; likewise for leaving the fragment.
    @Test func faultsAndEnds() throws {
        let bench = try #require(FragmentBench())
        var generator = SeededGenerator(seed: 3)
        for opcode in Self.opcodes {
            let effects = opcode.effects
            for _ in 0..<10 {
                let operation = MicroOp.random(opcode, using: &generator)
                let image = Self.image(operation, &generator)
                bench.faulting = Set(0..<64)
                bench.flush()
                let faulted = run(bench, operation, image, warm: false)
                if case .fault = faulted.end {
                    #expect(effects.canFault, "\(opcode) faults")
                    #expect(faulted.image == image, "\(opcode) changes something before it faults")
                    #expect(faulted.retired == 0)
                } else if effects.memory != .none, effects.canFault {
                    Issue.record("\(opcode) does not fault")
                }
                bench.faulting = []
                bench.ending = Set(0..<64)
                bench.flush()
                let left = run(bench, operation, image, warm: false)
                bench.ending = []
                if left.end == .fragmentEnd, !opcode.isTerminal {
                    #expect(
                        (left.eip != Self.next) == (effects.canLeave && effects.memory != .none), "\(opcode) leaves")
                }
            }
        }
    }

    // MARK: Pieces

    private func run(
        _ bench: FragmentBench, _ operation: MicroOp, _ image: MachineImage, warm: Bool = true
    ) -> RunResult {
        let indices = [image[RegisterSlot(.esi)], image[RegisterSlot(.edi)]]
        if warm { bench.warm(indices + indices.map { $0 & 0xFFFF }) }
        return bench.run(.single(operation, links: Self.links, next: Self.next), from: image)
    }

    /// A random state in which the operation does something.
    private static func image(_ operation: MicroOp, _ generator: inout SeededGenerator) -> MachineImage {
        var image = MachineImage(&generator)
        switch operation.opcode {
        case .bulkMove, .bulkFill, .bulkScan, .bulkCompare:
            image[RegisterSlot(.ecx)] = UInt32.random(in: 2...40, using: &generator)
            image[RegisterSlot(.esi)] = 0x10_0400 + UInt32.random(in: 0..<0x40, using: &generator) * 4
            image[RegisterSlot(.edi)] = 0x10_1800 + UInt32.random(in: 0..<0x40, using: &generator) * 4
        case .div8, .div16, .div32, .idiv8, .idiv16, .idiv32:
            image[RegisterSlot(.edx)] &= 0x00FF_0000
            image.registers[1] = 0
        case .skipIfZero16, .skipIfZero32, .slotBranchZ16, .slotBranchNZ16, .slotBranchZ32, .slotBranchNZ32,
            .loopWhile16, .loopWhile32, .bsf16, .bsf32, .bsr16, .bsr32:
            if generator.oneIn(2) {
                for slot in [operation.a, operation.b] where slot < RegisterSlot.zero.offset {
                    for byte in 0..<4 { image.registers[Int(slot) + byte] = 0 }
                }
            }
        case .compareExchange8B:
            if generator.oneIn(2) {
                image[.t0] = image[RegisterSlot(.eax)]
                image[.t1] = image[RegisterSlot(.edx)]
            }
        default: break
        }
        return image
    }

    private static func flippingUndeclared(
        _ image: MachineImage, _ effects: MicroOpEffects, _ generator: inout SeededGenerator
    ) -> MachineImage {
        var twin = image
        for index in 0..<60 where effects.reads.rawValue >> UInt64(index) & 1 == 0 {
            twin.registers[index] ^= UInt8(truncatingIfNeeded: generator.next())
        }
        let flips = EFlags(rawValue: generator.word()).intersection(.visible).subtracting(effects.flagsRead)
        twin.flags.formSymmetricDifference(flips)
        if effects.memory == .none {
            for index in twin.memory.indices where index % 8 == 0 { twin.memory[index] ^= 0x5A }
        }
        return twin
    }

    private func checkChanges(_ operation: MicroOp, _ before: MachineImage, _ result: RunResult) {
        let effects = operation.effects
        let after = result.image
        #expect(changed(before, after).isSubset(of: effects.writes), "\(operation) writes other slots")
        let flags = before.flags.symmetricDifference(after.flags)
        #expect(flags.isSubset(of: effects.flagsTouched), "\(operation) changes other flags")
        if !effects.memory.isWrite { #expect(before.memory == after.memory, "\(operation) changes memory") }
        switch result.end {
        case .fault: #expect(effects.flow.contains(.faults), "\(operation) faults")
        case .fragmentEnd: #expect([Self.next, operation.displacement].contains(result.eip))
        case .transfer:
            let isLink0 = effects.flow.contains(.link0) && result.eip == Self.links.0
            let isLink1 = effects.flow.contains(.link1) && result.eip == Self.links.1
            #expect(isLink0 || isLink1 || [.indirect, .return32].contains(operation.opcode))
        }
    }

    private func checkIndependence(
        _ operation: MicroOp, _ first: (MachineImage, RunResult), _ second: (MachineImage, RunResult)
    ) {
        let effects = operation.effects
        let (a, b) = (first.1.image, second.1.image)
        #expect(first.1.end == second.1.end && first.1.eip == second.1.eip, "\(operation) goes elsewhere")
        guard case .fault = first.1.end else {
            #expect(changed(a, b).isDisjoint(with: effects.writes), "\(operation) reads other slots")
            let differing = a.flags.symmetricDifference(b.flags)
            #expect(differing.isDisjoint(with: effects.flagsWritten), "\(operation) depends on other state")
            // What is written only perhaps stays in both or is the same in both.
            let perhaps = differing.intersection(effects.flagsTouched)
            #expect(perhaps.isSubset(of: first.0.flags.symmetricDifference(second.0.flags)))
            if effects.memory.isWrite { #expect(a.memory == b.memory, "\(operation) stores something else") }
            return
        }
    }
}

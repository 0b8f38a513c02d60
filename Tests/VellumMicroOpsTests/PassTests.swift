import Testing
import VellumExecution
import VellumIA32
import VellumMicroOps
import VellumTestSupport

@Suite struct PassTests {
    private static let fused = MicroOpcode.allCases.filter { $0.fusedComparison != nil }

    @Test func everyFusedTerminalIsMade() {
        #expect(Self.fused.count == 31)
        for opcode in Self.fused {
            let unit = Self.unit(opcode, loading: false)
            var better = unit
            Passes.run(on: &better)
            #expect(better.operations.map(\.opcode) == [opcode])
            #expect(better.operations[0].fusedComparison == unit.operations[0])
            #expect(Verifier.check(better) == nil)
        }
    }

    /// Where the load before the comparison makes the fragment end, the comparison is still made.
    @Test func comparisonsSurviveAnEarlyEnd() throws {
        let bench = try #require(FragmentBench())
        var generator = SeededGenerator(seed: 9)
        for opcode in Self.fused where opcode != .dec32BranchNZ {
            let unit = Self.unit(opcode, loading: true)
            var better = unit
            Passes.run(on: &better)
            #expect(better.operations.count == unit.operations.count - 1)
            for isEnding in [true, false] {
                bench.ending = isEnding ? Set(0..<64) : []
                let image = MachineImage(&generator)
                bench.flush()
                let expected = bench.run(unit, from: image)
                bench.flush()
                #expect(bench.run(better, from: image) == expected, "\(opcode)")
                #expect(expected.retired == (isEnding ? 1 : 2))
            }
        }
    }

    /// Flag-less forms give the value that the others do, and keep every flag.
    @Test func formsWithoutFlags() throws {
        let bench = try #require(FragmentBench())
        var generator = SeededGenerator(seed: 10)
        var count = 0
        for opcode in MicroOpcode.allCases {
            for _ in 0..<10 {
                let operation = MicroOp.random(opcode, using: &generator)
                guard let plain = operation.withoutFlags else { continue }
                count += 1
                #expect(plain.effects.flagsTouched.isEmpty)
                let image = MachineImage(&generator)
                let expected = bench.run(.single(operation, links: (0, 0), next: 0), from: image)
                let actual = bench.run(.single(plain, links: (0, 0), next: 0), from: image)
                #expect(actual.image.registers == expected.image.registers, "\(operation)")
                #expect(actual.image.flags == image.flags)
            }
        }
        #expect(count > 300)
    }

    /// A comparison, with a load of its operand before it, and the branch that belongs to the fused opcode.
    private static func unit(_ fused: MicroOpcode, loading: Bool) -> TranslatedUnit {
        let conditions = MicroOpcode.allCases.filter { $0.branchCondition != nil }
        for branch in conditions {
            var unit = TranslatedUnit()
            let comparison = MicroOp(
                fused.fusedComparison ?? .jump, a: loading ? .t0 : RegisterSlot(.eax), b: RegisterSlot(.ecx),
                immediate: 0x11)
            if loading { unit.operations.append(MicroOp(.load32B, a: .t0, b: RegisterSlot(.ebx))) }
            unit.operations.append(comparison)
            var last = MicroOp(branch)
            last.instruction = 1
            unit.operations.append(last)
            unit.offsets = [0, 3, 5]
            unit.retiring = 2
            unit.classes = (2, 0, 0)
            unit.targets = (0x2000, 0x1005)
            var trial = unit
            Passes.run(on: &trial)
            if trial.operations.last?.opcode == fused { return unit }
        }
        return TranslatedUnit()
    }
}

import Testing
import VellumExecution
import VellumIA32
import VellumMicroOps
import VellumTestSupport

/// Flags that only a fault or an early end could show are not computed, and are there when one shows them.
@Suite struct FlagRestorationTests {
    private static let accesses: [MicroOpcode] = [
        .load8B, .load16B, .load32B, .load32X, .loadZX8B, .store8B, .store32B, .store32iB, .push32, .pop32, .load16S,
    ]
    private static let arithmetic = MicroOpcode.allCases.filter { opcode in
        MicroOp(opcode).withoutFlags?.opcode.leavesOutFlags ?? false
    }
    private static let others: [MicroOpcode] = [
        .cmp32, .test8i, .move32, .set32, .leaB, .adc32, .neg16, .shl32i, .shr16, .setcc, .xor32n, .add8in, .stc, .std,
        .cld,
    ]

    @Test func exitsShowTheFlagsThatWereLeftOut() throws {
        let bench = try #require(FragmentBench())
        let seed: UInt64 = 31
        var generator = SeededGenerator(seed: seed)
        var (leftOut, exits) = (0, 0)
        var kinds: Set<FlagRestoration> = []
        for round in 0..<20_000 {
            let plain = Self.unit(using: &generator)
            var lean = plain
            Passes.run(on: &lean)
            #expect(Verifier.check(lean)?.rule == Verifier.check(plain)?.rule)
            let made = lean.operations.map(\.restoration).filter { $0 != .none }
            leftOut += made.count
            kinds.formUnion(made)
            bench.disturb(round, using: &generator)
            let image = MachineImage(&generator)
            bench.flush()
            var expected = bench.run(plain, from: image)
            bench.flush()
            var actual = bench.run(lean, from: image)
            expected.image = expected.image.architectural
            actual.image = actual.image.architectural
            #expect(actual == expected, "seed \(seed) round \(round): \(Printer.text(lean))")
            if actual != expected { return }
            if !made.isEmpty, expected.retired < Int64(plain.instructionCount) { exits += 1 }
        }
        #expect(leftOut > 10_000 && exits > 3_000, "\(leftOut) left out, \(exits) exits")
        #expect(kinds == [.same, .increment, .decrement])
    }

    @Test func restoredFormsAreWhatTheFormsWithoutFlagsWereMadeFrom() {
        var generator = SeededGenerator(seed: 32)
        for opcode in Self.arithmetic {
            let operation = MicroOp.random(opcode, using: &generator)
            guard var lean = operation.withoutFlags else { continue }
            lean.e = [MicroOpcode.inc8, .inc16, .inc32].contains(opcode) ? 2 : 1
            if [MicroOpcode.dec8, .dec16, .dec32].contains(opcode) { lean.e = 3 }
            var expected = operation
            if lean.e > 1 { expected.immediate = 0 }
            #expect(lean.restored == expected)
            lean.e = 0
            #expect(lean.restored == lean)
        }
        #expect(Self.arithmetic.count == 38)
    }

    /// Two to ten micro-ops, some of them of one instruction with an access before them, and an exit.
    private static func unit(using generator: inout SeededGenerator) -> TranslatedUnit {
        var unit = TranslatedUnit()
        var number: UInt8 = 0
        for _ in 0..<Int.random(in: 2...10, using: &generator) {
            let family = generator.oneIn(3) ? accesses : generator.oneIn(4) ? others : arithmetic
            guard let opcode = family.randomElement(using: &generator) else { continue }
            var operation = MicroOp.randomOfRegisters(opcode, using: &generator)
            // Like a load and the operation that takes its operand from it.
            let joins = unit.operations.last?.opcode.isAccess ?? false && !opcode.isAccess && generator.oneIn(2)
            if !joins, !unit.operations.isEmpty { number += 1 }
            operation.instruction = number
            unit.operations.append(operation)
        }
        var exit = MicroOp(.exit, displacement: 0x2000)
        exit.instruction = number + 1
        unit.operations.append(exit)
        unit.offsets = (0...UInt16(exit.instruction) + 1).map { $0 }
        unit.retiring = unit.instructionCount
        unit.classes = (UInt32(unit.instructionCount), 0, 0)
        return unit
    }
}

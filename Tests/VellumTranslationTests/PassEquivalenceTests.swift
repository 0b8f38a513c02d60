import Testing
import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTestSupport
import VellumTranslation

/// Random guest code gives the same state with the passes as without: after every end, fault or early exit.
@Suite struct PassEquivalenceTests {
    /// Rows whose instructions do not end the unit, and those that branch on flags.
    private static let straight = InstructionTable.rows.filter { row in
        row.span > 0 && !row.attributes.contains(.endsUnit) && row.sensitivity == .innocuous
            && ![.simd, .escape, .undefined, .rsm, .div, .idiv, .bound].contains(row.operation)
    }
    private static let arithmetic = straight.filter { !$0.flagsWritten.isDisjoint(with: .arithmetic) }
    private static let comparisons = straight.filter { [.cmp, .test, .dec].contains($0.operation) }
    private static let branches = InstructionTable.rows.filter { [.jcc, .jmp, .call, .ret].contains($0.operation) }

    @Test func randomUnits() throws {
        let bench = try #require(FragmentBench())
        let translator = try Translator(cpu: .pentium3)
        var maker = try InstructionMaker(seed: 2)
        var changed = 0
        var fused: Set<MicroOpcode> = []
        for round in 0..<5_000 {
            let mode = maker.mode()
            let source = CodeBuffer(code(&maker, mode))
            var request = TranslationRequest(
                eip: CodeBuffer.start, codeBase: 0, codeLimit: ~0, mode: mode, limit: 8, runPasses: false)
            guard case .unit(let plain) = translator.translate(request, from: source) else { continue }
            request.runPasses = true
            guard case .unit(let better) = translator.translate(request, from: source) else { continue }
            if better.operations != plain.operations { changed += 1 }
            if let last = better.operations.last?.opcode, last.fusedComparison != nil { fused.insert(last) }
            for _ in 0..<2 {
                prepare(bench, &maker.generator)
                let image = MachineImage(&maker.generator)
                let expected = run(bench, plain, image)
                let actual = run(bench, better, image)
                #expect(expected == actual, "round \(round)")
                if expected != actual { return }
            }
        }
        #expect(changed > 1_000)
        #expect(fused.count > 20, "\(fused)")
    }

    private func code(_ maker: inout InstructionMaker, _ mode: FragmentMode) -> [UInt8] {
        var code: [UInt8] = []
        for _ in 0..<Int.random(in: 1...5, using: &maker.generator) {
            let rows = maker.generator.oneIn(2) ? Self.arithmetic : Self.straight
            guard let row = rows.randomElement(using: &maker.generator) else { continue }
            code += maker.encoding(row, mode)
        }
        if maker.generator.oneIn(2), let row = Self.comparisons.randomElement(using: &maker.generator) {
            code += maker.encoding(row, mode)
        }
        if let row = Self.branches.randomElement(using: &maker.generator) { code += maker.encoding(row, mode) }
        return code + [UInt8](repeating: 0x90, count: 16)
    }

    private func prepare(_ bench: FragmentBench, _ generator: inout SeededGenerator) {
        func pages(_ count: Int) -> Set<UInt32> {
            Set((0..<count).map { _ in UInt32.random(in: 0..<64, using: &generator) })
        }
        bench.faulting = pages(6)
        bench.readOnly = pages(6)
        bench.ending = pages(20)
    }

    private func run(_ bench: FragmentBench, _ unit: TranslatedUnit, _ image: MachineImage) -> RunResult {
        bench.flush()
        var result = bench.run(unit, at: CodeBuffer.start, from: image)
        result.image = result.image.architectural
        return result
    }
}

import Testing
import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTestSupport
import VellumTranslation

/// Everything that the translator makes is sound.
@Suite struct VerifierTests {
    @Test func everyRowInEveryMode() throws {
        let units = try UnitSource(seed: 4)
        var checked = 0
        for row in InstructionTable.rows where row.span > 0 {
            for _ in 0..<12 {
                for passes in [false, true] {
                    guard let unit = units.single(row, passes: passes) else { continue }
                    checked += 1
                    let error = Verifier.check(unit)
                    #expect(error == nil, "\(row.operation): \(error?.description ?? "")\n\(Printer.text(unit))")
                }
            }
        }
        #expect(checked > 10_000)
    }

    @Test func randomUnits() throws {
        let units = try UnitSource(seed: 5)
        for _ in 0..<1_000 {
            guard let unit = units.random() else { continue }
            let error = Verifier.check(unit)
            #expect(error == nil, "\(error?.description ?? "")\n\(Printer.text(unit))")
        }
    }
}

/// No deliberately corrupted unit passes.
@Suite struct CorruptionTests {
    @Test func tenThousandCorruptions() throws {
        let units = try UnitSource(seed: 6)
        var generator = SeededGenerator(seed: 7)
        var counts: [Corruption: Int] = [:]
        var total = 0
        while total < 10_000 {
            guard let unit = units.random() else { continue }
            for corruption in Corruption.allCases {
                guard total < 10_000, counts[corruption, default: 0] < 290,
                    let corrupted = corruption.apply(unit, &generator)
                else { continue }
                total += 1
                counts[corruption, default: 0] += 1
                let error = Verifier.check(corrupted)
                let isRejected = error.map { corruption.rules.contains($0.rule) } ?? false
                #expect(isRejected, "\(corruption): \(error?.description ?? "accepted")\n\(Printer.text(corrupted))")
                if !isRejected { return }
            }
        }
        let rare = Corruption.allCases.filter { counts[$0, default: 0] < 10 }
        #expect(rare.isEmpty, "\(rare.map { ($0, counts[$0, default: 0]) })")
    }
}

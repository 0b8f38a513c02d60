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

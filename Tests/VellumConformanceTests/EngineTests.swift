import Testing
import VellumIA32

@testable import VellumConformance

/// Engines against each other: a seeded part of what `vellum-conformance engines` runs.
@Suite struct EngineTests {
    @Test func settingsDoNotChangeWhatAProgramDoes() throws {
        let seed: UInt64 = 31
        let comparison = try EngineComparison()
        let differences = comparison.run(count: 400, seed: seed)
        let text = differences.map { "program \($0.number), \($0.setting): \($0.details)" }.joined(separator: "\n")
        #expect(differences.isEmpty, "seed \(seed)\n\(text)")
        // The programs do run, and are interrupted.
        #expect(comparison.instructions > 400 * 500)
        #expect(comparison.interrupts > 400)
    }

    /// Stores into bytes that were no instruction, behind a LOCK that made them none, in the unit that is running; STD
    /// dropped where a load could show DF.
    @Test(arguments: [16_185, 35_007, 28_270])
    func programsThatDifferedOnce(number: Int) throws {
        #expect(try EngineComparison().run(count: 1, seed: 77, first: number).map(\.details) == [])
    }

    @Test func programsAreTheSameForTheSameSeed() {
        let choice = RowChoice()
        #expect(EngineProgram(seed: 9, choice: choice) == EngineProgram(seed: 9, choice: choice))
        #expect(EngineProgram(seed: 9, choice: choice) != EngineProgram(seed: 10, choice: choice))
    }
}

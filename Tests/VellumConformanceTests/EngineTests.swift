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

    @Test func programsAreTheSameForTheSameSeed() {
        let choice = RowChoice()
        #expect(EngineProgram(seed: 9, choice: choice) == EngineProgram(seed: 9, choice: choice))
        #expect(EngineProgram(seed: 9, choice: choice) != EngineProgram(seed: 10, choice: choice))
    }
}

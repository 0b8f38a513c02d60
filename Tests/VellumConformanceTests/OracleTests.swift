import Testing
import VellumIA32

@testable import VellumConformance

/// The host's processor as an oracle: a seeded part of what `vellum-conformance oracle` runs.
@Suite(.serialized) struct OracleTests {
    private static let helper: Result<String, any Error> = Result { try HelperBuild.build() }

    @Test(arguments: [(seed: UInt64(20_260), is16: false), (seed: UInt64(20_261), is16: true)])
    func userInstructionsAgreeWithTheHost(seed: UInt64, is16: Bool) throws {
        let session = try OracleSession(helper: try Self.helper.get())
        let report = try session.run(count: 20_000, seed: seed, is16: is16)
        let listing = try CaseListing()
        let failures = report.failures.map { listing.text($0) }.joined(separator: "\n")
        #expect(report.failed == 0, "seed \(seed)\n\(failures)")
        #expect(report.exceeded.isEmpty, "seed \(seed): rules over their ceiling: \(report.exceeded)")
        #expect(report.executed + report.dropped == 20_000)
        #expect(report.dropped < 200)
    }

    @Test func everyRowIsRun() throws {
        let choice = RowChoice()
        let session = try OracleSession(helper: try Self.helper.get())
        let report = try session.run(count: 30_000, seed: 77)
        let missing = (choice.plain + choice.faulting).filter { report.rows[$0] == nil }
        #expect(missing.isEmpty, "seed 77: \(missing.map(OracleReport.name(ofRow:)))")
    }

    @Test func casesAreTheSameForTheSameSeed() throws {
        let session = try OracleSession(helper: try Self.helper.get())
        for number in 0..<50 {
            #expect(
                session.makeCase(seed: 5, number: number, is16: nil)
                    == session.makeCase(seed: 5, number: number, is16: nil))
        }
    }
}

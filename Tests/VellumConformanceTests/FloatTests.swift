import Testing

@testable import VellumConformance

/// x87, MMX and SSE against the host's processor: a seeded part of what `vellum-conformance float` runs.
@Suite(.serialized) struct FloatTests {
    private static let helper: Result<String, any Error> = Result { try HelperBuild.build() }

    @Test func floatingPointAgreesWithTheHost() throws {
        let session = try FloatSession(helper: try Self.helper.get())
        let report = try session.run(count: 25_000, seed: 20_262)
        let listing = try CaseListing()
        let failures = report.failures.map { listing.text($0) }.joined(separator: "\n")
        #expect(report.failed == 0, "seed 20262\n\(failures)")
        #expect(report.dropped < 10)
        let explained = report.explained.values.reduce(0, +)
        #expect(explained * 50 < report.executed, "more than 2 % of the cases need a rule: \(report.explained)")
    }
}

import Foundation
import Testing
import VellumHypervisor

@testable import VellumConformance

/// Ten tests of each form of SingleStepTests/80286, captured from silicon.  The whole set runs with
/// `vellum-conformance moo`.
@Suite struct MooVectorTests {
    private func sample() throws -> URL {
        try #require(
            Bundle.module.url(forResource: "sst-80286-sample", withExtension: "MOO.gz", subdirectory: "Resources"))
    }

    @Test(arguments: [true, false]) func realModeAgreesWithSilicon(passes: Bool) throws {
        var options = EngineOptions()
        options.passes = passes
        var suite = try MooSuite(path: try sample().path, rules: MooRules(), options: options)
        suite.keptFailures = 20
        let report = try suite.run(workers: 1)
        #expect(report.total.passed + report.total.failed + report.total.skipped == 3250)
        #expect(report.total.skipped < 130)
        let unexplained = report.failures.filter { failure in
            (try? MooSuite.load(sample())).flatMap { MooKnownDifference(failure.test, in: $0) } == nil
        }
        #expect(unexplained.isEmpty, "\(unexplained.map(\.description).joined(separator: "\n"))")
        #expect(report.unexplained == 0)
        #expect(report.total.failed < 10)
    }

    @Test func aWrongExpectationIsReported() throws {
        var file = try MooSuite.load(try sample())
        let machine = try MooMachine(rules: MooRules(), options: EngineOptions())
        let index = try #require(file.tests.firstIndex { machine.run($0, in: file) == .passed })
        file.tests[index].final.registers[.ebx] = ~(file.tests[index].initial.registers[.ebx] ?? 0) & 0xFFFF
        let outcome = machine.run(file.tests[index], in: file)
        guard case .failed(let differences) = outcome else {
            Issue.record("a wrong value of BX was not noticed: \(outcome)")
            return
        }
        #expect(differences.contains { $0.hasPrefix("ebx:") })
    }
}

import Testing
import VellumProfiling

@testable import VellumBench

@Suite struct ReportTests {
    private func results(_ instructions: UInt64, seconds: [Double] = [1, 3, 2], code: String = "inc eax") -> Results {
        var guest = Results.Guest(name: "g|1", reason: "power-off")
        guest.counts = [("instructions", instructions), ("lookups", 10)]
        guest.seconds = seconds
        guest.operations = 100
        guest.fragments = [Results.Fragment(place: "0x10 (f)", entries: 5, instructions: instructions, code: [code])]
        return Results(suite: "s", guests: [guest])
    }

    @Test func theMedianStandsBetweenLeastAndMost() throws {
        #expect(Spread([3, 1, 2]).map { [$0.median, $0.least, $0.most] } == [2, 1, 3])
        #expect(Spread([1, 2, 3, 4])?.median == 2.5)
        #expect(Spread([]) == nil)
    }

    @Test func numbersAreRounded() {
        #expect(BenchReport.fixed(1.2345, 3) == "1.235" && BenchReport.fixed(0.05, 1) == "0.1")
        #expect(BenchReport.fixed(-0.001, 2) == "0.00" && BenchReport.fixed(-2.5, 1) == "-2.5")
        #expect(BenchReport.fixed(7, 0) == "7")
    }

    @Test func resultsComeBackFromJSON() throws {
        let text = results(100).json.encoded()
        let again = try Results(parsing: Array(text.utf8))
        #expect(again.json.encoded() == text)
        #expect(again.guests[0].fragments == results(100).guests[0].fragments)
    }

    @Test func otherFilesAreNoResults() {
        for text in ["", "{}", "[1]", "{\"schema\":2,\"report\":\"bench\",\"guests\":[]}"] {
            #expect(throws: BenchError.self) { try Results(parsing: Array(text.utf8)) }
        }
    }

    @Test func growthBeyondTheLimitIsARegression() {
        let comparison = Comparison(results(102), baseline: results(100))
        #expect(comparison.guests[0].moved == [Comparison.Count(name: "instructions", before: 100, after: 102)])
        #expect(comparison.regressions(over: 1.9).count == 1)
        #expect(comparison.regressions(over: 2.1).isEmpty)
        #expect(Comparison(results(90), baseline: results(100)).regressions(over: 0).isEmpty)
        #expect(comparison.guests[0].timeRatio == 1)
    }

    @Test func aGuestThatIsGoneFailsTheRun() {
        let report = BenchReport(
            results: Results(suite: "s", guests: []),
            comparison: Comparison(Results(suite: "s", guests: []), baseline: results(1)))
        #expect(report.failures == ["g|1: in the baseline, not in this run"])
        #expect(report.junit.contains("tests=\"1\" failures=\"1\""))
    }

    @Test func tablesHaveARowAGuest() {
        let comparison = Comparison(results(102), baseline: results(100))
        let report = BenchReport(results: results(102), comparison: comparison, limit: 1)
        #expect(report.markdown.contains("| g\\|1 | 102 |"))
        #expect(report.markdown.contains("**Failed:** g\\|1: instructions 100 → 102 (+2.000 %)"))
        #expect(report.table.contains("1.000–3.000"))
        #expect(report.junit.contains("<failure message=\"instructions 100 → 102 (+2.000 %)\">"))
    }

    @Test func explainNamesTheFragmentAndItsInstruction() {
        let text = Explanation(before: results(100), after: results(102, code: "dec eax")).text
        #expect(
            text == """
                g|1:
                  instructions 100 → 102 (+2)
                  0x10 (f): instructions 100 → 102
                    - inc eax
                    + dec eax
                """)
        #expect(Explanation(before: results(1), after: results(1)).text == "g|1: no difference")
    }
}

import ArgumentParser
import Testing

@testable import VellumCommands

@Suite struct BenchTests {
    @Test func aSuiteNeedsNoSubcommand() throws {
        let command = try VellumCommand.parseAsRoot(["bench", "a.yaml", "--jobs", "2", "--format", "junit"])
        let suite = try #require(command as? BenchSuiteCommand)
        #expect(suite.suites == ["a.yaml"] && suite.jobs == 2 && suite.format == .junit)
        #expect(try VellumCommand.parseAsRoot(["bench", "explain", "a", "b"]) is BenchExplainCommand)
    }

    @Test(arguments: [["--jobs", "0"], ["--repeats", "0"], ["--fail-over", "1"], ["--format", "xml"], []])
    func badOptionsAreUsage(options: [String]) {
        #expect(throws: (any Error).self) {
            try VellumCommand.parseAsRoot(["bench"] + options + (options.isEmpty ? [] : ["a.yaml"]))
        }
    }

    /// `vellum profile` hands every group of options to the run that it watches.
    @Test func aProfileIsARunWithAllItsOptions() throws {
        let command = try VellumCommand.parseAsRoot(["profile", "k", "--gdb", ":1", "-m", "16M"])
        let profile = try #require(command as? ProfileCommand)
        #expect(profile.runCommand.debug.gdb != nil)
        #expect(profile.runCommand.machine.memory.bytes == 16 << 20)
    }
}

import Foundation
import Testing
import Vellum

/// The benchmark guests: the native program says what they must compute, and no engine setting may show.
@Suite struct KernelTests {
    static let kernels: [(String, Int)] = [
        ("sieve", 1), ("sha256", 2), ("records", 4), ("quicksort", 1), ("matmul_int", 1), ("memory", 1),
        ("bytecode", 400), ("calls", 1), ("selfmod", 2000), ("matmul_fp", 1),
    ]
    static let systems: [(String, Int)] = [("system", 2000), ("paging", 2), ("empty", 1)]

    private func outcome(
        _ kernel: String, _ n: Int, _ adjust: @escaping (inout MachineConfiguration) -> Void = { _ in }
    ) throws -> Outcome {
        let guest = try GuestRunner(Guests.kernel(kernel), commandLine: "n=\(n)", adjust: adjust)
        let report = guest.finish()
        #expect(report.reason == .debugExit)
        return Outcome(
            instructions: guest.machine.instructions, hash: guest.machine.stateHash, serial: guest.serial)
    }

    private func checksum(_ text: String) -> Substring? {
        text.firstRange(of: "checksum=").map { text[$0.upperBound...].prefix(8) }
    }

    @Test(arguments: kernels) func computesWhatTheNativeProgramDoes(kernel: String, n: Int) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Guests.native(kernel))
        process.arguments = ["n=\(n)"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let expected = try #require(checksum(output))
        #expect(checksum(try outcome(kernel, n).serial) == expected)
    }

    @Test(arguments: kernels + systems) func noEngineSettingShows(kernel: String, n: Int) throws {
        let standard = try outcome(kernel, n)
        #expect(try outcome(kernel, n) == standard, "a second run")
        #expect(try outcome(kernel, n) { $0.passes = false } == standard, "without passes")
        #expect(try outcome(kernel, n) { $0.chaining = false } == standard, "without chaining")
        #expect(try outcome(kernel, n) { $0.cacheSize = 256 << 10 } == standard, "with a small cache")
        #expect(try outcome(kernel, n) { $0.blockLimit = 1 } == standard, "one instruction a fragment")
        #expect(try outcome(kernel, n) { $0.blockLimit = 7 } == standard, "seven instructions a fragment")
    }
}

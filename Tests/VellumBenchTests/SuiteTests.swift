import Glibc
import Testing

@testable import VellumBench

@Suite struct SuiteTests {
    private func suite(_ text: String) throws -> Suite { try Suite(Array(text.utf8), name: "file", directory: "dir") }

    @Test func guestsBecomeCommands() throws {
        let suite = try suite(
            """
            name: s
            defaults: {timeout: 5, repeats: 2, status: 1}
            guests:
              - {image: a.elf, append: "n=4 -v", options: [--no-chaining], arguments: [-x], operations: 10}
              - {name: b, image: /b.elf, repeats: 1, status: 0, timeout: 9, output: END}
            """)
        #expect(
            suite.guests[0].command == ["dir/a.elf", "--append=n=4 -v", "--timeout=5", "--no-chaining", "--", "-x"])
        #expect(suite.guests.map(\.name) == ["a.elf", "b"] && suite.guests.map(\.repeats) == [2, 1])
        #expect(suite.guests[1].command == ["/b.elf", "--timeout=9"] && suite.guests[1].output == "END")
        #expect(suite.guests.map(\.status) == [1, 0] && suite.guests[0].operations == 10)
    }

    @Test(arguments: [
        ("", 0), ("guests: []", 1), ("guests:\n  - {image: a}\n  - {image: a}", 3), ("guests: [{name: a}]", 1),
        ("guests: [{image: a, colour: red}]", 1), ("guests: [{image: a, repeats: 0}]", 1),
        ("guests: [{image: a, status: 256}]", 1), ("guests: [{image: [a]}]", 1), ("guests: [{image: a}", 1),
        ("x: &a [1]\ny: *a", 2), ("guests: 1\nguests: 2", 2),
    ])
    func mistakesAreNamedWithTheirLine(text: String, line: Int) {
        let error = #expect(throws: BenchError.self) { try suite(text) }
        #expect(error.map { $0.line >= line && !$0.description.contains("\n") } == true)
    }

    @Test func deepNestingIsRefused() {
        let text = String(repeating: "[", count: 5000)
        #expect(throws: BenchError.self) { try suite("guests: " + text) }
    }

    @Test func theSuitesOfTheRepositoryAreRead() throws {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        for name in ["kernels", "nano"] {
            let file = try #require(fopen("\(root)/benchmarks/\(name).yaml", "r"))
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = fread(&bytes, 1, bytes.count, file)
            let suite = try Suite(Array(bytes.prefix(count)), name: "", directory: "\(root)/benchmarks")
            #expect(suite.guests.count == 12 && suite.name == name)
        }
    }
}

import Foundation
import Testing

@testable import VellumDOS

/// The tables of docs/dos.md against the code.
@Suite struct ServiceTableTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The rows of the table under a heading: cells without blanks around them.
    private static func rows(_ heading: String) throws -> [[String]] {
        let text = try String(contentsOf: root.appendingPathComponent("docs/dos.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "## \(heading)\n").dropFirst().first)
        let lines = section.components(separatedBy: "\n## ")[0].split(separator: "\n").filter { $0.hasPrefix("|") }
        return lines.dropFirst(2).map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    private static func numbers(_ cell: String) -> [UInt8] {
        cell.split(separator: " ").compactMap { $0.count == 2 ? UInt8($0, radix: 16) : nil }
    }

    @Test func everyFunctionOfDOSIsListedOnce() throws {
        let all = try Self.rows("Services of INT 21h").flatMap { Self.numbers($0[0]) }
        #expect(Set(all).count == all.count)
        #expect(Set(0...0x6C).subtracting(all) == [])
    }

    /// AH=00h and 4Ch end, 31h and 4Bh want more than registers; they have tests of their own.
    @Test func whatIsNotThereSaysSo() throws {
        for row in try Self.rows("Services of INT 21h") {
            for function in Self.numbers(row[0]) where ![0x00, 0x31, 0x4B, 0x4C].contains(function) {
                let bench = try ServiceBench(input: "abc\n")
                let result = bench.call(UInt16(function) << 8) { $0.bx = 0xFFFF }
                let isRefused = result.carry && result.ax == 1 && bench.kernel.wasNoted(0x21, UInt16(function) << 8)
                #expect(isRefused == (row[2] == "no" && function != 0x71), "AH=\(hex2(function))h")
                if function == 0x71 { #expect(result.carry) }
            }
        }
    }

    @Test func everyInterruptListedHasItsHandler() throws {
        let bench = try ServiceBench()
        let listed = try Self.rows("Other interrupts").flatMap { Self.numbers($0[0]) }
        #expect(listed.count > 40)
        for number in listed { #expect(bench.kernel.stubs.vectors[number] != nil, "INT \(hex2(number))h") }
        let known: Set<UInt8> = [0x01, 0x02, 0x03, 0x04, 0x05, 0x0A, 0x0F, 0x1B, 0x21]
        #expect(Set(bench.kernel.stubs.vectors.keys).subtracting(listed) == known)
    }
}

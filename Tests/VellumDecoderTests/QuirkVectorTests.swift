import Foundation
import Testing
import VellumDecoder
import VellumIA32

/// Encodings that Capstone 4.0.2 gets wrong when it is asked directly.
@Suite struct QuirkVectorTests {
    /// Mode and bytes of each vector.
    private static func vectors() throws -> [String] {
        let file = try #require(
            Bundle.module.url(forResource: "capstone-quirks", withExtension: "tsv", subdirectory: "Resources"))
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        return lines.filter { !$0.hasPrefix("#") }.map { $0.split(separator: "\t").prefix(2).joined(separator: " ") }
    }

    @Test func everyVector() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 51)
        for vector in vectors {
            let expectation = try #require(QuirkExpectation.all[vector], "no expectation for \(vector)")
            try check(vector, expectation)
        }
    }

    private func check(_ vector: String, _ expectation: QuirkExpectation) throws {
        let bytes = hex(String(vector.dropFirst(3)))
        let is32 = vector.hasPrefix("32")
        let result = try Decoder(level: .pentium3).decode(bytes, codeSize32: is32)
        let later = try Decoder(level: .pentium3, recognisesLater: true).decode(bytes, codeSize32: is32)
        switch expectation {
        case .instruction:
            let instruction = try #require(result.instruction, "\(vector) does not decode")
            checkFacts(vector, instruction, expectation)
            #expect(later == result, "\(vector)")
        case .later(let text):
            #expect(result == .invalid, "\(vector)")
            #expect(later.instruction.map { Int($0.length) } == bytes.count, "\(vector)")
            let disassembler = try Disassembler()
            let line = bytes.withUnsafeBytes { disassembler.disassemble($0, codeSize32: is32) }
            #expect(line.text == text)
        case .invalid:
            #expect(result == .invalid && later == .invalid, "\(vector)")
        case .tooLong:
            #expect(result == .tooLong && later == .tooLong, "\(vector)")
        }
    }

    private func checkFacts(_ vector: String, _ instruction: DecodedInstruction, _ expectation: QuirkExpectation) {
        guard case .instruction(let operation, let length, let size, let first, let second, let memory) = expectation
        else { return }
        #expect(instruction.operation == operation, "\(vector)")
        #expect(instruction.length == length, "\(vector)")
        if let size { #expect(instruction.operandSize == size, "\(vector)") }
        if let first { #expect(instruction.immediate == first, "\(vector)") }
        if let second { #expect(instruction.immediate2 == second, "\(vector)") }
        if let memory { #expect(instruction.memorySize == memory, "\(vector)") }
    }
}

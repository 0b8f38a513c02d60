import Foundation
import Testing
import VellumDecoder
import VellumIA32

/// The whole opcode space against Zydis.  A part of it by default; `VELLUM_SWEEP_STRIDE=1` takes all of it.
@Suite struct OpcodeSweepTests {
    private struct Tally {
        var encodings = 0
        var instructions = 0
        var byRule = [Int](repeating: 0, count: SweepRule.all.count)
        var unexplained: [String] = []
    }

    private static let stride =
        ProcessInfo.processInfo.environment["VELLUM_SWEEP_STRIDE"].flatMap { UInt32($0) }.map { max(1, $0) } ?? 16

    @Test func everyDifferenceHasARule() throws {
        var tally = Tally()
        let start = ContinuousClock.now
        for codeSize32 in [false, true] { try sweep(codeSize32: codeSize32, &tally) }
        print(
            "sweep: \(tally.encodings) encodings, \(tally.instructions) instructions, 1 in \(Self.stride), ",
            terminator: "")
        print("\(ContinuousClock.now - start)")
        for (rule, count) in zip(SweepRule.all, tally.byRule) {
            print("sweep: \(count) \(rule.name) (\(rule.authority))")
        }
        #expect(tally.unexplained.isEmpty, "\(tally.unexplained.prefix(20).joined(separator: "\n"))")
        for (rule, count) in zip(SweepRule.all, tally.byRule) { #expect(count > 0, "unused rule: \(rule.name)") }
    }

    private func sweep(codeSize32: Bool, _ tally: inout Tally) throws {
        let decoder = try Decoder(level: .pentium3)
        var oracle = ZydisOracle(codeSize32: codeSize32)
        var withoutCapstone: Set<String> = []
        var space = SweepSpace(stride: Self.stride)
        space.forEach { bytes in
            let result = decoder.decode(bytes, codeSize32: codeSize32)
            let sweep = SweepCase(
                bytes: bytes, codeSize32: codeSize32, vellum: result.instruction, zydis: oracle.decode(bytes))
            tally.encodings += 1
            if let instruction = sweep.vellum {
                tally.instructions += 1
                if instruction.capstoneID == 0 { withoutCapstone.insert(Self.name(instruction)) }
            }
            Self.explain(sweep, result, &tally)
        }
        #expect(decoder.disagreements == 0)
        #expect(withoutCapstone.isSubset(of: Self.ownRules), "\(withoutCapstone.subtracting(Self.ownRules))")
    }

    private static func explain(_ sweep: SweepCase, _ result: DecodeResult, _ tally: inout Tally) {
        if result == .truncated || result == .tooLong { tally.unexplained.append("\(result): \(text(sweep))") }
        for field in sweep.differences() {
            if let rule = SweepRule.all.firstIndex(where: { $0.fields.contains(field) && $0.covers(sweep) }) {
                tally.byRule[rule] += 1
            } else {
                tally.unexplained.append("\(field.rawValue): \(text(sweep))")
            }
        }
    }

    private static func text(_ sweep: SweepCase) -> String {
        let bytes = sweep.bytes.prefix(15).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return "\(sweep.codeSize32 ? 32 : 16) \(bytes) \(sweep.vellum.map { "\($0.operation)" } ?? "-")"
    }

    /// What Capstone 4 rejects or reads wrongly: hint NOPs, UD0, UD1, SFENCE with r/m, reserved x87 escapes.
    private static let ownRules: Set<String> = [
        "nop 0d", "nop 18", "nop 1a", "nop 1b", "nop 1c", "nop 1d", "nop 1e", "nop 1f", "undefined b9", "undefined ff",
        "simd ae", "escape d9", "escape da", "escape db", "escape dd", "escape de", "escape df",
    ]

    private static func name(_ instruction: DecodedInstruction) -> String {
        let opcode = String(instruction.opcode >> 4, radix: 16) + String(instruction.opcode & 15, radix: 16)
        return "\(instruction.operation) \(opcode)"
    }
}

import Testing
import VellumIA32
import VellumMicroOps
import VellumTranslation

@testable import VellumConformance

/// A mistake and its name.
private struct Mistake: CustomTestStringConvertible, Sendable {
    var name: String
    var mutation: TranslationMutation
    var testDescription: String { name }

    /// In a row of the instruction table.
    static func row(_ name: String, _ change: @escaping @Sendable (inout InstructionRow) -> Void) -> Mistake {
        Mistake(name: "row: \(name)", mutation: TranslationMutation(row: change))
    }

    /// In a lowering: another micro-op than the right one.
    static func lowering(_ name: String, _ change: @escaping @Sendable (inout MicroOp) -> Void) -> Mistake {
        Mistake(name: "lowering: \(name)", mutation: TranslationMutation(operation: change))
    }

    static func lowering(_ name: String, _ from: MicroOpcode, _ to: MicroOpcode) -> Mistake {
        lowering(name) { operation in if operation.opcode == from { operation.opcode = to } }
    }
}

/// Checks the oracle: each of ten mistakes in rows and lowerings makes it fail.
@Suite(.serialized) struct MutationTests {
    private static let helper: Result<String, any Error> = Result { try HelperBuild.build() }
    private static let seed: UInt64 = 4242

    private static let mistakes: [Mistake] = [
        .row("MOVZX Gv,Eb reads a word") {
            if $0.operation == .movzx && $0.opcode == 0xB6 { $0.operands.second = .ew }
        },
        .row("ADD Ev,Gv works on bytes") {
            if $0.operation == .add && $0.opcode == 0x01 { $0.operands = RowOperands(.eb, .gb) }
        },
        .row("SHL Ev,1 shifts by CL") {
            if $0.operation == .shl && $0.opcode == 0xD1 { $0.operands.second = .cl }
        },
        .row("MUL defines SF and ZF") { if $0.operation == .mul { $0.flagsUndefined = [] } },
        .row("CMP Ev,Gv swaps its operands") {
            if $0.operation == .cmp && $0.opcode == 0x39 { $0.operands = RowOperands(.gv, .ev) }
        },
        .lowering("ADC forgets the carry", .adc32, .add32),
        .lowering("SAR shifts in zeros", .sar32i, .shr32i),
        .lowering("BSR searches upwards", .bsr32, .bsf32),
        .lowering("SETcc is inverted") { if $0.opcode == .setcc { $0.d ^= 1 } },
        .lowering("string instructions step too far") { if $0.opcode == .step32 { $0.immediate *= 2 } },
    ]

    @Test(arguments: mistakes) fileprivate func isNoticed(_ mistake: Mistake) throws {
        let session = try OracleSession(helper: try Self.helper.get())
        session.keptFailures = 0
        session.mutation = mistake.mutation
        var failed = 0
        for first in stride(from: 0, to: 16_000, by: 1_000) where failed == 0 {
            failed = try session.run(count: 1_000, seed: Self.seed, first: first).failed
        }
        #expect(failed > 0, "seed \(Self.seed): the oracle did not notice that \(mistake.name)")
    }

    @Test func nothingIsReportedWithoutAMistake() throws {
        let session = try OracleSession(helper: try Self.helper.get())
        session.mutation = TranslationMutation()
        #expect(try session.run(count: 12_000, seed: Self.seed).failed == 0)
    }
}

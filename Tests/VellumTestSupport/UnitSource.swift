import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTranslation

/// Units as the translator makes them out of random instructions.
package final class UnitSource {
    package var maker: InstructionMaker
    private let translator: Translator
    private static let rows = InstructionTable.rows.filter { $0.span > 0 }
    private static let straight = rows.filter { !$0.attributes.contains(.endsUnit) }
    private static let comparisons = rows.filter { [.cmp, .test, .dec].contains($0.operation) }
    private static let branches = rows.filter { $0.operation == .jcc }
    private static let ends =
        likelyEnds
        + likelyEnds.filter { [.int, .retFar].contains($0.operation) }.flatMap { Array(repeating: $0, count: 5) }
    private static let likelyEnds = rows.filter {
        $0.attributes.contains(.endsUnit) || $0.attributes.contains(.repeats)
    }

    package init(seed: UInt64) throws {
        maker = try InstructionMaker(seed: seed)
        translator = try Translator(cpu: .pentium3)
    }

    /// The unit of one random instruction of a row, in a random mode.
    package func single(_ row: InstructionRow, passes: Bool) -> TranslatedUnit? {
        let mode = maker.mode()
        return translate(maker.encoding(row, mode), mode, limit: 1, passes: passes)
    }

    /// A few random instructions.
    package func random(passes: Bool = true) -> TranslatedUnit? {
        let mode = maker.mode()
        var code: [UInt8] = []
        for _ in 0..<Int.random(in: 1...6, using: &maker.generator) {
            guard let row = Self.straight.randomElement(using: &maker.generator) else { continue }
            code += maker.encoding(row, mode)
        }
        let isCompared = maker.generator.oneIn(2)
        if isCompared, let row = Self.comparisons.randomElement(using: &maker.generator) {
            code += maker.encoding(row, mode)
        }
        let ends = isCompared ? Self.branches : Self.ends
        if let row = ends.randomElement(using: &maker.generator) { code += maker.encoding(row, mode) }
        return translate(code, mode, limit: 8, passes: passes)
    }

    private func translate(_ code: [UInt8], _ mode: FragmentMode, limit: Int, passes: Bool) -> TranslatedUnit? {
        guard !code.isEmpty else { return nil }
        let codeLimit: UInt32 = maker.generator.oneIn(4) ? 0x8000 : ~0
        let request = TranslationRequest(
            eip: CodeBuffer.start, codeBase: 0, codeLimit: codeLimit, mode: mode, limit: limit, runPasses: passes)
        guard case .unit(let unit) = translator.translate(request, from: CodeBuffer(code)) else { return nil }
        return unit
    }
}

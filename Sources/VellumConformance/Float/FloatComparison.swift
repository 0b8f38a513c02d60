import VellumIA32

/// The differences of one case.
struct FloatComparison {
    private let item: GeneratedCase
    private let host: OracleResult
    private let here: OracleResult

    init(_ item: GeneratedCase, host: OracleResult, here: OracleResult) {
        self.item = item
        self.host = host
        self.here = here
    }

    /// One line each, the field's name first.
    var differences: [String] {
        var lines = here.differences(from: host, undefined: [])
        guard host.floating.count == here.floating.count else { return lines + ["image: sizes differ"] }
        for (name, range) in FloatComparison.fields {
            let want = host.floating[range]
            let got = here.floating[range]
            if want.elementsEqual(got) { continue }
            lines.append("\(name): host \(text(want)), here \(text(got))")
        }
        return lines
    }

    /// The rule that explains the differences.
    var explanation: String? {
        let fields = differences.compactMap { $0.split(separator: ":").first.map(String.init) }
        return FloatRules.explanation(
            FloatRules.Difference(item: item, host: host, here: here, fields: Set(fields)))
    }

    /// Pointers are left out: see `FloatRules`.
    private static let fields: [(String, Range<Int>)] =
        [("control", 0..<2), ("status", 2..<4), ("tags", 4..<5), ("mxcsr", 24..<28)]
        + (0..<8).map { ("st\($0)", (32 + $0 * 16)..<(42 + $0 * 16)) }
        + (0..<8).map { ("xmm\($0)", (160 + $0 * 16)..<(176 + $0 * 16)) }

    private func text(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.reversed().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

import VellumAnalysis

/// A listing for people: instructions, and beside them their micro-ops after each step.
struct TranslationText {
    var listing: TranslationListing

    var text: String {
        var lines: [String] = []
        var previous: TranslationListing.Stage?
        for stage in listing.stages {
            lines.append(title(stage, after: previous))
            if previous.map({ $0.operations.map(\.text) != stage.operations.map(\.text) }) ?? true {
                lines += self.lines(stage)
            }
            previous = stage
        }
        if !listing.rejection.isEmpty { lines.append("rejected by the verifier: \(listing.rejection)") }
        return lines.joined(separator: "\n")
    }

    private func title(_ stage: TranslationListing.Stage, after previous: TranslationListing.Stage?) -> String {
        let count = stage.operations.count
        guard let previous else { return "after \(stage.name): \(count) micro-ops" }
        let isSame = previous.operations.map(\.text) == stage.operations.map(\.text)
        return "\nafter \(stage.name): "
            + (isSame ? "the same" : "\(count) micro-ops, from \(previous.operations.count)")
    }

    private func lines(_ stage: TranslationListing.Stage) -> [String] {
        let width = (listing.instructions.map(\.text.count).max() ?? 0) + 2
        return listing.instructions.enumerated().flatMap { index, instruction in
            let own = stage.operations.filter { $0.instruction == index }
            let bytes = instruction.bytes.map { DeadEndReport.hex($0, 2) }.joined()
            let head =
                "  \(DeadEndReport.hex(instruction.address, 8))  \(padded(bytes, 17))\(padded(instruction.text, width))"
            let blank = String(repeating: " ", count: head.count)
            if own.isEmpty { return [head + "(joined with a neighbour)"] }
            return own.enumerated().map { ($0.offset == 0 ? head : blank) + operation($0.element) }
        }
    }

    private func operation(_ operation: TranslationListing.Operation) -> String {
        operation.flags.isEmpty ? operation.text : padded(operation.text, 34) + operation.flags
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

import Testing

/// Rules for the text of the sources.
@Suite struct SourceRuleTests {
    /// What no source of a module may hold, and why.
    private static let forbidden = [
        ("try!", "nothing that a guest does may stop the host"),
        ("as!", "nothing that a guest does may stop the host"),
        ("fatalError(", "nothing that a guest does may stop the host"),
        ("TODO", "what is missing stands in the documents or is done"),
        ("FIXME", "what is wrong is put right"),
    ]

    @Test func nothingThatStopsTheHost() throws {
        for path in Repository.sources {
            let text = try Repository.text(path)
            for (word, reason) in Self.forbidden {
                let isThere = text.contains(word)
                #expect(!isThere, "\(path) holds \(word): \(reason)")
            }
        }
    }

    /// Files stay small; the interpreter's dispatch is one switch.
    @Test func filesStaySmall() throws {
        for path in Repository.sources where !path.hasSuffix("/Interpreter.swift") {
            let lines = try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 400, "\(path) has \(lines) lines: do two things live there?")
        }
    }
}

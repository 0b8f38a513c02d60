import Testing

/// The documents against the command line, as its sources declare it.
@Suite struct CommandLineTests {
    private struct Options {
        var visible: Set<String> = []
        var hidden: Set<String> = []
        var all: Set<String> { visible.union(hidden).union(["help", "version"]) }
    }

    /// The long names that sources declare with ArgumentParser's property wrappers.
    private static func options(in paths: [String]) throws -> Options {
        var options = Options()
        let pattern = /@(?:Option|Flag)\b(.*?)\bvar (\w+)/.dotMatchesNewlines()
        for path in paths {
            for match in try Repository.text(path).matches(of: pattern) {
                let name = match.output.1.firstMatch(of: /customLong\("([\w-]+)"\)/).map { String($0.output.1) }
                let long = name ?? kebab(match.output.2)
                if match.output.1.contains("help: .hidden") {
                    options.hidden.insert(long)
                } else {
                    options.visible.insert(long)
                }
            }
        }
        return options
    }

    private static func kebab(_ name: some StringProtocol) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : String($1) }
    }

    private static let run = Repository.files(under: "Sources/VellumCommands", ending: ".swift")
    private static let conformance = Repository.files(under: "Sources/VellumConformance", ending: ".swift")

    /// Code in the documents that is a call of `command`, without what comes before it.
    private static func calls(of command: String, in path: String) throws -> [Substring] {
        try Markdown(path).code.compactMap { line in
            let words = line.split(separator: " ")
            guard let first = words.firstIndex(where: { $0 == command || $0.hasSuffix("/\(command)") }) else {
                return nil
            }
            return line[words[first].endIndex...].prefix { $0 != "#" }
        }
    }

    @Test(arguments: [("vellum", run), ("vellum-conformance", conformance)])
    func everyOptionExists(command: String, sources: [String]) throws {
        let known = try Self.options(in: sources).all
        for path in Repository.documents {
            for call in try Self.calls(of: command, in: path) {
                for option in call.matches(of: /--([a-z][a-z0-9-]*)/) {
                    let isKnown = known.contains(String(option.output.1))
                    #expect(isKnown, "\(path): \(command)\(call)")
                }
            }
        }
    }

    /// Spans that are an option and nothing else are options of one of the commands.
    @Test func everyOptionNamedExists() throws {
        let known = try Self.options(in: Self.run).all.union(try Self.options(in: Self.conformance).all)
        for path in Repository.documents {
            for span in try Markdown(path).spans {
                guard let option = span.prefixMatch(of: /--([a-z][a-z0-9-]*)/) else { continue }
                let isKnown = known.contains(String(option.output.1))
                #expect(isKnown, "\(path): \(span)")
            }
        }
    }

    @Test func everyOptionOfRunIsInTheContract() throws {
        let text = try Repository.text("docs/contracts.md")
        for option in try Self.options(in: Self.run).visible.sorted() {
            let isThere = text.contains("`--\(option)")
            #expect(isThere, "docs/contracts.md does not tell of --\(option)")
        }
    }

    @Test(arguments: [("vellum", run), ("vellum-conformance", conformance)])
    func everySubcommandExists(command: String, sources: [String]) throws {
        let known = try sources.reduce(into: Set<String>()) { names, path in
            for match in try Repository.text(path).matches(of: /commandName: "([\w-]+)"/) {
                names.insert(String(match.output.1))
            }
        }
        for path in Repository.documents {
            for call in try Self.calls(of: command, in: path) {
                guard let word = call.split(separator: " ").first, word.first?.isLetter == true else { continue }
                #expect(known.contains(String(word)), "\(path): \(command)\(call)")
            }
        }
    }

    @Test func everyMakeTargetExists() throws {
        let makefile = try Repository.text("Makefile")
        let targets = Set(makefile.matches(of: /(?m)^([a-z]+):/).map { String($0.output.1) })
        for path in Repository.documents {
            for line in try Markdown(path).code {
                guard let match = line.prefixMatch(of: /make ([a-z]+)/) else { continue }
                #expect(targets.contains(String(match.output.1)), "\(path): \(line)")
            }
        }
    }

    /// Reasons of the end and members of the statistics stand in the contract by their names.
    @Test func theContractNamesWhatIsWritten() throws {
        let contract = try Repository.text("docs/contracts.md")
        let reasons = try Repository.text("Sources/VellumMachine/Machine/ExitReport.swift")
        let body = try #require(reasons.firstMatch(of: /enum ExitReason[^{]*{([^}]*)}/)).output.1
        for match in body.matches(of: /case (\w+)(?: = "([\w-]+)")?/) {
            let name = match.output.2 ?? match.output.1
            let isThere = contract.contains("`\(name)`")
            #expect(isThere, "docs/contracts.md does not name the reason \(name)")
        }
        let report = try Repository.text("Sources/VellumCommands/Report/StatisticsReport.swift")
        for match in report.matches(of: /\("(\w+)",/) {
            let isThere = contract.contains("\"\(match.output.1)\":")
            #expect(isThere, "docs/contracts.md lacks \(match.output.1)")
        }
    }
}

import Testing

/// The documents against the repository: what they link, name and quote is there.
@Suite struct DocumentTests {
    @Test func everyLinkLeadsSomewhere() throws {
        for path in Repository.documents {
            let document = try Markdown(path)
            for link in document.links where !link.contains("://") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let target = parts[0].isEmpty ? path : document.resolve(parts[0])
                #expect(Repository.exists(target), "\(path) links to \(link)")
                guard parts.count == 2, target.hasSuffix(".md"), Repository.exists(target) else { continue }
                #expect(try Markdown(target).anchors.contains(parts[1]), "\(path) links to \(link): no such heading")
            }
        }
    }

    /// A reader who starts at the README reaches every document and picture.
    @Test func everyDocumentIsReached() throws {
        var reached: Set<String> = []
        var open = ["README.md"]
        while let path = open.popLast() {
            guard reached.insert(path).inserted, path.hasSuffix(".md"), Repository.exists(path) else { continue }
            let document = try Markdown(path)
            for link in document.links where !link.contains("://") {
                open.append(document.resolve(String(link.prefix { $0 != "#" })))
            }
        }
        let all = Repository.files(under: "docs", ending: "")
        #expect(all.filter { !reached.contains($0) } == [], "not linked from the README or from a document that is")
    }

    /// Files named in backticks exist: whole paths, and Swift files by their names alone.
    @Test func everyFileNamedExists() throws {
        let paths = Repository.sources + Repository.files(under: "Tests", ending: ".swift")
        let names = Set(paths.compactMap { $0.split(separator: "/").last.map(String.init) })
        for path in Repository.documents {
            for span in try Markdown(path).spans where !span.contains(where: { " *<…".contains($0) }) {
                let isPath = span.prefixMatch(of: /(Sources|Tests|benchmarks|docs|\.ci)\//) != nil
                guard isPath || span.hasSuffix(".swift") else { continue }
                // `Name` stands for what the reader adds.
                guard span.split(separator: "/").last?.hasPrefix("Name") == false else { continue }
                let isThere = names.contains(span) || Repository.exists(span)
                #expect(isThere, "\(path) names \(span)")
            }
        }
    }

    /// Each chip has its paragraph.
    @Test func everyDeviceIsDescribed() throws {
        let text = try Repository.text("docs/devices.md")
        for path in Repository.files(under: "Sources/VellumDevices", ending: ".swift") {
            for match in try Repository.text(path).matches(of: /final class (\w+): [^{]*\bDevice\b/) {
                let isThere = text.contains("`\(match.output.1)`")
                #expect(isThere, "docs/devices.md does not describe \(match.output.1)")
            }
        }
    }

    /// Each explained difference stands in the document, with its authority beside it.
    @Test func everyRuleIsListed() throws {
        let text = try Repository.text("docs/conformance.md")
        let files = [
            "Sources/VellumConformance/Oracle/OracleRules.swift", "Sources/VellumConformance/Float/FloatRules.swift",
            "Tests/VellumDecoderTests/SweepRules.swift",
        ]
        for path in files {
            for match in try Repository.text(path).matches(of: /name: "([^"]+)"/) {
                let isThere = text.contains("| \(match.output.1) |")
                #expect(isThere, "docs/conformance.md does not list \(match.output.1)")
            }
        }
    }

    /// The library examples of the README are the ones that are compiled and run.
    @Test func theExampleIsTheCompiledOne() throws {
        let blocks = try Markdown("README.md").blocks.filter { $0.language == "swift" }
        let sources = try ["ReadmeExample", "ReadmeObserver", "ReadmeEviction"].map {
            try Repository.text("Tests/VellumTests/\($0).swift")
        }
        #expect(blocks.map { $0.lines.joined(separator: "\n") + "\n" } == sources)
    }
}

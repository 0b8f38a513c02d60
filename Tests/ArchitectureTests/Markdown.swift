/// What the tests need of a Markdown file.
struct Markdown {
    /// A fenced block of code.
    struct Block {
        var language: String
        var lines: [String]
    }

    let path: String
    private(set) var blocks: [Block] = []
    /// Lines outside of fenced blocks.
    private(set) var prose: [String] = []

    init(_ path: String) throws {
        self.path = path
        var block: Block?
        for line in try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("```") else {
                if block == nil { prose.append(String(line)) } else { block?.lines.append(String(line)) }
                continue
            }
            if let finished = block { blocks.append(finished) }
            block = block == nil ? Block(language: String(line.dropFirst(3)), lines: []) : nil
        }
    }

    /// Text between backticks outside of fenced blocks.
    var spans: [String] {
        prose.flatMap { line in
            line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
    }

    /// Everything written as code: spans and the lines of blocks.
    var code: [String] { spans + blocks.flatMap(\.lines) }

    /// Where the links lead, as written.
    var links: [String] {
        prose.flatMap { line in
            line.matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }
                + line.matches(of: /<img[^>]*src="([^"]+)"/).map { String($0.output.1) }
        }
    }

    /// The anchors that GitHub makes of the headings.
    var anchors: Set<String> {
        Set(
            prose.filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" }.trimmingPrefix(" ").lowercased()
                return String(
                    title.compactMap { character -> Character? in
                        if character == " " { return "-" }
                        return character.isLetter || character.isNumber || character == "-" || character == "_"
                            ? character : nil
                    })
            })
    }

    /// The cells of a table whose first header is `title`, without the header.
    func table(_ title: String) -> [[String]] {
        guard let header = prose.firstIndex(where: { Self.cells($0).first == title }) else { return [] }
        return prose[(header + 2)...].prefix { $0.hasPrefix("|") }.map(Self.cells)
    }

    private static func cells(_ line: String) -> [String] {
        guard line.hasPrefix("|") else { return [] }
        return line.dropFirst().split(separator: "|", omittingEmptySubsequences: false).dropLast().map { cell in
            String(cell.trimmingPrefix { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// A path in this file's links or text, from the repository's root; `..` is resolved.
    func resolve(_ target: String) -> String {
        var parts = path.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") {
            switch part {
            case "..": if !parts.isEmpty { parts.removeLast() }
            case ".": break
            default: parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}

extension String {
    /// The text between backticks.
    var quoted: [String] {
        split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}

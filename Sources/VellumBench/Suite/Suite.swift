/// Guests to be run as regression benchmarks, as a suite file has them.
package struct Suite: Sendable {
    package struct Guest: Sendable {
        package var name: String
        /// Options and arguments of `vellum run`, the image first.
        package var command: [String]
        /// How often it runs, for the times.
        package var repeats: Int
        /// The exit status that says that all went well.
        package var status: Int32
        /// Text that its console has to show; empty for any.
        package var output: String
        /// What it does so often, for costs per operation; zero where it does not say.
        package var operations: UInt64
    }

    package var name: String
    package var guests: [Guest]

    static let mostRepeats = 1000

    /// - Parameter directory: where the suite file lies; images and scripts are named from there.
    package init(_ bytes: [UInt8], name: String, directory: String) throws(BenchError) {
        let document = try YAMLNode(parsing: bytes)
        try document.check(keys: ["name", "defaults", "guests"], in: "a suite")
        self.name = try document.member("name") ?? name
        guard let list = document["guests"]?.list, !list.isEmpty else {
            throw BenchError("guests: a list of guests was expected", line: document.line)
        }
        let defaults = document["defaults"]
        if let defaults { try defaults.check(keys: GuestReader.keys.subtracting(["name", "image"]), in: "defaults") }
        guests = []
        for node in list {
            let guest = try GuestReader(node: node, defaults: defaults, directory: directory).guest()
            guard !guests.contains(where: { $0.name == guest.name }) else {
                throw BenchError("two guests are named \(guest.name)", line: node.line)
            }
            guests.append(guest)
        }
    }
}

/// Reads one guest of a suite.
private struct GuestReader {
    let node: YAMLNode
    let defaults: YAMLNode?
    let directory: String

    static let keys: Set = [
        "name", "image", "append", "arguments", "memory", "cpu", "script", "max-instructions", "timeout", "options",
        "repeats", "status", "output", "operations",
    ]

    private func value(_ key: String) -> YAMLNode? { node[key] ?? defaults?[key] }

    func guest() throws(BenchError) -> Suite.Guest {
        try node.check(keys: Self.keys, in: "a guest")
        guard let image = try node.member("image") else {
            throw BenchError("a guest without image", line: node.line)
        }
        let base = image.split(separator: "/").last.map(String.init) ?? image
        var output = try node.member("output")
        if output == nil { output = try defaults?.member("output") }
        let repeats = try number("repeats", upTo: UInt64(Suite.mostRepeats)) ?? 3
        guard repeats > 0 else { throw BenchError("repeats: at least 1", line: node.line) }
        return Suite.Guest(
            name: try node.member("name") ?? base, command: try command(path(image)),
            repeats: Int(repeats), status: Int32(try number("status", upTo: 255) ?? 0),
            output: output ?? "",
            operations: try number("operations", upTo: .max) ?? 0)
    }

    private func path(_ name: String) -> String {
        name.hasPrefix("/") || directory.isEmpty ? name : "\(directory)/\(name)"
    }

    private func command(_ image: String) throws(BenchError) -> [String] {
        var command = [image]
        for key in ["append", "memory", "cpu", "max-instructions", "timeout"] {
            if let value = value(key) { command.append("--\(key)=\(try value.word(key))") }
        }
        if let script = value("script") { command += ["--script", path(try script.word("script"))] }
        command += try words("options")
        let arguments = try words("arguments")
        return arguments.isEmpty ? command : command + ["--"] + arguments
    }

    private func words(_ key: String) throws(BenchError) -> [String] {
        guard let value = value(key) else { return [] }
        guard let list = value.list else { throw BenchError("\(key): a list was expected", line: value.line) }
        var words: [String] = []
        for element in list { words.append(try element.word(key)) }
        return words
    }

    private func number(_ key: String, upTo limit: UInt64) throws(BenchError) -> UInt64? {
        guard let value = value(key) else { return nil }
        guard let number = value.number, number <= limit else {
            let range = limit == .max ? "" : " up to \(limit)"
            throw BenchError("\(key): a number\(range) was expected", line: value.line)
        }
        return number
    }
}

extension YAMLNode {
    /// A scalar's text.
    fileprivate func word(_ key: String) throws(BenchError) -> String {
        guard let text, !text.contains("\0") else { throw BenchError("\(key): a word was expected", line: line) }
        return text
    }

    /// A member's text, where there is one.
    fileprivate func member(_ key: String) throws(BenchError) -> String? {
        guard let node = self[key] else { return nil }
        return try node.word(key)
    }

    fileprivate func check(keys: Set<String>, in place: String) throws(BenchError) {
        guard let members else { throw BenchError("\(place) with keys was expected", line: line) }
        for (key, value) in members where !keys.contains(key) {
            throw BenchError(
                "\(key) is nothing of \(place); it has \(keys.sorted().joined(separator: ", "))", line: value.line)
        }
    }
}

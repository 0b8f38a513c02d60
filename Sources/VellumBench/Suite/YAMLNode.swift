import CYAML

/// A YAML document, or a JSON one, which is YAML too: what suites and results are read from.
package struct YAMLNode: Sendable {
    package indirect enum Content: Sendable {
        case scalar(String)
        case list([YAMLNode])
        case map([(key: String, value: YAMLNode)])
    }

    package var content: Content
    /// Line in the file, from 1.
    package var line: Int

    package subscript(_ key: String) -> YAMLNode? {
        guard case .map(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    package var text: String? {
        guard case .scalar(let text) = content else { return nil }
        return text
    }

    package var list: [YAMLNode]? {
        guard case .list(let elements) = content else { return nil }
        return elements
    }

    package var members: [(key: String, value: YAMLNode)]? {
        guard case .map(let members) = content else { return nil }
        return members
    }

    package var number: UInt64? { text.flatMap { UInt64($0) } }
    package var real: Double? { text.flatMap { Double($0) } }
}

/// What is wrong with a suite or a results file: one line.
package struct BenchError: Error, Equatable, Sendable, CustomStringConvertible {
    package var file: String
    /// From 1; zero where no line can be named.
    package var line: Int
    package var problem: String

    package init(_ problem: String, file: String = "", line: Int = 0) {
        self.file = file
        self.line = line
        self.problem = problem
    }

    package var description: String {
        let place = line > 0 ? "line \(line): " : ""
        return file.isEmpty ? place + problem : "\(file): \(place)\(problem)"
    }

    package func about(_ file: String) -> BenchError {
        var error = self
        if error.file.isEmpty { error.file = file }
        return error
    }
}

extension YAMLNode {
    /// Reads one document.  Aliases are refused: a few bytes of them can stand for gigabytes.
    package init(parsing bytes: [UInt8]) throws(BenchError) {
        let reader = try YAMLReader(bytes)
        self = try reader.document()
    }
}

/// Makes nodes of libyaml's events.
private final class YAMLReader {
    private var parser = yaml_parser_t()
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private static let deepest = 64

    init(_ source: [UInt8]) throws(BenchError) {
        bytes = .allocate(capacity: max(1, source.count))
        _ = bytes.initialize(fromContentsOf: source)
        guard yaml_parser_initialize(&parser) == 1 else {
            bytes.deallocate()
            throw BenchError("libyaml cannot be set up")
        }
        yaml_parser_set_input_string(&parser, bytes.baseAddress, source.count)
    }

    deinit {
        yaml_parser_delete(&parser)
        bytes.deallocate()
    }

    func document() throws(BenchError) -> YAMLNode {
        while true {
            var event = try next()
            defer { yaml_event_delete(&event) }
            switch event.type {
            case YAML_STREAM_END_EVENT, YAML_DOCUMENT_END_EVENT: throw BenchError("the document is empty")
            case YAML_STREAM_START_EVENT, YAML_DOCUMENT_START_EVENT: continue
            default: return try node(event, depth: 0)
            }
        }
    }

    private func next() throws(BenchError) -> yaml_event_t {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else {
            let problem = parser.problem.map { String(cString: $0) } ?? "not understood"
            throw BenchError(problem, line: Int(parser.problem_mark.line) + 1)
        }
        return event
    }

    private func node(_ event: yaml_event_t, depth: Int) throws(BenchError) -> YAMLNode {
        let line = Int(event.start_mark.line) + 1
        guard depth < Self.deepest else { throw BenchError("nested too deeply", line: line) }
        switch event.type {
        case YAML_SCALAR_EVENT: return YAMLNode(content: .scalar(text(event)), line: line)
        case YAML_SEQUENCE_START_EVENT: return YAMLNode(content: .list(try list(depth)), line: line)
        case YAML_MAPPING_START_EVENT: return YAMLNode(content: .map(try map(depth)), line: line)
        default: throw BenchError("aliases are not taken; write the value out", line: line)
        }
    }

    private func text(_ event: yaml_event_t) -> String {
        let scalar = event.data.scalar
        return String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
    }

    private func list(_ depth: Int) throws(BenchError) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            var event = try next()
            defer { yaml_event_delete(&event) }
            if event.type == YAML_SEQUENCE_END_EVENT { return elements }
            elements.append(try node(event, depth: depth + 1))
        }
    }

    private func map(_ depth: Int) throws(BenchError) -> [(key: String, value: YAMLNode)] {
        var members: [(key: String, value: YAMLNode)] = []
        var seen: Set<String> = []
        while true {
            var event = try next()
            defer { yaml_event_delete(&event) }
            if event.type == YAML_MAPPING_END_EVENT { return members }
            let key = try node(event, depth: depth + 1)
            guard let name = key.text else { throw BenchError("a key that is no word", line: key.line) }
            guard seen.insert(name).inserted else { throw BenchError("\(name) stands twice", line: key.line) }
            var value = try next()
            defer { yaml_event_delete(&value) }
            members.append((name, try node(value, depth: depth + 1)))
        }
    }
}

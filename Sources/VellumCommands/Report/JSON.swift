/// A JSON value that keeps the order of its members.
indirect enum JSON: Equatable {
    case object([(String, JSON)])
    case list([JSON])
    case text(String)
    case integer(UInt64)
    case signed(Int64)
    case number(Double)

    static func == (a: JSON, b: JSON) -> Bool { a.encoded() == b.encoded() }

    /// The value as JSON text, two blanks a level.
    func encoded(indent: Int = 0) -> String {
        switch self {
        case .text(let text): JSON.quoted(text)
        case .integer(let value): String(value)
        case .signed(let value): String(value)
        case .number(let value): value.isFinite ? "\(value)" : "0.0"
        case .object(let members): JSON.encoded(members, indent)
        case .list(let elements): JSON.encoded(elements, indent)
        }
    }

    private static func encoded(_ members: [(String, JSON)], _ indent: Int) -> String {
        guard !members.isEmpty else { return "{}" }
        let inner = String(repeating: " ", count: indent + 2)
        let lines = members.map { "\(inner)\(quoted($0.0)): \($0.1.encoded(indent: indent + 2))" }
        return "{\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indent) + "}"
    }

    private static func encoded(_ elements: [JSON], _ indent: Int) -> String {
        guard !elements.isEmpty else { return "[]" }
        let inner = String(repeating: " ", count: indent + 2)
        let lines = elements.map { inner + $0.encoded(indent: indent + 2) }
        return "[\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indent) + "]"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// A JSON value that keeps the order of its members.
package indirect enum JSON: Equatable {
    case object([(String, JSON)])
    case list([JSON])
    case text(String)
    case flag(Bool)
    case integer(UInt64)
    case signed(Int64)
    case number(Double)

    package static func == (a: JSON, b: JSON) -> Bool { a.encoded() == b.encoded() }

    /// The value as JSON text, two blanks a level.
    package func encoded(indent: Int = 0) -> String {
        switch self {
        case .text(let text): JSON.quoted(text)
        case .flag(let flag): flag ? "true" : "false"
        case .integer(let value): String(value)
        case .signed(let value): String(value)
        case .number(let value): value.isFinite ? "\(value)" : "0.0"
        case .object(let members): JSON.encoded(members, indent)
        case .list(let elements): JSON.encoded(elements, indent)
        }
    }

    /// The value as JSON text without blanks, a member of the outermost object a line.
    package func compact() -> String {
        guard case .object(let members) = self else { return inOneLine }
        return "{" + members.map { "\(JSON.quoted($0.0)):\($0.1.inOneLine)" }.joined(separator: ",\n") + "}"
    }

    private var inOneLine: String {
        var text = ""
        append(to: &text)
        return text
    }

    private func append(to text: inout String) {
        switch self {
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index == 0 ? "" : ",") + JSON.quoted(member.0) + ":"
                member.1.append(to: &text)
            }
            text += "}"
        case .list(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.append(to: &text)
            }
            text += "]"
        default: text += encoded()
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

/// Reads one line of a script.
struct ScriptLineReader {
    struct Problem: Error {
        var message: String

        init(_ message: String) { self.message = message }
    }

    private let command: String
    private let rest: String

    init(_ line: Substring) {
        var text = line
        if text.hasSuffix("\r") { text = text.dropLast() }
        text = text.drop(while: \.isBlank)
        command = String(text.prefix { !$0.isBlank })
        var rest = text.dropFirst(command.count).drop(while: \.isBlank)
        while rest.last?.isBlank == true { rest = rest.dropLast() }
        self.rest = String(rest)
    }

    /// What the line says; nil for one that is empty or a comment.
    mutating func action() throws(Problem) -> ScriptStep.Action? {
        if command.isEmpty || command.hasPrefix("#") { return nil }
        switch command {
        case "wait-screen": return .waitScreen(try string())
        case "wait-serial": return .waitSerial(try bytes())
        case "type": return .type(try typed())
        case "send-serial": return .sendSerial(try bytes())
        case "key": return .key(try keys())
        case "screen": return .screen(try file())
        case "after": return .after(try span())
        case "within": return .within(try span())
        case "quit": return .quit(try status())
        default:
            throw Problem(
                "there is no '\(command)'; expected wait-screen, wait-serial, type, send-serial, key, screen, after, "
                    + "within or quit")
        }
    }

    // MARK: Arguments

    /// The rest of the line as it stands, or without its quotes and with its escapes resolved.
    private func bytes() throws(Problem) -> [UInt8] {
        guard !rest.isEmpty else { throw Problem("\(command) takes a text") }
        guard rest.hasPrefix("\"") else { return Array(rest.utf8) }
        let bytes = try unquoted(Array(rest.utf8.dropFirst()))
        guard !bytes.isEmpty else { throw Problem("\(command): the text is empty") }
        return bytes
    }

    private func string() throws(Problem) -> String {
        guard let text = String(validating: try bytes(), as: UTF8.self) else {
            throw Problem("\(command): the text is not UTF-8")
        }
        return text
    }

    /// The bytes up to the closing quote.
    private func unquoted(_ text: [UInt8]) throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                guard index == text.count - 1 else { throw Problem("\(command): nothing may follow the closing quote") }
                return bytes
            case UInt8(ascii: "\\"):
                let (byte, length) = try escape(text[(index + 1)...])
                bytes.append(byte)
                index += 1 + length
            default:
                bytes.append(text[index])
                index += 1
            }
        }
        throw Problem("\(command): the closing quote is missing")
    }

    /// The byte for which an escape stands, and the escape's length behind the backslash.
    private func escape(_ text: ArraySlice<UInt8>) throws(Problem) -> (byte: UInt8, length: Int) {
        let simple: [Character: UInt8] = [
            "n": 0x0A, "r": 0x0D, "t": 0x09, "b": 0x08, "e": 0x1B, "0": 0, "\\": 0x5C, "\"": 0x22,
        ]
        let letter = Character(UnicodeScalar(text.first ?? 0))
        if let byte = simple[letter] { return (byte, 1) }
        if letter == "x", let byte = UInt8(String(decoding: text.dropFirst().prefix(2), as: UTF8.self), radix: 16),
            text.count > 2
        {
            return (byte, 3)
        }
        throw Problem("\(command): expected \\n \\r \\t \\b \\e \\0 \\\\ \\\" or \\xHH, and a backslash as \\\\")
    }

    /// A text that the guest's keyboard has keys for.
    private func typed() throws(Problem) -> String {
        let text = try string()
        if let scalar = text.unicodeScalars.first(where: { KeyCombination.typing($0) == nil }) {
            throw Problem("type: a US keyboard has no key for '\(scalar)'")
        }
        return text
    }

    private func keys() throws(Problem) -> [KeyCombination] {
        let names = words
        guard !names.isEmpty else { throw Problem("key takes names of keys, such as down, f10 or ctrl-alt-delete") }
        var keys: [KeyCombination] = []
        for name in names {
            guard let key = KeyCombination(name) else {
                throw Problem("there is no key '\(name)'; names are such as a, f10, enter, down, ctrl-alt-delete")
            }
            keys.append(key)
        }
        return keys
    }

    private func file() throws(Problem) -> String {
        let name = try string()
        guard name.hasSuffix(".txt") || name.hasSuffix(".png") else {
            throw Problem("screen takes the name of a file that ends in .txt or .png")
        }
        return name
    }

    private func span() throws(Problem) -> ScriptSpan {
        let parts = words
        let wanted = Problem("\(command) takes a number and a unit: 5000000 instructions, or 2.5 seconds")
        guard parts.count == 2 else { throw wanted }
        switch parts[1] {
        case "instruction", "instructions":
            guard let count = UInt64(parts[0].filter { $0 != "_" }) else { throw wanted }
            return .instructions(count)
        case "second", "seconds", "s":
            guard let seconds = Double(parts[0]), seconds >= 0, seconds < 1e9 else { throw wanted }
            return .nanoseconds(UInt64(seconds * 1e9))
        default: throw wanted
        }
    }

    private func status() throws(Problem) -> Int32 {
        if rest.isEmpty { return 0 }
        guard let status = UInt8(rest) else { throw Problem("quit takes an exit status from 0 to 255") }
        return Int32(status)
    }

    private var words: [String] { rest.split(whereSeparator: \.isBlank).map(String.init) }
}

extension Character {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}

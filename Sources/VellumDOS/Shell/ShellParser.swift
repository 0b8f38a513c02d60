/// A command with where its input and output lead.
struct ShellCommand: Equatable {
    var text: [UInt8]
    var input: [UInt8]?
    var output: [UInt8]?
    var appends = false
}

/// Takes command lines apart.
enum ShellParser {
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func trim(_ text: some Collection<UInt8>) -> [UInt8] {
        let front = text.drop(while: isBlank)
        var result = Array(front)
        while let last = result.last, isBlank(last) || last == 0x0D || last == 0x0A { result.removeLast() }
        return result
    }

    /// The commands of a pipe, in order; nil for a line that makes no sense.
    static func parse(_ line: [UInt8]) -> [ShellCommand]? {
        var commands = [ShellCommand(text: [])]
        var index = 0
        var isQuoted = false
        while index < line.count {
            let byte = line[index]
            index += 1
            if byte == 0x22 { isQuoted.toggle() }
            switch byte {
            case 0x7C where !isQuoted: commands.append(ShellCommand(text: []))
            case 0x3C where !isQuoted, 0x3E where !isQuoted:
                let appends = byte == 0x3E && index < line.count && line[index] == 0x3E
                if appends { index += 1 }
                let name = word(line, &index)
                guard !name.isEmpty else { return nil }
                if byte == 0x3C {
                    commands[commands.count - 1].input = name
                } else {
                    commands[commands.count - 1].output = name
                    commands[commands.count - 1].appends = appends
                }
            default: commands[commands.count - 1].text.append(byte)
            }
        }
        for place in commands.indices {
            let isEmpty = trim(commands[place].text).isEmpty
            if isEmpty, commands.count > 1 { return nil }
        }
        return commands
    }

    private static func word(_ line: [UInt8], _ index: inout Int) -> [UInt8] {
        while index < line.count, isBlank(line[index]) { index += 1 }
        var word: [UInt8] = []
        while index < line.count, !isBlank(line[index]), ![0x3C, 0x3E, 0x7C].contains(line[index]) {
            word.append(line[index])
            index += 1
        }
        return word
    }

    /// The command's name in capitals, and the rest as it stands.  Built-in names end at any of `./\,;=+"` as well.
    static func name(_ text: [UInt8]) -> (name: String, rest: [UInt8]) {
        // Blanks at the end belong to what ECHO prints.
        let line = Array(text.drop(while: isBlank))
        let ends: Set<UInt8> = Set("./\\,;=+\"<>|[]: \t".utf8)
        let end = line.firstIndex(where: ends.contains) ?? line.endIndex
        let name = line[..<end].map(DOSName.capital)
        return (String(decoding: name, as: UTF8.self), Array(line[end...]))
    }

    /// The first word, up to a blank or a slash that begins an option; and what is behind it.
    static func program(_ text: [UInt8]) -> (name: [UInt8], tail: [UInt8]) {
        let line = trim(text)
        var index = 0
        if line.first == 0x22 {
            let end = line.dropFirst().firstIndex(of: 0x22) ?? line.endIndex
            return (Array(line[1..<end]), Array(line[min(end + 1, line.endIndex)...]))
        }
        while index < line.count, !isBlank(line[index]), ![0x2F, 0x2C, 0x3B, 0x3D].contains(line[index]) { index += 1 }
        return (Array(line[..<index]), Array(line[index...]))
    }

    /// Words between blanks, commas and semicolons; options begin with a slash.
    static func words(_ text: [UInt8]) -> (words: [[UInt8]], options: Set<String>) {
        var (words, options): ([[UInt8]], Set<String>) = ([], [])
        for part in text.split(whereSeparator: { isBlank($0) || $0 == 0x2C || $0 == 0x3B }) {
            let pieces = part.split(separator: 0x2F, omittingEmptySubsequences: false)
            if let first = pieces.first, !first.isEmpty { words.append(Array(first)) }
            for option in pieces.dropFirst() {
                options.insert(String(decoding: option.map(DOSName.capital), as: UTF8.self))
            }
        }
        return (words, options)
    }
}

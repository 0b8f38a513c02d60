// Batch files: parameters, labels, IF, FOR.
extension Shell {
    /// A line with its parameters put in; nil for labels and empty lines.
    func prepare(_ raw: [UInt8], _ batch: Batch) -> [UInt8]? {
        var line = ShellParser.trim(raw)
        guard let first = line.first, first != 0x3A else { return nil }
        let isQuiet = first == 0x40
        if isQuiet { line = ShellParser.trim(line.dropFirst()) }
        line = substitute(line, batch)
        if echoes, !isQuiet { put(prompt + line + [0x0D, 0x0A]) }
        return line
    }

    /// %0 to %9, %NAME%, and %% for one percent sign.
    private func substitute(_ line: [UInt8], _ batch: Batch) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < line.count {
            guard line[index] == 0x25, index + 1 < line.count else {
                result.append(line[index])
                index += 1
                continue
            }
            let next = line[index + 1]
            if next == 0x25 {
                result.append(0x25)
                index += 2
            } else if (0x30...0x39).contains(next) {
                let number = Int(next - 0x30)
                if number < batch.arguments.count { result += batch.arguments[number] }
                index += 2
            } else if let end = line[(index + 1)...].firstIndex(of: 0x25) {
                result += variable(Array(line[index + 1..<end])) ?? []
                index = end + 1
            } else {
                result.append(0x25)
                index += 1
            }
        }
        return result
    }

    func goto(_ rest: [UInt8]) {
        while batches.last?.isFile == false { batches.removeLast() }
        guard let batch = batches.last else { return }
        func label(_ text: [UInt8]) -> [UInt8] {
            let name = ShellParser.trim(text).drop { $0 == 0x3A }
            return name.prefix { !ShellParser.isBlank($0) }.prefix(8).map(DOSName.capital)
        }
        let wanted = label(rest)
        let place = batch.lines.firstIndex { line in
            let text = ShellParser.trim(line)
            return text.first == 0x3A && label(text) == wanted
        }
        guard let place else {
            batches.removeLast()
            return print("Label not found")
        }
        batches[batches.count - 1].next = place + 1
    }

    /// IF [NOT] ERRORLEVEL n | EXIST file | a==b command.
    func decide(_ rest: [UInt8]) {
        var text = ShellParser.trim(rest)
        var isNegated = false
        func word() -> [UInt8] {
            let word = Array(text.prefix { !ShellParser.isBlank($0) })
            text = ShellParser.trim(text.dropFirst(word.count))
            return word
        }
        func upper(_ word: [UInt8]) -> String { String(decoding: word.map(DOSName.capital), as: UTF8.self) }
        if upper(Array(text.prefix { !ShellParser.isBlank($0) })) == "NOT" {
            isNegated = true
            _ = word()
        }
        let isTrue: Bool
        switch upper(Array(text.prefix { !ShellParser.isBlank($0) && $0 != 0x3D })) {
        case "ERRORLEVEL":
            text = ShellParser.trim(text.dropFirst(10).drop { $0 == 0x3D || ShellParser.isBlank($0) })
            isTrue = Int(errorLevel) >= Int(String(decoding: word(), as: UTF8.self)) ?? 0
        case "EXIST":
            _ = word()
            isTrue = !found(word()).isEmpty
        default:
            guard let (left, right) = comparison(&text) else { return print("Syntax error") }
            isTrue = left == right
        }
        if isTrue != isNegated { insert([text]) }
    }

    /// Lines that a command has made come before those of the batch file; they are not shown.
    private func insert(_ made: [[UInt8]]) {
        batches.append(Batch(lines: made.map { [0x40] + escape($0) }, arguments: [], isFile: false))
    }

    /// Percent signs have been dealt with.
    private func escape(_ line: [UInt8]) -> [UInt8] { line.flatMap { $0 == 0x25 ? [$0, $0] : [$0] } }

    private func comparison(_ text: inout [UInt8]) -> ([UInt8], [UInt8])? {
        guard let place = text.indices.dropLast().first(where: { text[$0] == 0x3D && text[$0 + 1] == 0x3D }) else {
            return nil
        }
        let left = ShellParser.trim(text[..<place])
        let behind = ShellParser.trim(text[(place + 2)...])
        let right = Array(behind.prefix { !ShellParser.isBlank($0) })
        text = ShellParser.trim(behind.dropFirst(right.count))
        return (left, right)
    }

    /// FOR %v IN (set) DO command: patterns in the set stand for the files that they match.
    func expandFor(_ rest: [UInt8]) {
        let text = ShellParser.trim(rest)
        guard let open = text.firstIndex(of: 0x28), let close = text.firstIndex(of: 0x29), open < close,
            let percent = text.firstIndex(of: 0x25), percent + 1 < open
        else { return print("Syntax error") }
        let letter = text[text[percent..<open].firstIndex { $0 != 0x25 } ?? percent]
        var command = ShellParser.trim(text[(close + 1)...])
        guard command.count > 3, command.prefix(2).map(DOSName.capital).elementsEqual("DO".utf8) else {
            return print("Syntax error")
        }
        command = ShellParser.trim(command.dropFirst(2))
        var values: [[UInt8]] = []
        for item in text[open + 1..<close].split(whereSeparator: { ShellParser.isBlank($0) || $0 == 0x2C || $0 == 0x3B }
        ) {
            let word = Array(item)
            values +=
                word.contains(0x2A) || word.contains(0x3F) ? found(word).map { prefix(word) + $0.name.text } : [word]
        }
        insert(values.map { replace(letter, by: $0, in: command) })
    }

    /// The directory part of a word as it was written.
    private func prefix(_ word: [UInt8]) -> [UInt8] {
        guard let end = word.lastIndex(where: { $0 == 0x5C || $0 == 0x3A }) else { return [] }
        return Array(word[...end])
    }

    private func replace(_ letter: UInt8, by value: [UInt8], in command: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < command.count {
            if command[index] == 0x25 {
                var next = index + 1
                while next < command.count, command[next] == 0x25 { next += 1 }
                if next < command.count, command[next] == letter {
                    result += value
                    index = next + 1
                    continue
                }
            }
            result.append(command[index])
            index += 1
        }
        return result
    }
}

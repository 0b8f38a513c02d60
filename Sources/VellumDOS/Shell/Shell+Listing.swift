// DIR, VOL, dates and the prompt.
extension Shell {
    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    func dateText(_ moment: Moment) -> String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        return "\(days[moment.weekday]) \(two(moment.month))-\(two(moment.day))-\(moment.year)"
    }

    func timeText(_ moment: Moment) -> String {
        "\(two(moment.hour)):\(two(moment.minute)):\(two(moment.second)).00"
    }

    func volume() {
        let drive = Unicode.Scalar(0x41 + kernel.currentDrive)
        let label = kernel.drives[Int(kernel.currentDrive)]?.store.label
        let name = label.map { String(decoding: ShellParser.trim($0.bytes), as: UTF8.self) }
        print(" Volume in drive \(drive) " + (name.map { "is \($0)" } ?? "has no label"))
    }

    /// $P$G and its like.
    var prompt: [UInt8] {
        let pattern = variable(Array("PROMPT".utf8)) ?? Array("$P$G".utf8)
        var text: [UInt8] = []
        var index = 0
        while index < pattern.count {
            guard pattern[index] == 0x24, index + 1 < pattern.count else {
                text.append(pattern[index])
                index += 1
                continue
            }
            text += expand(DOSName.capital(pattern[index + 1]))
            index += 2
        }
        return text
    }

    private func expand(_ letter: UInt8) -> [UInt8] {
        switch letter {
        case 0x50:
            let current = kernel.drives[Int(kernel.currentDrive)]?.current ?? []
            return DOSPath(drive: kernel.currentDrive, names: current).text()
        case 0x47: return [0x3E]
        case 0x4C: return [0x3C]
        case 0x42: return [0x7C]
        case 0x51: return [0x3D]
        case 0x5F: return [0x0D, 0x0A]
        case 0x45: return [0x1B]
        case 0x48: return [0x08, 0x20, 0x08]
        case 0x24: return [0x24]
        case 0x4E: return [0x41 + kernel.currentDrive]
        case 0x44: return Array(dateText(kernel.moment).utf8)
        case 0x54: return Array(timeText(kernel.moment).utf8)
        case 0x56: return Array("MS-DOS Version 5.00".utf8)
        default: return []
        }
    }

    // MARK: DIR

    func list(_ rest: [UInt8]) {
        let (words, options) = ShellParser.words(rest)
        var word = words.first ?? Array("*.*".utf8)
        if word.last == 0x5C || word.last == 0x3A || isDirectory(word) {
            word += (word.last == 0x5C || word.last == 0x3A ? [] : [0x5C]) + Array("*.*".utf8)
        } else if !word.contains(0x2E), !word.contains(0x2A) {
            word += Array(".*".utf8)
        }
        guard let (directory, pattern) = try? kernel.resolvePattern(word),
            let entries = try? kernel.matches(directory, pattern, .directory)
        else { return print("File not found") }
        let isBare = options.contains("B")
        if !isBare {
            volume()
            put(Array(" Directory of ".utf8) + directory.text() + [0x0D, 0x0A, 0x0D, 0x0A])
        }
        for entry in entries { listOne(entry, isBare: isBare, isWide: options.contains("W")) }
        if options.contains("W"), !isBare { print("") }
        if !isBare { summary(entries, directory) }
        if entries.isEmpty {
            print("File not found")
            errorLevel = 1
        }
    }

    private func isDirectory(_ word: [UInt8]) -> Bool {
        guard let path = try? kernel.resolve(word) else { return false }
        return (try? kernel.store(path.drive).entry(path.names))?.attributes.contains(.directory) ?? false
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }

    private func listOne(_ entry: DirectoryEntry, isBare: Bool, isWide: Bool) {
        let isDot = entry.name == .current || entry.name == .parent
        if isBare {
            if !isDot { put(entry.name.text + [0x0D, 0x0A]) }
            return
        }
        if isWide {
            let text = entry.attributes.contains(.directory) ? [0x5B] + entry.name.text + [0x5D] : entry.name.text
            return put(text + [UInt8](repeating: 0x20, count: max(1, 16 - text.count)))
        }
        let size = entry.attributes.contains(.directory) ? "<DIR>     " : pad("\(entry.size)", 10)
        let moment = entry.time.moment
        let hour = moment.hour % 12 == 0 ? 12 : moment.hour % 12
        let date = "\(two(moment.month))-\(two(moment.day))-\(two(moment.year % 100))"
        let time = "\(pad("\(hour)", 2)):\(two(moment.minute))\(moment.hour < 12 ? "a" : "p")"
        put(entry.name.bytes[..<8] + [0x20] + entry.name.bytes[8...])
        print(" \(size) \(date)  \(time)")
    }

    private func summary(_ entries: [DirectoryEntry], _ directory: DOSPath) {
        let bytes = entries.reduce(UInt64(0)) { $0 + UInt64($1.size) }
        print("\(pad("\(entries.count)", 9)) file(s) \(pad("\(bytes)", 10)) bytes")
        if let free = try? kernel.store(directory.drive).space.free {
            print("\(pad("\(min(free, 0x7FFF_8000))", 27)) bytes free")
        }
    }
}

// Commands for files and directories.
extension Shell {
    /// Files that a word matches; a directory stands for all that is in it.
    func found(_ word: [UInt8], attributes: FileAttributes = []) -> [DirectoryEntry] {
        guard let (directory, pattern) = try? kernel.resolvePattern(word) else { return [] }
        return (try? kernel.matches(directory, pattern, attributes)) ?? []
    }

    private func directoryPath(_ word: [UInt8]) -> DOSPath? { (try? kernel.resolvePattern(word))?.directory }

    private func fail(_ text: String) {
        print(text)
        errorLevel = 1
    }

    func directory(_ command: BuiltIn, _ rest: [UInt8]) {
        // CD.. and CD\ need no blank.
        let text = ShellParser.trim(rest)
        guard !text.isEmpty || command == .cd else { return fail("Required parameter missing") }
        if text.isEmpty || text.count == 2 && text[1] == 0x3A { return showDirectory(text) }
        do throws(DOSError) {
            switch command {
            case .cd: try kernel.changeDirectory(text)
            case .md:
                let path = try kernel.resolve(text)
                guard try kernel.device(path) == nil, !path.names.isEmpty else { throw .accessDenied }
                try kernel.writableStore(path.drive).makeDirectory(path.names)
            default:
                let path = try kernel.resolve(text)
                if kernel.drives[Int(path.drive)]?.current.starts(with: path.names) != false { throw .currentDirectory }
                try kernel.writableStore(path.drive).removeDirectory(path.names)
            }
        } catch {
            fail(
                command == .cd
                    ? "Invalid directory"
                    : command == .md
                        ? "Unable to create directory" : "Invalid path, not directory,\r\nor directory not empty")
        }
    }

    private func showDirectory(_ text: [UInt8]) {
        let number = text.isEmpty ? kernel.currentDrive : DOSName.capital(text[0]) &- 0x41
        guard number < 26, let drive = kernel.drives[Int(number)] else { return fail("Invalid drive specification") }
        put(DOSPath(drive: number, names: drive.current).text() + [0x0D, 0x0A])
    }

    func delete(_ rest: [UInt8]) {
        let words = ShellParser.words(rest).words
        guard !words.isEmpty else { return fail("Required parameter missing") }
        for word in words {
            let entries = found(word)
            guard let directory = directoryPath(word), !entries.isEmpty else {
                fail("File not found")
                continue
            }
            for entry in entries {
                let path = DOSPath(drive: directory.drive, names: directory.names + [entry.name])
                if (try? kernel.delete(path)) == nil { fail("Access denied") }
            }
        }
    }

    func rename(_ rest: [UInt8]) {
        let words = ShellParser.words(rest).words
        guard words.count == 2, let directory = directoryPath(words[0]),
            let target = NamePattern(component: words[1])
        else { return fail("Invalid parameter") }
        let entries = found(words[0])
        guard !entries.isEmpty else { return fail("Duplicate file name or file not found") }
        for entry in entries {
            guard let name = target.applied(to: entry.name),
                (try? kernel.rename(
                    DOSPath(drive: directory.drive, names: directory.names + [entry.name]),
                    to: DOSPath(drive: directory.drive, names: directory.names + [name]))) != nil
            else {
                fail("Duplicate file name or file not found")
                continue
            }
        }
    }

    func type(_ rest: [UInt8]) {
        guard let word = ShellParser.words(rest).words.first else { return fail("Required parameter missing") }
        do throws(DOSError) {
            put(try contents(try kernel.resolve(word)).prefix { $0 != 0x1A })
        } catch {
            fail("File not found - " + String(decoding: word.map(DOSName.capital), as: UTF8.self))
        }
    }

    // MARK: COPY

    func copy(_ rest: [UInt8]) {
        let words = ShellParser.words(rest.flatMap { $0 == 0x2B ? [0x20, $0, 0x20] : [$0] }).words
        var sources: [[UInt8]] = []
        var target: [UInt8]?
        var joins = true
        for word in words {
            if word == [0x2B] {
                joins = true
            } else if joins {
                sources.append(word)
                joins = false
            } else {
                target = word
            }
        }
        guard let first = sources.first else { return fail("Required parameter missing") }
        let goal = target ?? Array("*.*".utf8)
        var count = 0
        if sources.count > 1 {
            count = concatenate(sources, goal)
        } else {
            for source in files(first) { count += copyOne(source, goal) ? 1 : 0 }
        }
        if count == 0 { errorLevel = 1 }
        print("        \(count) file(s) copied")
    }

    /// The files that a word names, directories with all that is in them.
    private func files(_ word: [UInt8]) -> [DOSPath] {
        var word = word
        if let path = try? kernel.resolve(word), let entry = try? kernel.store(path.drive).entry(path.names),
            entry.attributes.contains(.directory)
        {
            word += (word.last == 0x5C ? [] : [0x5C]) + Array("*.*".utf8)
        }
        guard let directory = directoryPath(word) else { return [] }
        let entries = found(word)
        if entries.isEmpty { fail("File not found - " + String(decoding: word.map(DOSName.capital), as: UTF8.self)) }
        return entries.map { DOSPath(drive: directory.drive, names: directory.names + [$0.name]) }
    }

    /// Where a file goes: into a directory, or by a pattern.
    private func destination(_ goal: [UInt8], for name: DOSName) -> DOSPath? {
        if goal.count == 2, goal[1] == 0x3A { return destination(goal + Array("*.*".utf8), for: name) }
        if let path = try? kernel.resolve(goal) {
            if path.names.isEmpty { return DOSPath(drive: path.drive, names: [name]) }
            if let entry = try? kernel.store(path.drive).entry(path.names), entry.attributes.contains(.directory) {
                return DOSPath(drive: path.drive, names: path.names + [name])
            }
            return path
        }
        guard let (directory, pattern) = try? kernel.resolvePattern(goal), let made = pattern.applied(to: name) else {
            return nil
        }
        return DOSPath(drive: directory.drive, names: directory.names + [made])
    }

    private func copyOne(_ source: DOSPath, _ goal: [UInt8]) -> Bool {
        guard let name = source.names.last, let path = destination(goal, for: name) else {
            fail("Invalid path")
            return false
        }
        guard path != source else {
            fail("File cannot be copied onto itself")
            return false
        }
        do throws(DOSError) {
            let from = try kernel.store(source.drive).open(source.names, writing: false)
            let file = try kernel.createSystemFile(path, attributes: [], exclusive: false)
            var offset = 0
            while case let bytes = try from.read(at: offset, count: 0x10000), !bytes.isEmpty {
                guard try kernel.write(bytes, to: file) == bytes.count else { throw .writeFault }
                offset += bytes.count
            }
            if case .file(let stored) = file.target { try stored.setTime(from.time) }
            return true
        } catch {
            fail(error == .accessDenied ? "Access denied" : "File creation error")
            return false
        }
    }

    private func concatenate(_ sources: [[UInt8]], _ goal: [UInt8]) -> Int {
        let all = sources.flatMap(files)
        guard let first = all.first?.names.last, let path = destination(goal, for: first) else { return 0 }
        do throws(DOSError) {
            var bytes: [UInt8] = []
            for source in all { bytes += try contents(source) }
            _ = try kernel.write(bytes, to: try kernel.createSystemFile(path, attributes: [], exclusive: false))
            return 1
        } catch {
            fail("File creation error")
            return 0
        }
    }
}

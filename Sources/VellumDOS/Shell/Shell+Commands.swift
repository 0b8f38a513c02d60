// Carrying out one command.
extension Shell {
    /// Starts a command: built-in ones are done at once, for others the program around the shell must act.
    func start(_ command: ShellCommand, _ registers: inout ServiceRegisters) -> CommandProgram.Action? {
        guard redirect(command) else { return nil }
        let line = ShellParser.trim(command.text)
        guard !line.isEmpty else { return nil }
        if line.count == 2, line[1] == 0x3A {
            changeDrive(line[0])
            return nil
        }
        let (name, rest) = ShellParser.name(command.text)
        if let built = Shell.commands[name], !isPath(rest, behind: name) {
            if built == .pause {
                print("Press any key to continue . . .")
                return .readKey
            }
            runBuiltIn(built, rest)
            return nil
        }
        return startProgram(line, &registers)
    }

    /// `ECHO.` is the command; `DIR.COM` and `C:\DIR` are not.
    private func isPath(_ rest: [UInt8], behind name: String) -> Bool {
        guard let first = rest.first else { return false }
        if first == 0x3A { return true }
        guard first == 0x2E, name != "ECHO", rest.count > 1 else { return false }
        return !["CD", "CHDIR"].contains(name) && DOSName.isAllowed(rest[1])
    }

    private func changeDrive(_ letter: UInt8) {
        let number = DOSName.capital(letter) &- 0x41
        guard number < 26, kernel.drives[Int(number)] != nil else { return print("Invalid drive specification") }
        kernel.currentDrive = number
    }

    enum BuiltIn {
        case echo, rem, set, cd, md, rd, del, ren, copy, type, dir, cls, ver, vol, path, prompt, exit, pause, date,
            time,
            verify, breakCheck, goto, call, shift
    }

    private static let commands: [String: BuiltIn] = [
        "ECHO": .echo, "REM": .rem, "SET": .set, "CD": .cd, "CHDIR": .cd, "MD": .md, "MKDIR": .md, "RD": .rd,
        "RMDIR": .rd, "DEL": .del, "ERASE": .del, "REN": .ren, "RENAME": .ren, "COPY": .copy, "TYPE": .type,
        "DIR": .dir,
        "CLS": .cls, "VER": .ver, "VOL": .vol, "PATH": .path, "PROMPT": .prompt, "EXIT": .exit, "PAUSE": .pause,
        "DATE": .date, "TIME": .time, "VERIFY": .verify, "BREAK": .breakCheck, "GOTO": .goto, "CALL": .call,
        "SHIFT": .shift,
    ]

    private func runBuiltIn(_ command: BuiltIn, _ rest: [UInt8]) {
        switch command {
        case .echo: echo(rest)
        case .rem: break
        case .set: set(ShellParser.trim(rest))
        case .cd, .md, .rd: directory(command, rest)
        case .del: delete(rest)
        case .ren: rename(rest)
        case .copy: copy(rest)
        case .type: type(rest)
        case .dir: list(rest)
        case .cls: kernel.bios.setMode(kernel.bios.mode)
        case .ver: print("\r\nMS-DOS Version 5.00 (Vellum)\r\n")
        case .vol: volume()
        case .path: path(ShellParser.trim(rest))
        case .prompt:
            setVariable(Array("PROMPT".utf8), ShellParser.trim(rest.first == 0x3D ? Array(rest.dropFirst()) : rest))
        case .exit: ends = true
        case .pause: break
        case .date: print("Current date is " + dateText(kernel.moment))
        case .time: print("Current time is " + timeText(kernel.moment))
        case .verify, .breakCheck: toggle(command, rest)
        case .goto: goto(rest)
        case .call: call(rest)
        case .shift:
            if let index = batches.lastIndex(where: \.isFile), !batches[index].arguments.isEmpty {
                batches[index].arguments.removeFirst()
            }
        }
    }

    private func echo(_ rest: [UInt8]) {
        let text = ShellParser.trim(rest)
        switch String(decoding: text.map(DOSName.capital), as: UTF8.self) {
        case "ON": echoes = true
        case "OFF": echoes = false
        case "": print(rest.isEmpty ? "ECHO is \(echoes ? "on" : "off")" : "")
        // One character separates the text from the command.
        default: put(rest.dropFirst() + [0x0D, 0x0A])
        }
    }

    private func toggle(_ command: BuiltIn, _ rest: [UInt8]) {
        let word = String(decoding: ShellParser.trim(rest).map(DOSName.capital), as: UTF8.self)
        guard word.isEmpty || word == "ON" || word == "OFF" else { return print("Must specify ON or OFF") }
        if command == .verify {
            if !word.isEmpty {
                kernel.verify = word == "ON"
            } else {
                print("VERIFY is \(kernel.verify ? "on" : "off")")
            }
        } else if !word.isEmpty {
            kernel.breakCheck = word == "ON"
        } else {
            print("BREAK is \(kernel.breakCheck ? "on" : "off")")
        }
    }

    // MARK: Programs

    private static let suffixes = [".COM", ".EXE", ".BAT"].map { Array($0.utf8) }

    /// The program's file: in the directory that is named, or the current one and those of PATH.
    private func find(_ name: [UInt8]) -> (path: DOSPath, isBatch: Bool)? {
        let hasDirectory = name.contains { $0 == 0x5C || $0 == 0x3A }
        var directories: [[UInt8]] = [[]]
        if !hasDirectory {
            directories += (variable(Array("PATH".utf8)) ?? []).split(separator: 0x3B).map { part in
                part.last == 0x5C ? Array(part) : part + [0x5C]
            }
        }
        let last = name.split { $0 == 0x5C || $0 == 0x3A }.last ?? []
        let names = last.contains(0x2E) ? [name] : Shell.suffixes.map { name + $0 }
        for directory in directories {
            for candidate in names {
                guard let path = try? kernel.resolve(directory + candidate),
                    let entry = try? kernel.store(path.drive).entry(path.names), !entry.attributes.contains(.directory)
                else { continue }
                let isBatch = path.names.last?.bytes.suffix(3).elementsEqual("BAT".utf8) ?? false
                return (path, isBatch)
            }
        }
        return nil
    }

    private func startProgram(_ line: [UInt8], _ registers: inout ServiceRegisters) -> CommandProgram.Action? {
        let (name, tail) = ShellParser.program(line)
        guard let found = find(name) else {
            print("Bad command or file name")
            errorLevel = 1
            return nil
        }
        if found.isBatch {
            batches = []
            startBatch(found.path, name, tail)
            return nil
        }
        prepareProgram(found.path, tail, &registers)
        isRunning = true
        return .execute
    }

    /// Runs a batch file; the one that calls it goes on afterwards.
    func startBatch(_ path: DOSPath, _ name: [UInt8], _ tail: [UInt8]) {
        guard let bytes = try? contents(path) else { return print("Batch file missing") }
        let text = bytes.prefix { $0 != 0x1A }
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            Array(line.last == 0x0D ? line.dropLast() : line)
        }
        let arguments = tail.split(whereSeparator: { ShellParser.isBlank($0) || [0x2C, 0x3B, 0x3D].contains($0) })
        guard batches.count < 16 else { return print("Too many batch files") }
        batches.append(Batch(lines: lines, arguments: [name] + arguments.map(Array.init)))
    }

    private func call(_ rest: [UInt8]) {
        let (name, tail) = ShellParser.program(rest)
        if let found = find(name), found.isBatch { return startBatch(found.path, name, tail) }
        // Anything else is run like a line of its own, next.
        pending.insert(ShellCommand(text: rest), at: 0)
    }

    private func prepareProgram(_ path: DOSPath, _ tail: [UInt8], _ registers: inout ServiceRegisters) {
        let host = kernel.host
        let text = Array(tail.prefix(126))
        func here(_ offset: UInt16) -> FarPointer { FarPointer(psp, offset) }
        host.writeBytes(here(CommandProgram.path), path.text() + [0])
        host.writeBytes(here(CommandProgram.tail), [UInt8(text.count)] + text + [0x0D])
        let (first, second) = kernel.defaultBlocks(text)
        host.writeBytes(here(CommandProgram.firstBlock), first)
        host.writeBytes(here(CommandProgram.secondBlock), second)
        let block = here(CommandProgram.parameterBlock).linear
        host.writeWord(block, 0)
        host.writeFar(block + 2, here(CommandProgram.tail))
        host.writeFar(block + 6, here(CommandProgram.firstBlock))
        host.writeFar(block + 10, here(CommandProgram.secondBlock))
        registers.ds = psp
        registers.dx = CommandProgram.path
        registers.es = psp
        registers.bx = CommandProgram.parameterBlock
    }

    func contents(_ path: DOSPath) throws(DOSError) -> [UInt8] {
        let file = try kernel.store(path.drive).open(path.names, writing: false)
        return try file.read(at: 0, count: min(file.size, 16 << 20))
    }
}

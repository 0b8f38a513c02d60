/// One running COMMAND.COM.
final class Shell {
    /// A batch file on its way.
    struct Batch {
        var lines: [[UInt8]]
        var next = 0
        var arguments: [[UInt8]]
        /// A file, as against lines that a command has made.
        var isFile = true
    }

    /// Where handles led before a command redirected them.
    struct Redirection {
        var handle: UInt16
        var saved: Int?
    }

    unowned let kernel: DOSKernel
    let psp: UInt16
    /// Commands given once on the command line; without them the shell asks.
    let isInteractive: Bool
    var pending: [ShellCommand] = []
    var lines: [[UInt8]] = []
    var batches: [Batch] = []
    var redirections: [Redirection] = []
    /// What flows from one command of a pipe to the next.
    var pipe: SystemFile?
    var echoes = true
    var errorLevel: UInt8 = 0
    /// A program runs for this shell.
    var isRunning = false
    var asked = false
    var ends = false

    init(kernel: DOSKernel, psp: UInt16) {
        self.kernel = kernel
        self.psp = psp
        let base = UInt32(psp) << 4 + 0x80
        let tail = kernel.host.readBytes(base + 1, min(Int(kernel.host.readByte(base)), 126))
        let line = ShellParser.trim(tail.prefix { $0 != 0x0D })
        let switches = Shell.option(line)
        isInteractive = switches.letter != 0x43
        if let command = switches.command { lines = [command] }
    }

    /// `/C command` or `/K command`, behind other switches; nothing for none.
    private static func option(_ line: [UInt8]) -> (letter: UInt8, command: [UInt8]?) {
        var index = 0
        while index + 1 < line.count {
            if line[index] == 0x2F || line[index] == 0x2D {
                let letter = DOSName.capital(line[index + 1])
                if letter == 0x43 || letter == 0x4B { return (letter, ShellParser.trim(line[(index + 2)...])) }
            }
            index += 1
        }
        return (0, nil)
    }

    // MARK: Steps

    /// Goes on until the program around this has something to do; `result` is the error of what it did last.
    ///
    /// Nil when it has worked for long enough: batch files may go round for ever.
    func step(result: UInt16, _ registers: inout ServiceRegisters) -> CommandProgram.Action? {
        if kernel.isBreakPending { stop() }
        if isRunning { finishProgram(result) }
        if asked { takeLine() }
        for _ in 0..<Shell.patience {
            if !pending.isEmpty {
                let command = pending.removeFirst()
                if let action = start(command, &registers) { return action }
                finishCommand()
                continue
            }
            if ends { break }
            if let line = nextLine() {
                queue(line)
                continue
            }
            if isInteractive, !kernel.inputHasEnded { return ask(&registers) }
            ends = true
        }
        guard ends else { return nil }
        registers.ah = errorLevel
        kernel.forget(self)
        return .exit
    }

    /// Commands carried out before the machine's time goes on.
    private static let patience = 256

    /// Ctrl-C: whatever was to come is not done.
    private func stop() {
        kernel.console.flushKeyboard()
        kernel.bios.setByte(0x71, 0)
        print("^C")
        (batches, pending, lines) = ([], [], [])
        finishCommand()
    }

    private func finishProgram(_ result: UInt16) {
        isRunning = false
        if result == 0 {
            errorLevel = UInt8(truncatingIfNeeded: kernel.lastExit)
            // Ctrl-C ends a batch file as well.
            if kernel.lastExit >> 8 == UInt16(ExitKind.controlC.rawValue) { batches = [] }
        } else {
            print(result == DOSError.notEnoughMemory.rawValue ? "Program too big to fit in memory" : "Cannot execute")
            errorLevel = 1
        }
        finishCommand()
    }

    private func nextLine() -> [UInt8]? {
        while var batch = batches.last {
            guard batch.next < batch.lines.count else {
                batches.removeLast()
                continue
            }
            let line = batch.lines[batch.next]
            batch.next += 1
            batches[batches.count - 1] = batch
            if let line = prepare(line, batch) { return line }
        }
        return lines.isEmpty ? nil : lines.removeFirst()
    }

    private func queue(_ line: [UInt8]) {
        // FOR and IF take the rest of their line themselves, redirections included.
        let (name, rest) = ShellParser.name(line)
        if name == "FOR" { return expandFor(rest) }
        if name == "IF" { return decide(rest) }
        guard let commands = ShellParser.parse(line) else { return print("Syntax error") }
        pending = commands
    }

    private func ask(_ registers: inout ServiceRegisters) -> CommandProgram.Action {
        put(prompt)
        asked = true
        kernel.host.writeByte(FarPointer(psp, CommandProgram.lineBuffer).linear, 127)
        registers.ds = psp
        registers.dx = CommandProgram.lineBuffer
        return .readLine
    }

    private func takeLine() {
        asked = false
        let buffer = FarPointer(psp, CommandProgram.lineBuffer)
        let count = Int(kernel.host.readByte(buffer.advanced(by: 1).linear))
        let line = kernel.host.readBytes(buffer.advanced(by: 2), min(count, 127))
        print("")
        lines.append(line)
    }

    // MARK: Output

    func put(_ bytes: some Sequence<UInt8>) { for byte in bytes { kernel.put(standardOutput: byte) } }
    func print(_ text: String) { put(Array(text.utf8) + [0x0D, 0x0A]) }

    // MARK: Redirection

    /// Opens what a command reads and writes; false after telling of what cannot be.
    func redirect(_ command: ShellCommand) -> Bool {
        do throws(DOSError) {
            if let name = command.input {
                redirect(0, to: try kernel.openSystemFile(try kernel.resolve(name), mode: 0))
            } else if let source = pipe {
                source.position = 0
                pipe = nil
                redirect(0, to: source)
            }
            if let name = command.output {
                redirect(1, to: try output(name, command.appends))
            } else if !pending.isEmpty {
                let through = SystemFile(
                    .file(MemoryFile(time: DOSTime(kernel.moment))), mode: 2, name: DOSName(label: Array("PIPE".utf8)))
                pipe = through
                through.references += 1
                redirect(1, to: through)
            }
            return true
        } catch {
            print(error == .fileNotFound ? "File not found" : "File creation error")
            errorLevel = 1
            return false
        }
    }

    private func output(_ name: [UInt8], _ appends: Bool) throws(DOSError) -> SystemFile {
        let path = try kernel.resolve(name)
        guard appends else { return try kernel.createSystemFile(path, attributes: [], exclusive: false) }
        do throws(DOSError) {
            let file = try kernel.openSystemFile(path, mode: 2)
            if case .file(let stored) = file.target { file.position = stored.size }
            return file
        } catch {
            guard error == .fileNotFound else { throw error }
            return try kernel.createSystemFile(path, attributes: [], exclusive: false)
        }
    }

    private func redirect(_ handle: UInt16, to file: SystemFile) {
        guard let index = try? kernel.enter(file) else { return }
        redirections.append(Redirection(handle: handle, saved: kernel.slot(handle)))
        kernel.setSlot(handle, index)
    }

    /// Puts the handles back.
    func finishCommand() {
        for redirection in redirections.reversed() {
            if let index = kernel.slot(redirection.handle) { kernel.release(index) }
            kernel.setSlot(redirection.handle, redirection.saved)
        }
        redirections = []
        if pending.isEmpty { pipe = nil }
    }
}

extension DOSKernel {
    /// Redirected input has come to its end.
    var inputHasEnded: Bool {
        guard let file = openFile(0), case .input = file.target else { return false }
        return console.isExhausted
    }

    /// The far call of COMMAND.COM.
    func shellStep(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let shell = shells[psp] ?? Shell(kernel: self, psp: psp)
        shells[psp] = shell
        guard let action = shell.step(result: registers.ax, &registers) else { return .wait }
        registers.al = action.rawValue
        return .done
    }

    func forget(_ shell: Shell) { shells[shell.psp] = nil }
}

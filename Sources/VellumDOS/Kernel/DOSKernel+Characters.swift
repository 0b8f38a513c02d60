// AH=01h to 0Ch: characters from standard input and to standard output.
extension DOSKernel {
    func characterService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x01: return readCharacter(&registers, echoes: true, checks: true)
        case 0x02: return writeCharacter(registers.dl, &registers)
        case 0x03: registers.al = readAuxiliary()
        case 0x04: writeAuxiliary(registers.dl)
        case 0x05: break
        case 0x06: return directConsole(&registers)
        case 0x07: return readCharacter(&registers, echoes: false, checks: false)
        case 0x08: return readCharacter(&registers, echoes: false, checks: true)
        case 0x09: return writeString(&registers)
        case 0x0A: return readLine(&registers)
        case 0x0B: return inputStatus(&registers)
        default: return flushAndRead(&registers)
        }
        return .done
    }

    // MARK: Output

    private func writeCharacter(_ byte: UInt8, _ registers: inout ServiceRegisters) -> ServiceOutcome {
        if isBreakPending { return breakCheckpoint(&registers) }
        put(standardOutput: byte)
        registers.al = byte == 0x09 ? 0x20 : byte
        return .done
    }

    /// A byte for handle 1, wherever it leads.
    func put(standardOutput byte: UInt8) {
        guard let file = openFile(1) else { return }
        _ = try? write([byte], to: file)
    }

    private func writeString(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        if isBreakPending { return breakCheckpoint(&registers) }
        var pointer = registers.dsdx
        var bytes: [UInt8] = []
        // A string without its dollar sign ends with the segment.
        for _ in 0..<0x10000 {
            let byte = host.readByte(pointer.linear)
            if byte == 0x24 { break }
            bytes.append(byte)
            pointer = pointer.advanced(by: 1)
        }
        if let file = openFile(1) { _ = try? write(bytes, to: file) }
        registers.al = 0x24
        return .done
    }

    // MARK: Input

    /// A byte from handle 0, or why there is none now.
    func takeStandardInput() -> DOSConsole.Take {
        guard let file = openFile(0) else { return .end }
        switch file.target {
        case .device(.console):
            return console.takeKeyboard().map { .byte($0) } ?? .nothing
        case .input: return console.takeStreamKey()
        case .file(let stored):
            var byte: UInt8 = 0
            let count = withUnsafeMutableBytes(of: &byte) { try? stored.read(at: file.position, into: $0) }
            guard count == 1 else { return .end }
            file.position += 1
            return .byte(byte)
        default: return .end
        }
    }

    /// Whether a byte waits at handle 0; `asked` when the machine must be asked first.
    func pollStandardInput() -> DOSConsole.Take {
        guard let file = openFile(0) else { return .end }
        switch file.target {
        case .device(.console): return console.keyboardIsReady ? .byte(0) : .nothing
        case .input: return console.pollStream()
        case .file(let stored): return file.position < stored.size ? .byte(0) : .end
        default: return .end
        }
    }

    private func readCharacter(
        _ registers: inout ServiceRegisters, echoes: Bool, checks: Bool
    ) -> ServiceOutcome {
        if checks, isBreakPending { return breakCheckpoint(&registers) }
        switch takeStandardInput() {
        case .byte(let byte):
            if checks, byte == 3, isConsole(0) { return raiseBreak(&registers) }
            if echoes { put(standardOutput: byte) }
            registers.al = byte
        case .end: registers.al = 0x1A
        case .nothing: return .wait
        case .asked: return .suspend
        }
        return .done
    }

    func isConsole(_ handle: UInt16) -> Bool { openFile(handle)?.isConsole ?? false }

    /// AH=06h: DL=FFh reads without waiting, anything else writes.
    private func directConsole(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        guard registers.dl == 0xFF else {
            put(standardOutput: registers.dl)
            registers.al = registers.dl
            return .done
        }
        switch pollStandardInput() {
        case .asked: return .suspend
        case .byte:
            guard case .byte(let byte) = takeStandardInput() else { break }
            registers.al = byte
            registers.zero = false
            return .done
        case .nothing, .end: break
        }
        registers.al = 0
        registers.zero = true
        return .done
    }

    private func inputStatus(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        if isBreakPending { return breakCheckpoint(&registers) }
        switch pollStandardInput() {
        case .asked: return .suspend
        case .byte: registers.al = 0xFF
        case .nothing, .end: registers.al = 0
        }
        return .done
    }

    private func flushAndRead(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        // Waiting comes by here again; what was typed since then stays.
        if !isWaiting, isConsole(0) { console.flushKeyboard() }
        var call = registers
        call.ah = registers.al
        let outcome: ServiceOutcome
        switch registers.al {
        case 0x01: outcome = readCharacter(&call, echoes: true, checks: true)
        case 0x06: outcome = directConsole(&call)
        case 0x07: outcome = readCharacter(&call, echoes: false, checks: false)
        case 0x08: outcome = readCharacter(&call, echoes: false, checks: true)
        case 0x0A: outcome = readLine(&call)
        default:
            registers.al = 0
            return .done
        }
        if outcome == .transfer {
            registers = call
        } else if outcome == .done {
            registers.al = call.al
            registers.flags = call.flags
        }
        return outcome
    }

    // MARK: The serial port

    private static let serialBase: UInt16 = 0x3F8

    private func readAuxiliary() -> UInt8 {
        host.readPort(Self.serialBase + 5) & 1 != 0 ? host.readPort(Self.serialBase) : 0x1A
    }

    func writeAuxiliary(_ byte: UInt8) { host.writePort(Self.serialBase, byte) }
}

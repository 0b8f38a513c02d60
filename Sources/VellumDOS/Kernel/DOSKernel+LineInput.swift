/// A line being typed (AH=0Ah, and reads from CON).
struct LineInput {
    /// The buffer that it is for: a resident program may ask for a line of its own meanwhile.
    var owner: UInt32
    var limit: Int
    var bytes: [UInt8] = []
    /// The next byte is an extended key's scan code.
    var isExtended = false
}

extension DOSKernel {
    /// What came of asking for a line.
    enum LineResult {
        /// Without its carriage return.
        case line([UInt8])
        case outcome(ServiceOutcome)
    }

    func readLine(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        let buffer = registers.dsdx
        let size = Int(host.readByte(buffer.linear))
        guard size > 0 else { return .done }
        switch editLine(owner: buffer.linear, limit: size - 1, &registers) {
        case .outcome(let outcome): return outcome
        case .line(let line):
            host.writeBytes(buffer.advanced(by: 1), [UInt8(line.count)] + line + [0x0D])
            return .done
        }
    }

    /// Takes characters until a carriage return, with backspace and Escape; echoes them.
    func editLine(owner: UInt32, limit: Int, _ registers: inout ServiceRegisters) -> LineResult {
        var state =
            lineInput?.owner == owner
            ? lineInput ?? LineInput(owner: owner, limit: limit)
            : LineInput(owner: owner, limit: limit)
        while true {
            switch takeStandardInput() {
            case .nothing:
                lineInput = state
                return .outcome(.wait)
            case .asked:
                lineInput = state
                return .outcome(.suspend)
            case .end:
                lineInput = nil
                return .line(state.bytes)
            case .byte(let byte):
                if byte == 3, isConsole(0), !state.isExtended { return .outcome(raiseBreak(&registers)) }
                if let line = edit(byte, &state) {
                    lineInput = nil
                    return .line(line)
                }
            }
        }
    }

    /// One key; the line when it is complete.
    private func edit(_ byte: UInt8, _ state: inout LineInput) -> [UInt8]? {
        if state.isExtended {
            state.isExtended = false
            return nil
        }
        switch byte {
        case 0x00 where isConsole(0): state.isExtended = true
        case 0x0D:
            put(standardOutput: 0x0D)
            return state.bytes
        case 0x0A: echoNewLine()
        case 0x08, 0x7F:
            guard let last = state.bytes.popLast() else { break }
            erase(last)
        case 0x1B:
            put(standardOutput: 0x5C)
            echoNewLine()
            state.bytes = []
        default:
            guard state.bytes.count < state.limit else {
                put(standardOutput: 0x07)
                break
            }
            state.bytes.append(byte)
            echo(byte)
        }
        return nil
    }

    private func echoNewLine() {
        put(standardOutput: 0x0D)
        put(standardOutput: 0x0A)
    }

    /// Control characters show as two.
    private func echo(_ byte: UInt8) {
        guard byte < 0x20, byte != 0x09 else { return put(standardOutput: byte) }
        put(standardOutput: 0x5E)
        put(standardOutput: byte + 0x40)
    }

    private func erase(_ byte: UInt8) {
        for _ in 0..<(byte < 0x20 && byte != 0x09 ? 2 : 1) {
            for code in [0x08, 0x20, 0x08] as [UInt8] { put(standardOutput: code) }
        }
    }
}

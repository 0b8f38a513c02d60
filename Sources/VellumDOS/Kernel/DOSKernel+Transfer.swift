// AH=3Fh and 40h: bytes from and to handles.
extension DOSKernel {
    func readHandle(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        let file = try file(registers.bx)
        guard file.canRead else { throw .accessDenied }
        let count = Int(registers.cx)
        switch file.target {
        case .file(let stored):
            registers.ax = UInt16(try read(stored, file, count, to: registers.dsdx))
        case .device(.console): return readConsole(&registers, file)
        case .input:
            guard count > 0 else {
                registers.ax = 0
                break
            }
            guard let bytes = console.takeBytes(count) else { return .suspend }
            host.writeBytes(registers.dsdx, bytes)
            registers.ax = UInt16(bytes.count)
        case .device(.clock):
            let bytes = clockRecord.prefix(count)
            host.writeBytes(registers.dsdx, Array(bytes))
            registers.ax = UInt16(bytes.count)
        case .device, .output: registers.ax = 0
        }
        registers.carry = false
        return .done
    }

    /// Straight between the file and memory; `transferBuffer` saves allocations.
    private func read(
        _ stored: any StoredFile, _ file: SystemFile, _ count: Int, to target: FarPointer
    ) throws(DOSError) -> Int {
        guard count > 0, file.position < stored.size else { return 0 }
        let part = transferBuffer.prefix(count)
        let got = try stored.read(at: file.position, into: part)
        let read = UnsafeRawBufferPointer(rebasing: part[..<got])
        let first = min(got, 0x10000 - Int(target.offset))
        host.write(target.linear, from: UnsafeRawBufferPointer(rebasing: read[..<first]))
        if first < got {
            host.write(UInt32(target.segment) << 4, from: UnsafeRawBufferPointer(rebasing: read[first...]))
        }
        file.position += got
        return got
    }

    func writeHandle(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        let file = try file(registers.bx)
        guard file.canWrite else { throw .accessDenied }
        let count = Int(registers.cx)
        if count == 0, case .file(let stored) = file.target {
            try stored.resize(to: file.position)
            file.wasWritten = true
            registers.ax = 0
        } else if case .file(let stored) = file.target {
            registers.ax = UInt16(try write(stored, file, count, from: registers.dsdx))
        } else {
            if file.isConsole, isBreakPending { return breakCheckpoint(&registers) }
            registers.ax = UInt16(try write(host.readBytes(registers.dsdx, count), to: file))
        }
        registers.carry = false
        return .done
    }

    private func write(
        _ stored: any StoredFile, _ file: SystemFile, _ count: Int, from source: FarPointer
    ) throws(DOSError) -> Int {
        let part = transferBuffer.prefix(count)
        let first = min(part.count, 0x10000 - Int(source.offset))
        host.read(source.linear, into: UnsafeMutableRawBufferPointer(rebasing: part[..<first]))
        if first < part.count {
            host.read(UInt32(source.segment) << 4, into: UnsafeMutableRawBufferPointer(rebasing: part[first...]))
        }
        let done = try stored.write(at: file.position, from: UnsafeRawBufferPointer(part))
        file.position += done
        file.wasWritten = true
        return done
    }

    /// Bytes to anything that is open.
    func write(_ bytes: [UInt8], to file: SystemFile) throws(DOSError) -> Int {
        switch file.target {
        case .file(let stored):
            let done = try stored.write(at: file.position, bytes)
            file.position += done
            file.wasWritten = true
            return done
        case .device(.console), .output: return writeConsole(bytes, file)
        case .device(.auxiliary): for byte in bytes { writeAuxiliary(byte) }
        // No printer is connected.
        case .device(.printer): throw .accessDenied
        case .device, .input: break
        }
        return bytes.count
    }

    /// In cooked mode Ctrl-Z ends what is written.
    private func writeConsole(_ bytes: [UInt8], _ file: SystemFile) -> Int {
        let isCooked = file.isConsole && !file.isRaw
        let text = isCooked ? bytes.prefix { $0 != 0x1A } : bytes[...]
        console.put(text)
        return bytes.count
    }

    /// CON gives a line at a time, with its CR LF; what does not fit comes with the next read.
    private func readConsole(_ registers: inout ServiceRegisters, _ file: SystemFile) -> ServiceOutcome {
        let count = Int(registers.cx)
        if file.isRaw { return readRawConsole(&registers) }
        if consoleLine.isEmpty, count > 0 {
            switch editLine(owner: registers.dsdx.linear, limit: 127, &registers) {
            case .outcome(let outcome): return outcome
            case .line(let line):
                put(standardOutput: 0x0A)
                consoleLine = line.first == 0x1A ? [0x1A] : line + [0x0D, 0x0A]
            }
        }
        let part = Array(consoleLine.prefix(count))
        consoleLine.removeFirst(part.count)
        // Ctrl-Z at the start of a line is the end.
        let isEnd = part.first == 0x1A
        if isEnd { consoleLine = [] }
        if !isEnd { host.writeBytes(registers.dsdx, part) }
        registers.ax = isEnd ? 0 : UInt16(part.count)
        registers.carry = false
        return .done
    }

    private func readRawConsole(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        var bytes: [UInt8] = []
        while bytes.count < Int(registers.cx), let byte = console.takeKeyboard() { bytes.append(byte) }
        guard !bytes.isEmpty || registers.cx == 0 else { return .wait }
        host.writeBytes(registers.dsdx, bytes)
        registers.ax = UInt16(bytes.count)
        registers.carry = false
        return .done
    }

    /// What CLOCK$ gives: days since 1980, minute, hour, hundredths, second.
    private var clockRecord: [UInt8] {
        let now = moment
        let days = Moment.days(year: now.year, month: now.month, day: now.day) - 3652
        return [
            UInt8(truncatingIfNeeded: days), UInt8(truncatingIfNeeded: days >> 8), UInt8(now.minute), UInt8(now.hour),
            0, UInt8(now.second),
        ]
    }
}

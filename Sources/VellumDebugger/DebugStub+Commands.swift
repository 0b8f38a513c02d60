/// The commands, by their first letter.
extension DebugStub {
    /// The reply to a packet; nil where there is none yet, since the machine runs.
    func answer(_ packet: [UInt8]) -> [UInt8]? {
        guard let letter = packet.first else { return Reply.unsupported }
        let rest = packet.dropFirst()
        switch UnicodeScalar(letter) {
        case "?": return reason()
        case "g": return HexText.encode(TargetRegister.allCases.flatMap { target.read($0) })
        case "G": return writeAll(rest)
        case "p": return readOne(rest)
        case "P": return writeOne(rest)
        case "m": return readMemory(rest)
        case "M": return writeMemory(rest, isBinary: false)
        case "X": return writeMemory(rest, isBinary: true)
        case "Z": return changePoint(rest, inserts: true)
        case "z": return changePoint(rest, inserts: false)
        case "c", "C", "s", "S": return resume(letter, rest)
        case "v": return answerNamed(rest)
        case "q", "Q": return query(packet)
        case "H", "T": return isThread(letter == UInt8(ascii: "H") ? rest.dropFirst() : rest) ? Reply.ok : Reply.invalid
        case "D": return detach()
        case "k":
            state = .killed
            return nil
        default: return Reply.unsupported
        }
    }

    /// The debugger asks why the machine stands still; one that runs is stopped for it.
    private func reason() -> [UInt8]? {
        if isResumed {
            interrupt()
            return nil
        }
        return stopReply()
    }

    private func detach() -> [UInt8] {
        clearPoints()
        state = .detached
        return Reply.ok
    }

    /// There is one thread, 1; zero means any and -1 all.
    private func isThread(_ text: ArraySlice<UInt8>) -> Bool {
        text.elementsEqual("-1".utf8) || (HexText.number(text) ?? .max) <= 1
    }

    /// The stop, the registers that a debugger wants at once, and what it says of itself.
    func stopReply() -> [UInt8] {
        var reply = "T\(HexText.byte(signal))"
        for register in [TargetRegister.esp, .ebp, .eip] {
            let value = String(decoding: HexText.encode(target.read(register)), as: UTF8.self)
            reply += "\(HexText.byte(UInt8(register.number))):\(value);"
        }
        return Array((reply + "thread:1;" + stopReason).utf8)
    }

    /// By GDB's numbers: SIGINT, SIGTRAP, SIGABRT.
    private var signal: UInt8 {
        switch lastStop {
        case .interrupt: 2
        case .fatal: 6
        case .step, .breakpoint, .watchpoint: 5
        }
    }

    private var stopReason: String {
        switch lastStop {
        case .watchpoint(let range): return "\(range.kind.replyName):\(String(range.address, radix: 16));"
        case .breakpoint:
            let place = target.instructionAddress
            let isSoft = points.contains(.breakpoint(isHardware: false, place))
            let name = isSoft ? "swbreak" : "hwbreak"
            return features.contains(name + "+") ? name + ":;" : ""
        default: return ""
        }
    }

    // MARK: Going on

    /// `c`, `s`, and the same with a signal, which a PC has no use for.  An address would be where to go on.
    private func resume(_ letter: UInt8, _ rest: ArraySlice<UInt8>) -> [UInt8]? {
        var place = rest
        if letter == UInt8(ascii: "C") || letter == UInt8(ascii: "S") {
            guard HexText.number(rest.prefix { $0 != UInt8(ascii: ";") }) != nil else { return Reply.invalid }
            place = rest.drop { $0 != UInt8(ascii: ";") }.dropFirst()
        }
        if !place.isEmpty {
            guard let address = HexText.address(place) else { return Reply.invalid }
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: address >> UInt32($0 * 8)) }
            guard target.write(.eip, bytes) else { return Reply.invalid }
        }
        let isStep = letter == UInt8(ascii: "s") || letter == UInt8(ascii: "S")
        return go(isStep ? .stepping(range: nil) : .running)
    }

    private func go(_ next: State) -> [UInt8]? {
        state = next
        return nil
    }

    /// `v` packets: their names are words.
    private func answerNamed(_ rest: ArraySlice<UInt8>) -> [UInt8]? {
        let text = String(decoding: rest, as: UTF8.self)
        if text == "Cont?" { return Array("vCont;c;C;s;S;r".utf8) }
        if text.hasPrefix("Cont;") { return resumeThreads(text.dropFirst(5)) }
        if text.hasPrefix("Kill;") {
            state = .killed
            return Reply.ok
        }
        return Reply.unsupported
    }

    /// The first action that is for our one thread counts.
    private func resumeThreads(_ actions: Substring) -> [UInt8]? {
        for action in actions.split(separator: ";", omittingEmptySubsequences: false) {
            let parts = action.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count > 1, !isThread(ArraySlice(parts[1].utf8)) { continue }
            guard let what = parts.first, let letter = what.utf8.first else { return Reply.invalid }
            switch UnicodeScalar(letter) {
            case "c", "C": return go(.running)
            case "s", "S": return go(.stepping(range: nil))
            case "r":
                guard let range = range(what.dropFirst()) else { return Reply.invalid }
                return go(.stepping(range: range))
            default: return Reply.invalid
            }
        }
        return Reply.invalid
    }

    private func range(_ text: Substring) -> Range<UInt32>? {
        let ends = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard ends.count == 2, let start = HexText.address(ends[0]), let end = HexText.address(ends[1]), start <= end
        else { return nil }
        return start..<end
    }
}

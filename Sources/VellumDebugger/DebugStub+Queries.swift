/// `q` and `Q` packets: names, with arguments behind a colon or comma.
extension DebugStub {
    func query(_ packet: [UInt8]) -> [UInt8] {
        let text = String(decoding: packet, as: UTF8.self)
        let name = text.prefix { $0 != ":" && $0 != "," }
        let argument = text.dropFirst(name.count + 1)
        switch name {
        case "qSupported": return supported(argument)
        case "QStartNoAckMode":
            stopAcknowledging()
            return Reply.ok
        case "qAttached": return Array("1".utf8)
        case "qC": return Array("QC1".utf8)
        case "qfThreadInfo": return Array("m1".utf8)
        case "qsThreadInfo": return Array("l".utf8)
        case "qThreadExtraInfo": return HexText.encode("CPU 1")
        case "qSymbol": return Reply.ok
        case "qXfer": return transfer(argument)
        case "qRcmd": return monitor(packet)
        case "qqemu.PhyMemMode": return Array((space == .physical ? "1" : "0").utf8)
        case "Qqemu.PhyMemMode": return setSpace(argument)
        default: return Reply.unsupported
        }
    }

    private func supported(_ argument: Substring) -> [UInt8] {
        features = Set(argument.split(separator: ";").prefix(64).map(String.init))
        let size = String(DebugStub.packetSize, radix: 16)
        return Array(
            ("PacketSize=\(size);qXfer:features:read+;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+").utf8)
    }

    private func setSpace(_ argument: Substring) -> [UInt8] {
        guard argument == "0" || argument == "1" else { return Reply.invalid }
        space = argument == "1" ? .physical : .linear
        return Reply.ok
    }

    /// `features:read:target.xml:offset,length`.
    private func transfer(_ argument: Substring) -> [UInt8] {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "features", parts[1] == "read" else { return Reply.unsupported }
        guard parts[2] == "target.xml" else { return Array("E00".utf8) }
        let window = parts[3].utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard window.count == 2, let offset = HexText.count(window[0]), let length = HexText.count(window[1]) else {
            return Reply.invalid
        }
        let document = Array(TargetDescription.xml(isSixteenBit: target.isSixteenBit).utf8)
        guard offset < document.count else { return Array("l".utf8) }
        let end = min(document.count, offset + min(length, DebugStub.packetSize / 2))
        let letter: Unicode.Scalar = end == document.count ? "l" : "m"
        return [UInt8(ascii: letter)] + document[offset..<end]
    }

    // MARK: Monitor commands

    /// `monitor TEXT`: the answer goes out as console output, in packets that fit.
    private func monitor(_ packet: [UInt8]) -> [UInt8] {
        guard let comma = packet.firstIndex(of: UInt8(ascii: ",")),
            let bytes = HexText.decode(packet[packet.index(after: comma)...])
        else { return Reply.invalid }
        let command = String(decoding: bytes, as: UTF8.self)
        let text = Array(answerMonitor(command).utf8)
        for start in stride(from: 0, to: text.count, by: 4096) {
            send([UInt8(ascii: "O")] + HexText.encode(text[start..<min(start + 4096, text.count)]))
        }
        return Reply.ok
    }

    /// `phys` is the protocol's own matter; the rest is for the target.
    private func answerMonitor(_ command: String) -> String {
        let words = command.split(whereSeparator: \.isWhitespace)
        guard words.first == "phys" else { return target.monitor(command) }
        switch words.dropFirst().first {
        case "on": space = .physical
        case "off": space = .linear
        case nil: break
        default: return "phys: expected on or off\n"
        }
        return "memory is read and written at \(space == .physical ? "physical" : "linear") addresses\n"
    }
}

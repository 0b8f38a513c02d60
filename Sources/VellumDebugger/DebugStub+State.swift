/// Registers and memory.
extension DebugStub {
    func readOne(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard let number = HexText.number(text), let register = TargetRegister.numbered(number) else {
            return Reply.invalid
        }
        return HexText.encode(target.read(register))
    }

    /// `P number=value`.
    func writeOne(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let parts = text.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number = HexText.number(parts[0]), let bytes = HexText.decode(parts[1]),
            let register = TargetRegister.numbered(number), bytes.count == register.width
        else { return Reply.invalid }
        return Reply.done(target.write(register, bytes))
    }

    /// Only what differs is written: a debugger sends every register back to change one.
    func writeAll(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let all = TargetRegister.allCases
        guard let bytes = HexText.decode(text), bytes.count == all.reduce(0, { $0 + $1.width }) else {
            return Reply.invalid
        }
        var place = 0
        var isDone = true
        for register in all {
            let value = Array(bytes[place..<place + register.width])
            place += register.width
            if value != target.read(register) { isDone = target.write(register, value) && isDone }
        }
        return Reply.done(isDone)
    }

    /// `m address,length`; as much as there is, and as fits in a packet.
    func readMemory(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard let (address, length) = range(text) else { return Reply.invalid }
        let bytes = target.readMemory(at: address, count: min(length, DebugStub.packetSize / 2), in: space)
        return bytes.isEmpty && length > 0 ? Reply.noMemory : HexText.encode(bytes)
    }

    /// `M address,length:digits`, or `X` with the bytes themselves.
    func writeMemory(_ text: ArraySlice<UInt8>, isBinary: Bool) -> [UInt8] {
        let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let (address, length) = range(parts[0]) else { return Reply.invalid }
        guard let bytes = isBinary ? Array(parts[1]) : HexText.decode(parts[1]), bytes.count == length else {
            return Reply.invalid
        }
        return target.writeMemory(bytes, at: address, in: space) ? Reply.ok : Reply.noMemory
    }

    /// `address,length`.
    private func range(_ text: ArraySlice<UInt8>) -> (UInt32, Int)? {
        let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 2, let address = HexText.address(parts[0]), let length = HexText.count(parts[1]) else {
            return nil
        }
        return (address, length)
    }
}

import VellumIA32

extension InstructionRow {
    /// An encoding of the row with operands of `tail`: in 32-bit code, r/m is [ECX] or, where `isMemory` is false or the
    /// row wants registers, ECX.  Nil where the row covers no opcode.
    func encoding(isMemory: Bool, tail: [UInt8] = SweepSpace.tail) -> [UInt8]? {
        guard span > 0 else { return nil }
        var bytes: [UInt8] = []
        if mandatory == .rep { bytes.append(0xF3) }
        if map != .primary { bytes.append(0x0F) }
        bytes.append(opcode)
        if mod != .none {
            let form: UInt8 = isMemory && mod != .register || mod == .memory ? 0 : 0xC0
            bytes.append(form | (group ?? 0) << 3 | 1)
        }
        return bytes + tail
    }

    /// Map, first opcode and group, for messages.
    var name: String {
        let escape = map == .primary ? "" : "0f"
        return "\(operation) \(escape)\(String(opcode, radix: 16))" + (group.map { " /\($0)" } ?? "")
    }
}

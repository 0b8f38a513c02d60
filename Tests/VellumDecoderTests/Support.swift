import VellumDecoder
import VellumIA32

/// The bytes of a hexadecimal string.
func hex(_ text: String) -> [UInt8] {
    stride(from: 0, to: text.count - 1, by: 2).compactMap { position in
        let start = text.index(text.startIndex, offsetBy: position)
        return UInt8(text[start..<text.index(start, offsetBy: 2)], radix: 16)
    }
}

extension Decoder {
    func decode(_ bytes: [UInt8], codeSize32: Bool = true) -> DecodeResult {
        bytes.withUnsafeBytes { decode($0, codeSize32: codeSize32) }
    }

    /// The instruction in hexadecimal, or nil where it does not decode.
    func instruction(_ text: String, codeSize32: Bool = true) -> DecodedInstruction? {
        guard case .instruction(let instruction) = decode(hex(text), codeSize32: codeSize32) else { return nil }
        return instruction
    }
}

extension DecodeResult {
    var instruction: DecodedInstruction? {
        guard case .instruction(let instruction) = self else { return nil }
        return instruction
    }
}

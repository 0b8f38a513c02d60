/// Scan codes of sets 1 and 2 and the 8042's translation between them (IBM PS/2 Hardware Interface Technical
/// Reference, "Keyboards").
enum ScanCode {
    /// What the 8042 makes of each byte of set 2; bytes above 84h pass through.
    static let translation: [UInt8] = [
        0xFF, 0x43, 0x41, 0x3F, 0x3D, 0x3B, 0x3C, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3E, 0x0F, 0x29, 0x59,
        0x65, 0x38, 0x2A, 0x70, 0x1D, 0x10, 0x02, 0x5A, 0x66, 0x71, 0x2C, 0x1F, 0x1E, 0x11, 0x03, 0x5B,
        0x67, 0x2E, 0x2D, 0x20, 0x12, 0x05, 0x04, 0x5C, 0x68, 0x39, 0x2F, 0x21, 0x14, 0x13, 0x06, 0x5D,
        0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5E, 0x6A, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5F,
        0x6B, 0x33, 0x25, 0x17, 0x18, 0x0B, 0x0A, 0x60, 0x6C, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0C, 0x61,
        0x6D, 0x73, 0x28, 0x74, 0x1A, 0x0D, 0x62, 0x6E, 0x3A, 0x36, 0x1C, 0x1B, 0x75, 0x2B, 0x63, 0x76,
        0x55, 0x56, 0x77, 0x78, 0x79, 0x7A, 0x0E, 0x7B, 0x7C, 0x4F, 0x7D, 0x4B, 0x47, 0x7E, 0x7F, 0x6F,
        0x52, 0x53, 0x50, 0x4C, 0x4D, 0x48, 0x01, 0x45, 0x57, 0x4E, 0x51, 0x4A, 0x37, 0x49, 0x46, 0x54,
        0x80, 0x81, 0x82, 0x41, 0x54,
    ]

    static func translated(_ byte: UInt8) -> UInt8 {
        Int(byte) < translation.count ? translation[Int(byte)] : byte
    }

    /// The set 2 code of each set 1 code.  Where two codes translate alike the later one is the key's (F7 is 83h).
    private static let set2: [UInt8] = {
        var codes = [UInt8](repeating: 0, count: 128)
        for (code, translated) in translation.enumerated() where translated < 0x80 {
            codes[Int(translated)] = UInt8(code)
        }
        return codes
    }()

    /// The bytes that a key sends when pressed or released.
    /// - Parameters:
    ///   - set: 1 or 2.
    ///   - held: the keys that are down; Ctrl and Alt change what Pause and Print Screen send.
    static func bytes(_ key: Key, pressed: Bool, set: UInt8, held: [Key]) -> [UInt8] {
        let control = held.contains { $0 == .leftControl || $0 == .rightControl }
        let alt = held.contains { $0 == .leftAlt || $0 == .rightAlt }
        let shift = held.contains { $0 == .leftShift || $0 == .rightShift }
        switch key {
        case .pause where control:
            return pressed ? code(0xE046, true, set) + code(0xE046, false, set) : []
        case .pause:
            guard pressed else { return [] }
            return set == 1
                ? [0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5] : [0xE1, 0x14, 0x77, 0xE1, 0xF0, 0x14, 0xF0, 0x77]
        case .printScreen where alt:
            return code(0x54, pressed, set)
        case .printScreen where !control && !shift:
            return pressed
                ? code(0xE02A, true, set) + code(0xE037, true, set)
                : code(0xE037, false, set) + code(0xE02A, false, set)
        default:
            return code(key.rawValue, pressed, set)
        }
    }

    private static func code(_ raw: UInt16, _ pressed: Bool, _ set: UInt8) -> [UInt8] {
        let prefix: [UInt8] = raw > 0xFF ? [UInt8(raw >> 8)] : []
        let low = UInt8(raw & 0x7F)
        if set == 1 { return prefix + [pressed ? low : low | 0x80] }
        return prefix + (pressed ? [] : [0xF0]) + [set2[Int(low)]]
    }
}

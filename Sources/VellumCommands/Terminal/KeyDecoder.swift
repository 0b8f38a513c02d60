import VellumDevices

/// A key with the modifiers held while it is struck.
struct KeyStroke: Hashable {
    var key: Key
    var modifiers: [Key] = []
}

/// Turns what a terminal sends into strokes of a PC keyboard: characters, control codes, and the escape sequences of
/// ECMA-48 and xterm.
///
/// Escape alone and the beginning of a sequence look the same until more comes or time passes: `flush` says that it
/// did.
struct KeyDecoder: Equatable {
    private var pending: [UInt8] = []

    /// Bytes wait for the rest of their sequence.
    var isWaiting: Bool { !pending.isEmpty }

    /// The longest sequence that is waited for; more is nonsense.
    private static let longest = 24

    mutating func decode(_ bytes: some Sequence<UInt8>) -> [KeyStroke] {
        var strokes: [KeyStroke] = []
        for byte in bytes {
            pending.append(byte)
            if let complete = KeyDecoder.match(pending) {
                strokes += complete
                pending = []
            } else if pending.count >= KeyDecoder.longest {
                pending = []
            }
        }
        return strokes
    }

    /// Nothing more came for a while: what waits is taken as it is.
    mutating func flush() -> [KeyStroke] {
        defer { pending = [] }
        guard pending.first == 0x1B else { return [] }
        if pending.count == 1 { return [KeyStroke(key: .escape)] }
        return KeyDecoder.alt(pending[1])
    }

    /// The strokes of a complete sequence; nil when more must come.
    private static func match(_ bytes: [UInt8]) -> [KeyStroke]? {
        guard let first = bytes.first else { return nil }
        guard first == 0x1B else { return first < 0x80 ? plain(first) : unicode(bytes) }
        guard bytes.count > 1 else { return nil }
        switch bytes[1] {
        case 0x5B: return control(Array(bytes.dropFirst(2)))
        case 0x4F: return bytes.count > 2 ? single(bytes[2], modifiers: []) : nil
        case 0x1B: return nil
        default: return alt(bytes[1])
        }
    }

    private static func plain(_ byte: UInt8) -> [KeyStroke] {
        switch byte {
        case 0x00: return [KeyStroke(key: .space, modifiers: [.leftControl])]
        case 0x08, 0x7F: return [KeyStroke(key: .backspace)]
        case 0x0D: return [KeyStroke(key: .enter)]
        case 0x1C: return [KeyStroke(key: .backslash, modifiers: [.leftControl])]
        case 0x1D: return [KeyStroke(key: .rightBracket, modifiers: [.leftControl])]
        case 0x1E: return [KeyStroke(key: .digit6, modifiers: [.leftControl])]
        case 0x1F: return [KeyStroke(key: .minus, modifiers: [.leftControl])]
        default: return typed(byte)
        }
    }

    /// The stroke that types a character, read off the presses that would.
    private static func typed(_ byte: UInt8) -> [KeyStroke] {
        let keys = KeyEvent.typing(String(UnicodeScalar(byte))).compactMap { event -> Key? in
            if case .press(let key) = event { key } else { nil }
        }
        guard let key = keys.last else { return [] }
        return [KeyStroke(key: key, modifiers: Array(keys.dropLast()))]
    }

    /// UTF-8 beyond ASCII has no key on a US keyboard: it is swallowed whole.
    private static func unicode(_ bytes: [UInt8]) -> [KeyStroke]? {
        let length = max(1, (~bytes[0]).leadingZeroBitCount)
        return bytes.count >= length || length > 4 ? [] : nil
    }

    private static func alt(_ byte: UInt8) -> [KeyStroke] {
        plain(byte).map { KeyStroke(key: $0.key, modifiers: [.leftAlt] + $0.modifiers) }
    }

    // MARK: Sequences

    /// What follows ESC [.
    private static func control(_ bytes: [UInt8]) -> [KeyStroke]? {
        guard let last = bytes.last else { return nil }
        // The Linux console's function keys: ESC [ [ A to E.
        if bytes.first == 0x5B { return bytes.count > 1 ? functionKey(Int(last) - 0x40) : nil }
        guard (0x40...0x7E).contains(last) else { return nil }
        let numbers = String(decoding: bytes.dropLast(), as: UTF8.self).split(separator: ";").map { Int($0) ?? 0 }
        let held = modifiers(numbers.count > 1 ? numbers[1] : 1)
        if last == 0x5A { return [KeyStroke(key: .tab, modifiers: [.leftShift])] }
        guard last == 0x7E else { return single(last, modifiers: held) }
        return numbered[numbers.first ?? 0].map { [KeyStroke(key: $0, modifiers: held)] } ?? []
    }

    private static func functionKey(_ number: Int) -> [KeyStroke] {
        let keys: [Key] = [.f1, .f2, .f3, .f4, .f5]
        return keys.indices.contains(number - 1) ? [KeyStroke(key: keys[number - 1])] : []
    }

    /// Sequences that a letter ends.
    private static func single(_ byte: UInt8, modifiers: [Key]) -> [KeyStroke] {
        let keys: [UInt8: Key] = [
            0x41: .up, 0x42: .down, 0x43: .right, 0x44: .left, 0x45: .numpad5, 0x46: .end, 0x48: .home,
            0x4D: .numpadEnter, 0x50: .f1, 0x51: .f2, 0x52: .f3, 0x53: .f4,
        ]
        return keys[byte].map { [KeyStroke(key: $0, modifiers: modifiers)] } ?? []
    }

    /// Sequences with a number and a tilde.
    private static let numbered: [Int: Key] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
        11: .f1, 12: .f2, 13: .f3, 14: .f4, 15: .f5, 17: .f6, 18: .f7, 19: .f8, 20: .f9, 21: .f10, 23: .f11,
        24: .f12,
    ]

    /// xterm's modifier number less one: bit 0 Shift, bit 1 Alt, bit 2 Ctrl.
    private static func modifiers(_ number: Int) -> [Key] {
        let bits = max(0, number - 1)
        let all: [(Int, Key)] = [(4, .leftControl), (2, .leftAlt), (1, .leftShift)]
        return all.filter { bits & $0.0 != 0 }.map(\.1)
    }
}

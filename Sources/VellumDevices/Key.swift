/// A key of the 104-key PC keyboard (US layout).  The raw value is its scan code of set 1, with the prefix E0h in the
/// high byte where it has one; Pause carries E1h.
package enum Key: UInt16, Codable, CaseIterable, Sendable {
    case escape = 0x01
    case digit1 = 0x02, digit2, digit3, digit4, digit5, digit6, digit7, digit8, digit9, digit0
    case minus = 0x0C, equals, backspace, tab
    case q = 0x10, w, e, r, t, y, u, i, o, p, leftBracket, rightBracket, enter, leftControl
    case a = 0x1E, s, d, f, g, h, j, k, l, semicolon, apostrophe, grave, leftShift, backslash
    case z = 0x2C, x, c, v, b, n, m, comma, period, slash, rightShift
    case numpadMultiply = 0x37, leftAlt, space, capsLock
    case f1 = 0x3B, f2, f3, f4, f5, f6, f7, f8, f9, f10
    case numLock = 0x45, scrollLock
    case numpad7 = 0x47, numpad8, numpad9, numpadSubtract, numpad4, numpad5, numpad6, numpadAdd
    case numpad1 = 0x4F, numpad2, numpad3, numpad0, numpadDecimal
    case international = 0x56, f11, f12
    case numpadEnter = 0xE01C, rightControl
    case numpadDivide = 0xE035
    case printScreen = 0xE037, rightAlt
    case home = 0xE047, up, pageUp
    case left = 0xE04B
    case right = 0xE04D
    case end = 0xE04F, down, pageDown, insert, delete
    case leftSuper = 0xE05B, rightSuper, menu, power
    case pause = 0xE11D
}

/// A change of one key.
package enum KeyEvent: Hashable, Codable, Sendable {
    case press(Key)
    case release(Key)
}

extension KeyEvent {
    /// The key presses and releases that type `text` on a US keyboard.  Control characters become their keys (Enter,
    /// Tab, Backspace, Escape) or Ctrl with a letter; what the keyboard cannot type is left out.
    package static func typing(_ text: String) -> [KeyEvent] {
        text.unicodeScalars.flatMap { scalar -> [KeyEvent] in
            guard let stroke = stroke(for: scalar) else { return [] }
            let modifiers = (stroke.control ? [Key.leftControl] : []) + (stroke.shift ? [Key.leftShift] : [])
            let keys = modifiers + [stroke.key]
            return keys.map(KeyEvent.press) + keys.reversed().map(KeyEvent.release)
        }
    }

    private typealias Stroke = (key: Key, shift: Bool, control: Bool)

    private static func stroke(for scalar: Unicode.Scalar) -> Stroke? {
        switch scalar {
        case "\n", "\r": return (.enter, false, false)
        case "\t": return (.tab, false, false)
        case "\u{8}", "\u{7F}": return (.backspace, false, false)
        case "\u{1B}": return (.escape, false, false)
        case "\u{1}"..."\u{1A}":
            let letter = Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value) + 0x60)
            return plain[letter].map { ($0, false, true) }
        default:
            if let key = plain[scalar] { return (key, false, false) }
            return shifted[scalar].map { ($0, true, false) }
        }
    }

    /// The rows of the keyboard without and with Shift, in the order of the scan codes.
    private static let rows: [(first: Key, plain: String, shifted: String)] = [
        (.digit1, "1234567890-=", "!@#$%^&*()_+"),
        (.q, "qwertyuiop[]", "QWERTYUIOP{}"),
        (.a, "asdfghjkl;'`", "ASDFGHJKL:\"~"),
        (.backslash, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
        (.space, " ", ""),
    ]

    private static let plain = characters { $0.plain }
    private static let shifted = characters { $0.shifted }

    private static func characters(
        _ row: (((first: Key, plain: String, shifted: String)) -> String)
    ) -> [Unicode.Scalar: Key] {
        var keys: [Unicode.Scalar: Key] = [:]
        for entry in rows {
            for (offset, scalar) in row(entry).unicodeScalars.enumerated() {
                keys[scalar] = Key(rawValue: entry.first.rawValue + UInt16(offset))
            }
        }
        return keys
    }
}

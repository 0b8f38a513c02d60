import VellumDevices

/// A key struck while others are held.
package struct KeyCombination: Equatable, Sendable {
    package var key: Key
    /// Held, in the order in which they are pressed.
    package var modifiers: [Key]

    package init(key: Key, modifiers: [Key] = []) {
        (self.key, self.modifiers) = (key, modifiers)
    }

    /// What is pressed, then released the other way round.
    package var presses: [KeyEvent] { (modifiers + [key]).map(KeyEvent.press) }
    package var releases: [KeyEvent] { (modifiers + [key]).reversed().map(KeyEvent.release) }
}

extension KeyCombination {
    /// The combination that types a character on a US keyboard; nil where it has none.
    package static func typing(_ scalar: Unicode.Scalar) -> KeyCombination? {
        let pressed = KeyEvent.typing(String(scalar)).compactMap { event -> Key? in
            if case .press(let key) = event { key } else { nil }
        }
        guard let key = pressed.last else { return nil }
        return KeyCombination(key: key, modifiers: Array(pressed.dropLast()))
    }

    /// Names joined by `-` or `+`, the last of them the key: `f10`, `ctrl-alt-delete`, `shift-a`, `ctrl--`.
    package init?(_ text: String) {
        var rest = Substring(text.lowercased())
        var held: [Key] = []
        while let cut = rest.dropFirst().firstIndex(where: { $0 == "-" || $0 == "+" }),
            let modifier = Self.modifiers[String(rest[..<cut])], rest.index(after: cut) != rest.endIndex
        {
            held.append(modifier)
            rest = rest[rest.index(after: cut)...]
        }
        guard let key = Self.key(String(rest)) else { return nil }
        self.init(key: key.key, modifiers: held + key.modifiers)
    }

    private static func key(_ name: String) -> KeyCombination? {
        if let key = named[name] ?? modifiers[name] { return KeyCombination(key: key) }
        let scalars = name.unicodeScalars
        guard scalars.count == 1, let scalar = scalars.first else { return nil }
        return typing(scalar)
    }

    private static let modifiers: [String: Key] = [
        "ctrl": .leftControl, "control": .leftControl, "alt": .leftAlt, "shift": .leftShift, "altgr": .rightAlt,
        "win": .leftSuper, "super": .leftSuper, "ctrl_r": .rightControl, "alt_r": .rightAlt, "shift_r": .rightShift,
    ]

    /// The names that people know from QEMU's `sendkey`, and the plain words.
    private static let named: [String: Key] = {
        var keys: [String: Key] = [
            "esc": .escape, "escape": .escape, "ret": .enter, "enter": .enter, "return": .enter, "tab": .tab,
            "backspace": .backspace, "spc": .space, "space": .space, "up": .up, "down": .down, "left": .left,
            "right": .right, "home": .home, "end": .end, "pgup": .pageUp, "pageup": .pageUp, "pgdn": .pageDown,
            "pagedown": .pageDown, "insert": .insert, "ins": .insert, "delete": .delete, "del": .delete,
            "caps_lock": .capsLock, "num_lock": .numLock, "scroll_lock": .scrollLock, "print": .printScreen,
            "sysrq": .printScreen, "pause": .pause, "menu": .menu, "minus": .minus, "equal": .equals,
            "comma": .comma, "dot": .period, "slash": .slash, "backslash": .backslash, "semicolon": .semicolon,
            "apostrophe": .apostrophe, "grave_accent": .grave, "bracket_left": .leftBracket,
            "bracket_right": .rightBracket, "kp_enter": .numpadEnter, "kp_add": .numpadAdd,
            "kp_subtract": .numpadSubtract, "kp_multiply": .numpadMultiply, "kp_divide": .numpadDivide,
            "kp_decimal": .numpadDecimal,
        ]
        let functions: [Key] = [.f1, .f2, .f3, .f4, .f5, .f6, .f7, .f8, .f9, .f10, .f11, .f12]
        for (index, key) in functions.enumerated() { keys["f\(index + 1)"] = key }
        let digits: [Key] = [
            .numpad0, .numpad1, .numpad2, .numpad3, .numpad4, .numpad5, .numpad6, .numpad7, .numpad8, .numpad9,
        ]
        for (index, key) in digits.enumerated() { keys["kp_\(index)"] = key }
        return keys
    }()
}

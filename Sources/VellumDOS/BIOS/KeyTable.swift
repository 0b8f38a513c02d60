/// What keys are to INT 16h: words of scan code and character (IBM PS/2 and PC BIOS Interface Technical Reference,
/// "Keyboard Encoding and Usage", US layout).
enum KeyTable {
    /// A key without modifiers, with Shift, with Ctrl, with Alt; zero where the combination gives nothing.
    struct Row {
        var plain: UInt16
        var shift: UInt16
        var control: UInt16
        var alt: UInt16

        init(_ plain: UInt16, _ shift: UInt16, _ control: UInt16, _ alt: UInt16) {
            self.plain = plain
            self.shift = shift
            self.control = control
            self.alt = alt
        }
    }

    /// By scan code, 00h to 58h.
    static let rows: [Row] = {
        var rows = [Row](repeating: Row(0, 0, 0, 0), count: 0x59)
        rows[0x01] = Row(0x011B, 0x011B, 0x011B, 0x0100)
        addDigits(&rows)
        addLetters(&rows)
        addPunctuation(&rows)
        addFunctionKeys(&rows)
        addNumericPad(&rows)
        return rows
    }()

    private static func addDigits(_ rows: inout [Row]) {
        let shifted = Array("!@#$%^&*()".utf8)
        for index in 0..<10 {
            let code = UInt16(index + 2) << 8
            let digit = UInt16(index == 9 ? 0x30 : 0x31 + index)
            rows[index + 2] = Row(code | digit, code | UInt16(shifted[index]), 0, 0x7800 + UInt16(index) << 8)
        }
        rows[0x03].control = 0x0300
        rows[0x07].control = 0x071E
    }

    private static func addLetters(_ rows: inout [Row]) {
        for (first, letters) in [(0x10, "qwertyuiop"), (0x1E, "asdfghjkl"), (0x2C, "zxcvbnm")] {
            for (index, letter) in letters.utf8.enumerated() {
                let code = UInt16(first + index) << 8
                let small = UInt16(letter)
                rows[first + index] = Row(code | small, code | (small - 0x20), code | (small & 0x1F), code)
            }
        }
    }

    private static func addPunctuation(_ rows: inout [Row]) {
        let keys: [(Int, Row)] = [
            (0x0C, Row(0x0C2D, 0x0C5F, 0x0C1F, 0x8200)), (0x0D, Row(0x0D3D, 0x0D2B, 0, 0x8300)),
            (0x0E, Row(0x0E08, 0x0E08, 0x0E7F, 0x0E00)), (0x0F, Row(0x0F09, 0x0F00, 0x9400, 0xA500)),
            (0x1A, Row(0x1A5B, 0x1A7B, 0x1A1B, 0x1A00)), (0x1B, Row(0x1B5D, 0x1B7D, 0x1B1D, 0x1B00)),
            (0x1C, Row(0x1C0D, 0x1C0D, 0x1C0A, 0x1C00)), (0x27, Row(0x273B, 0x273A, 0, 0x2700)),
            (0x28, Row(0x2827, 0x2822, 0, 0x2800)), (0x29, Row(0x2960, 0x297E, 0, 0x2900)),
            (0x2B, Row(0x2B5C, 0x2B7C, 0x2B1C, 0x2B00)), (0x33, Row(0x332C, 0x333C, 0, 0x3300)),
            (0x34, Row(0x342E, 0x343E, 0, 0x3400)), (0x35, Row(0x352F, 0x353F, 0, 0x3500)),
            (0x37, Row(0x372A, 0x372A, 0x9600, 0x3700)), (0x39, Row(0x3920, 0x3920, 0x3920, 0x3920)),
            (0x56, Row(0x565C, 0x567C, 0, 0)),
        ]
        for (code, row) in keys { rows[code] = row }
    }

    private static func addFunctionKeys(_ rows: inout [Row]) {
        for index in 0..<10 {
            let step = UInt16(index) << 8
            rows[0x3B + index] = Row(0x3B00 + step, 0x5400 + step, 0x5E00 + step, 0x6800 + step)
        }
        rows[0x57] = Row(0x8500, 0x8700, 0x8900, 0x8B00)
        rows[0x58] = Row(0x8600, 0x8800, 0x8A00, 0x8C00)
    }

    /// With Num Lock or Shift the pad gives digits.  Alt with it makes characters by their code.
    private static func addNumericPad(_ rows: inout [Row]) {
        let digits = Array("789-456+1230.".utf8)
        let control: [UInt16] = [0x77, 0x8D, 0x84, 0x8E, 0x73, 0x8F, 0x74, 0x90, 0x75, 0x91, 0x76, 0x92, 0x93]
        for index in 0..<13 {
            let code = UInt16(0x47 + index) << 8
            let character = UInt16(digits[index])
            let isSign = digits[index] == 0x2D || digits[index] == 0x2B
            let plain = isSign ? code | character : index == 5 ? 0x4CF0 : code
            rows[0x47 + index] = Row(plain, code | character, control[index] << 8, isSign ? code : 0)
        }
    }

    /// Keys with the prefix E0h.
    static let extended: [UInt8: Row] = [
        0x1C: Row(0xE00D, 0xE00D, 0xE00A, 0xA600), 0x35: Row(0xE02F, 0xE02F, 0x9500, 0xA400),
        0x47: Row(0x47E0, 0x47E0, 0x77E0, 0x9700), 0x48: Row(0x48E0, 0x48E0, 0x8DE0, 0x9800),
        0x49: Row(0x49E0, 0x49E0, 0x84E0, 0x9900), 0x4B: Row(0x4BE0, 0x4BE0, 0x73E0, 0x9B00),
        0x4D: Row(0x4DE0, 0x4DE0, 0x74E0, 0x9D00), 0x4F: Row(0x4FE0, 0x4FE0, 0x75E0, 0x9F00),
        0x50: Row(0x50E0, 0x50E0, 0x91E0, 0xA000), 0x51: Row(0x51E0, 0x51E0, 0x76E0, 0xA100),
        0x52: Row(0x52E0, 0x52E0, 0x92E0, 0xA200), 0x53: Row(0x53E0, 0x53E0, 0x93E0, 0xA300),
    ]

    /// The key that types a character, for characters that come from a stream.
    static func key(typing character: UInt8) -> UInt16 { words[Int(character)] }

    private static let words: [UInt16] = {
        var words = (0..<256).map { UInt16($0) }
        // Plain keys win over shifted ones, those over control combinations; the main keys over the pad.
        for code in (0..<0x47).reversed() {
            let row = rows[code]
            for word in [row.control, row.shift, row.plain] where word & 0xFF != 0 { words[Int(word & 0xFF)] = word }
        }
        for (character, word) in [(0x0D, 0x1C0D), (0x0A, 0x1C0A), (0x08, 0x0E08), (0x09, 0x0F09), (0x1B, 0x011B)] {
            words[character] = UInt16(word)
        }
        for (index, letter) in "abcdefghijklmnopqrstuvwxyz".utf8.enumerated() {
            guard ![8, 9, 10, 13].contains(index + 1) else { continue }
            words[index + 1] = words[Int(letter)] & 0xFF00 | UInt16(index + 1)
        }
        return words
    }()

    /// What INT 16h, AH=00h makes of a key for programs that know only the first keyboard; nil for keys that this did
    /// not have.
    static func standard(_ key: UInt16) -> UInt16? {
        let (code, character) = (key >> 8, key & 0xFF)
        switch (code, character) {
        case (0xE0, 0x0D), (0xE0, 0x0A): return 0x1C00 | character
        case (0xE0, _): return 0x3500 | character
        case (_, 0xF0) where code != 0: return nil
        case (_, 0xE0) where code != 0: return code >= 0x85 ? code == 0x84 ? key : nil : code << 8
        case (0x85..., 0x00): return nil
        default: return key
        }
    }
}

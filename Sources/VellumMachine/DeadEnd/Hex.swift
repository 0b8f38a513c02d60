/// Numbers as reports show them: hexadecimal, capitals, fixed width.
enum Hex {
    static func text(_ value: some BinaryInteger, _ digits: Int) -> String {
        let text = String(UInt64(truncatingIfNeeded: value), radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    static func word(_ value: UInt16) -> String { text(value, 4) }
    static func long(_ value: UInt32) -> String { text(value, 8) }
    static func place(_ selector: UInt16, _ eip: UInt32) -> String { "\(word(selector)):\(long(eip))" }
}

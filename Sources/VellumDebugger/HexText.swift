/// Numbers and bytes as the protocol writes them: hexadecimal in ASCII.
enum HexText {
    private static let digits = Array("0123456789abcdef".utf8)

    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    static func encode(_ text: String) -> [UInt8] { encode(text.utf8) }

    /// Nil unless every byte has its two digits.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for digit in text {
            guard let value = value(digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    /// A number of one to sixteen digits.
    static func number(_ text: some Collection<UInt8>) -> UInt64? {
        guard !text.isEmpty, text.count <= 16 else { return nil }
        var number: UInt64 = 0
        for digit in text {
            guard let value = value(digit) else { return nil }
            number = number << 4 | UInt64(value)
        }
        return number
    }

    /// A number that is an address of the guest's.
    static func address(_ text: some Collection<UInt8>) -> UInt32? { number(text).flatMap { UInt32(exactly: $0) } }

    /// A number that counts something that fits in a packet or in the guest.
    static func count(_ text: some Collection<UInt8>) -> Int? {
        number(text).flatMap { $0 <= UInt64(UInt32.max) ? Int($0) : nil }
    }

    static func byte(_ value: UInt8) -> String { String(decoding: encode([value]), as: UTF8.self) }
}

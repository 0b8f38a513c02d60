/// ACPI machine language, as far as the board's own tables need it (ACPI Specification 1.0b, chapter 16): functions
/// that give the bytes of a term.
enum AML {
    /// `Name (NAME, value)`; names have four characters.
    static func name(_ name: String, _ value: [UInt8]) -> [UInt8] { [0x08] + Array(name.utf8) + value }

    /// `Scope (\NAME) { … }`
    static func scope(_ name: String, _ body: [UInt8]) -> [UInt8] { [0x10] + sized([0x5C] + Array(name.utf8) + body) }

    /// `Device (NAME) { … }`
    static func device(_ name: String, _ body: [UInt8]) -> [UInt8] { [0x5B, 0x82] + sized(Array(name.utf8) + body) }

    /// `Package () { … }`
    static func package(_ elements: [[UInt8]]) -> [UInt8] {
        [0x12] + sized([UInt8(truncatingIfNeeded: elements.count)] + elements.joined())
    }

    static let zero: [UInt8] = [0x00]

    static func doubleword(_ value: UInt32) -> [UInt8] { [0x0C] + bytes(value) }

    /// A plug-and-play identifier such as PNP0A03: three letters of five bits and four hexadecimal digits, the most
    /// significant byte first.
    static func identifier(_ text: String) -> [UInt8] {
        let characters = Array(text.utf8)
        guard characters.count == 7 else { return zero }
        let letters = characters.prefix(3).reduce(UInt32(0)) { $0 << 5 | UInt32($1 & 31) }
        let number = UInt32(String(decoding: characters.dropFirst(3), as: UTF8.self), radix: 16) ?? 0
        return doubleword((letters << 16 | number & 0xFFFF).byteSwapped)
    }

    /// `ResourceTemplate () { … }`: descriptors and the end tag, whose sum zero stands for "not summed".
    static func resources(_ descriptors: [[UInt8]]) -> [UInt8] {
        let all = Array(descriptors.joined()) + [0x79, 0x00]
        return [0x11] + sized([0x0A, UInt8(truncatingIfNeeded: all.count)] + all)
    }

    // MARK: Resource descriptors (section 6.4)

    enum Space: UInt8 { case memory = 0, io = 1, bus = 2 }

    /// Ports that the device itself decodes.
    static func ports(_ first: UInt16, count: UInt8) -> [UInt8] {
        [0x47, 0x01] + bytes(first) + bytes(first) + [0x01, count]
    }

    /// A fixed range of words that a bridge passes on: buses or ports.
    static func wordWindow(_ space: Space, _ range: ClosedRange<UInt16>) -> [UInt8] {
        let numbers: [UInt16] = [0, range.lowerBound, range.upperBound, 0, range.upperBound &- range.lowerBound &+ 1]
        return [0x88, 0x0D, 0x00, space.rawValue, 0x0C, space == .io ? 3 : 0] + numbers.flatMap { bytes($0) }
    }

    /// A fixed range of writable memory that a bridge passes on.
    static func memoryWindow(_ range: ClosedRange<UInt32>) -> [UInt8] {
        let numbers: [UInt32] = [0, range.lowerBound, range.upperBound, 0, range.upperBound &- range.lowerBound &+ 1]
        return [0x87, 0x17, 0x00, Space.memory.rawValue, 0x0C, 0x01] + numbers.flatMap { bytes($0) }
    }

    // MARK: Pieces

    private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    /// A body behind its package length, which counts its own bytes (section 16.2.4).
    static func sized(_ body: [UInt8]) -> [UInt8] {
        if body.count < 63 { return [UInt8(body.count + 1)] + body }
        let length = body.count + 2
        return [0x40 | UInt8(length & 15), UInt8(truncatingIfNeeded: length >> 4)] + body
    }
}

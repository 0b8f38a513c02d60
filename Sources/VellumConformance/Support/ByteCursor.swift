/// The bytes ended before a value did.
package struct ShortRead: Error, Equatable {
    /// Where the value starts.
    package var offset: Int
    package init(offset: Int) { self.offset = offset }
}

/// Reads little-endian values from a range of an array, never past its end.
package struct ByteCursor {
    private let bytes: [UInt8]
    package private(set) var offset: Int
    package let end: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    package var remaining: Int { end - offset }

    package mutating func u8() throws(ShortRead) -> UInt8 {
        guard remaining >= 1 else { throw ShortRead(offset: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    package mutating func u16() throws(ShortRead) -> UInt16 {
        guard remaining >= 2 else { throw ShortRead(offset: offset) }
        defer { offset += 2 }
        return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    package mutating func u32() throws(ShortRead) -> UInt32 {
        let low = try u16()
        return UInt32(low) | UInt32(try u16()) << 16
    }

    /// The next `count` bytes.
    package mutating func take(_ count: Int) throws(ShortRead) -> [UInt8] {
        let part = try slice(count)
        return Array(bytes[part.offset..<part.end])
    }

    /// A cursor over the next `count` bytes, which this one skips.
    package mutating func slice(_ count: Int) throws(ShortRead) -> ByteCursor {
        guard count >= 0, count <= remaining else { throw ShortRead(offset: offset) }
        defer { offset += count }
        return ByteCursor(bytes, offset..<(offset + count))
    }
}

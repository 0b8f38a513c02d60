/// Little-endian reads from an image that may be shorter than it claims: every read says whether it lay inside.
package struct ByteReader: Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var count: Int { bytes.count }

    package func u8(_ offset: Int) -> UInt8? {
        offset >= 0 && offset < bytes.count ? bytes[offset] : nil
    }

    package func u16(_ offset: Int) -> UInt16? {
        guard let low = u8(offset), let high = u8(offset + 1) else { return nil }
        return UInt16(low) | UInt16(high) << 8
    }

    package func u32(_ offset: Int) -> UInt32? {
        guard let low = u16(offset), let high = u16(offset + 2) else { return nil }
        return UInt32(low) | UInt32(high) << 16
    }

    /// The bytes of a range, or nil when it reaches past the end or overflows.
    package func slice(_ offset: UInt64, _ length: UInt64) -> ArraySlice<UInt8>? {
        let (end, overflow) = offset.addingReportingOverflow(length)
        guard !overflow, end <= UInt64(bytes.count) else { return nil }
        return bytes[Int(offset)..<Int(end)]
    }
}

/// Builds a little-endian structure.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8]

    /// A structure of `count` zero bytes.
    package init(count: Int = 0) { bytes = Array(repeating: 0, count: count) }

    package mutating func put8(_ value: UInt8, at offset: Int) { set([value], at: offset) }

    package mutating func put16(_ value: UInt16, at offset: Int) {
        set([UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)], at: offset)
    }

    package mutating func put32(_ value: UInt32, at offset: Int) {
        put16(UInt16(truncatingIfNeeded: value), at: offset)
        put16(UInt16(truncatingIfNeeded: value >> 16), at: offset + 2)
    }

    package mutating func put64(_ value: UInt64, at offset: Int) {
        put32(UInt32(truncatingIfNeeded: value), at: offset)
        put32(UInt32(truncatingIfNeeded: value >> 32), at: offset + 4)
    }

    /// Overwrites bytes from `offset` on; the structure grows when they reach past its end.
    package mutating func set(_ values: some Collection<UInt8>, at offset: Int) {
        let end = offset + values.count
        if end > bytes.count { bytes += Array(repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(offset..<end, with: values)
    }
}

extension Array where Element == UInt8 {
    /// Text as a C string.
    package init(cString text: String) { self = Array(text.utf8) + [0] }
}

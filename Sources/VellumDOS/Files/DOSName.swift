/// A file's name in the form of a directory entry: eight and three characters of code page 437, filled with blanks.
package struct DOSName: Hashable, Comparable, Codable, Sendable {
    /// Eleven bytes.
    package let bytes: [UInt8]

    private init(unchecked padded: [UInt8]) { bytes = padded }

    /// Characters that no name has (MS-DOS User's Guide, "Naming Files"), besides blanks and control codes.
    private static let forbidden = Set("\"*+,./:;<=>?[\\]|".utf8)

    package static func isAllowed(_ byte: UInt8) -> Bool { byte > 0x20 && byte != 0x7F && !forbidden.contains(byte) }

    /// A component of a path as DOS takes it: what is too long is cut off, letters become capitals.  Nil when it holds
    /// what no name can, `*` and `?` included.
    package init?(component: some Collection<UInt8>) {
        guard let pattern = NamePattern(component: component), !pattern.isWild else { return nil }
        bytes = pattern.bytes
    }

    /// Eleven bytes from memory, as FCBs hold them; nil when they are no name.
    package init?(padded bytes: [UInt8]) {
        guard bytes.count == 11, bytes[0] != 0x20 else { return nil }
        let capitals = bytes.map(Self.capital)
        let isName = [capitals[..<8], capitals[8...]].allSatisfy { part in
            let used = part.prefix { $0 != 0x20 }
            return used.allSatisfy(Self.isAllowed) && part.dropFirst(used.count).allSatisfy { $0 == 0x20 }
        }
        guard isName else { return nil }
        self.init(unchecked: capitals)
    }

    /// A volume label: blanks may stand within it.
    package init(label: some Collection<UInt8>) {
        var name = label.prefix(11).map(Self.capital)
        name += [UInt8](repeating: 0x20, count: 11 - name.count)
        self.init(unchecked: name)
    }

    package static let current = DOSName(unchecked: Array(".          ".utf8))
    package static let parent = DOSName(unchecked: Array("..         ".utf8))

    package static func < (a: DOSName, b: DOSName) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }

    /// Base and extension with the dot between them, as programs write names.
    package var text: [UInt8] {
        let base = bytes[..<8].prefix { $0 != 0x20 }
        let suffix = bytes[8...].prefix { $0 != 0x20 }
        return suffix.isEmpty ? Array(base) : base + [0x2E] + suffix
    }

    /// The first eight bytes without their blanks.
    package var base: [UInt8] { Array(bytes[..<8].prefix { $0 != 0x20 }) }

    /// Capitals of code page 437 (MS-DOS country table for the United States).
    package static func capital(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x61...0x7A: byte - 0x20
        case 0x80...0xA5: capitals[Int(byte) - 0x80]
        default: byte
        }
    }

    /// Codes 80h to A5h.
    package static let capitals: [UInt8] = [
        0x80, 0x9A, 0x45, 0x41, 0x8E, 0x41, 0x8F, 0x80, 0x45, 0x45, 0x45, 0x49, 0x49, 0x49, 0x8E, 0x8F,
        0x90, 0x92, 0x92, 0x4F, 0x99, 0x4F, 0x55, 0x55, 0x59, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F,
        0x41, 0x49, 0x4F, 0x55, 0xA5, 0xA5,
    ]
}

/// A name with `?` for any character, as find-first and deletions take it.
package struct NamePattern: Equatable, Codable, Sendable {
    /// Eleven bytes.
    package let bytes: [UInt8]

    package init(padded bytes: [UInt8]) {
        var padded = bytes.prefix(11).map(DOSName.capital)
        padded += [UInt8](repeating: 0x20, count: 11 - padded.count)
        self.bytes = padded
    }

    /// A component of a path; `*` stands for question marks up to the end of its part.
    package init?(component: some Collection<UInt8>) {
        let parts = component.split(separator: 0x2E, maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = parts.first, !base.isEmpty else { return nil }
        let suffix = parts.count > 1 ? Array(parts[1].prefix { $0 != 0x2E }) : []
        guard let first = Self.pad(Array(base), 8), let last = Self.pad(suffix, 3) else { return nil }
        bytes = first + last
    }

    private static func pad(_ part: [UInt8], _ count: Int) -> [UInt8]? {
        var result: [UInt8] = []
        for byte in part {
            if byte == 0x2A {
                if result.count < count { result += [UInt8](repeating: 0x3F, count: count - result.count) }
                continue
            }
            guard byte == 0x3F || DOSName.isAllowed(byte) else { return nil }
            if result.count < count { result.append(DOSName.capital(byte)) }
        }
        return result + [UInt8](repeating: 0x20, count: count - result.count)
    }

    package var isWild: Bool { bytes.contains(0x3F) }

    package func matches(_ name: DOSName) -> Bool {
        zip(bytes, name.bytes).allSatisfy { $0 == 0x3F || $0 == $1 }
    }

    /// The name with this pattern's fixed characters put in: what REN makes of it.
    package func applied(to name: DOSName) -> DOSName? {
        DOSName(padded: zip(bytes, name.bytes).map { $0 == 0x3F ? $1 : $0 })
    }
}

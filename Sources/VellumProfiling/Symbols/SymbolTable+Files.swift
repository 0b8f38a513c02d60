/// Symbols from files: ELF's symbol table, and MAP files.  Both come from outside: every offset is checked.
extension SymbolTable {
    /// What a file holds; empty when it is neither kind, or has no symbols.
    package init(file bytes: [UInt8]) {
        self.init(bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) ? ELFSymbols(bytes).symbols : MapFile.symbols(bytes))
    }
}

/// The symbol table of a 32-bit little-endian ELF file (System V ABI, chapter 4).
package struct ELFSymbols {
    private let bytes: [UInt8]
    private static let mostSymbols = 1 << 21
    private static let longestName = 512

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func word(_ offset: UInt64, _ width: Int) -> UInt32? {
        guard offset <= UInt64(bytes.count), UInt64(width) <= UInt64(bytes.count) - offset else { return nil }
        return (0..<width).reversed().reduce(0) { $0 << 8 | UInt32(bytes[Int(offset) + $1]) }
    }

    /// Section headers: type, offset, size, link.
    private var sections: [(type: UInt32, offset: UInt64, size: UInt64, link: Int)] {
        guard bytes.count > 52, bytes[4] == 1, bytes[5] == 1, let start = word(32, 4), let size = word(46, 2),
            let count = word(48, 2), size >= 40
        else { return [] }
        return (0..<UInt64(count)).compactMap { index in
            let header = UInt64(start) + index * UInt64(size)
            guard let type = word(header + 4, 4), let offset = word(header + 16, 4), let length = word(header + 20, 4),
                let link = word(header + 24, 4)
            else { return nil }
            return (type, UInt64(offset), UInt64(length), Int(link))
        }
    }

    /// Functions and labels with an address.
    var symbols: [(address: UInt32, name: String)] { symbols(ofTypes: [0, 2]) }

    /// Functions alone.
    package var functions: [(address: UInt32, name: String)] { symbols(ofTypes: [2]) }

    private func symbols(ofTypes types: Set<UInt32>) -> [(address: UInt32, name: String)] {
        let sections = sections
        guard let table = sections.first(where: { $0.type == 2 }), sections.indices.contains(table.link) else {
            return []
        }
        let names = sections[table.link]
        let count = min(table.size / 16, UInt64(ELFSymbols.mostSymbols), UInt64(bytes.count) / 16)
        return (0..<count).compactMap { index in
            let entry = table.offset + index * 16
            guard let name = word(entry, 4), let value = word(entry + 4, 4), let info = word(entry + 12, 1),
                let section = word(entry + 14, 2), section != 0, types.contains(info & 15), value != 0
            else { return nil }
            return text(names.offset + UInt64(name)).map { (value, $0) }
        }
    }

    private func text(_ offset: UInt64) -> String? {
        guard offset < UInt64(bytes.count) else { return nil }
        let rest = bytes[Int(offset)...].prefix(ELFSymbols.longestName)
        let name = rest.prefix { $0 != 0 }
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
}

/// Lists of symbols as text: `c01000a0 T startup_32` (nm, System.map), `0x00100020  main` (GNU ld's map) and
/// `0001:0040 _main` (DOS linkers; the segment counts as a paragraph).
enum MapFile {
    static func symbols(_ bytes: [UInt8]) -> [(address: UInt32, name: String)] {
        bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }).compactMap { line in
            let words = line.split(whereSeparator: { $0 == 32 || $0 == 9 }).map { String(decoding: $0, as: UTF8.self) }
            guard words.count >= 2, let address = address(words[0]) else { return nil }
            // nm puts a letter between; only code has one of these.
            if words.count >= 3, words[1].count == 1 {
                return "TtWw".contains(words[1]) ? (address, words[2]) : nil
            }
            return words.count == 2 && isName(words[1]) ? (address, words[1]) : nil
        }
    }

    private static func address(_ word: String) -> UInt32? {
        let parts = word.split(separator: ":")
        if parts.count == 2, let segment = UInt32(parts[0], radix: 16), let offset = UInt32(parts[1], radix: 16),
            segment <= 0xFFFF, offset <= 0xFFFF
        {
            return segment << 4 &+ offset
        }
        let digits = word.hasPrefix("0x") ? word.dropFirst(2) : Substring(word)
        // Longer numbers are those of 64-bit maps, whose upper half is zero for 32-bit code.
        guard (4...16).contains(digits.count), let value = UInt64(digits, radix: 16) else { return nil }
        return UInt32(exactly: value)
    }

    private static func isName(_ word: String) -> Bool {
        word.utf8.first.map { !(0x30...0x39).contains($0) } == true
            && word.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3D && $0 != 0x2F }
    }
}

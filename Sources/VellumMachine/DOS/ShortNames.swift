import VellumDOS
import VellumDevices

/// The names by which DOS knows what lies in a directory of the host.
///
/// A name that DOS can have is itself, in capitals; where several differ only by case, capitals come first, then small
/// letters, then the rest by their bytes.  All others get up to four of their own characters, a tilde, and three digits
/// made of the whole name: the same on every run, whatever else is in the directory, unless two collide.
package enum ShortNames {
    /// What a host's name (bytes of UTF-8, as a rule) is to DOS, for each of `names`.
    package static func map(_ names: [[UInt8]]) -> [DOSName] {
        let plain = names.map(plainName)
        var taken: [DOSName: Int] = [:]
        for index in names.indices {
            guard let name = plain[index] else { continue }
            if let other = taken[name], precedes(names[other], names[index]) { continue }
            taken[name] = index
        }
        var result = plain
        for index in names.indices where plain[index].map({ taken[$0] != index }) ?? true { result[index] = nil }
        let sorted = names.indices.filter { result[$0] == nil }
            .sorted { names[$0].lexicographicallyPrecedes(names[$1]) }
        var used = Set(result.compactMap { $0 })
        for index in sorted {
            let alias = alias(names[index], avoiding: used)
            used.insert(alias)
            result[index] = alias
        }
        // Every place is filled now.
        return result.compactMap { $0 }
    }

    /// The name itself in capitals, where DOS can have it.
    package static func plainName(_ host: [UInt8]) -> DOSName? {
        guard let codes = codes(host), codes.first != 0x2E, codes.last != 0x2E else { return nil }
        let parts = codes.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = parts.first, (1...8).contains(base.count),
            parts.count == 1 || (1...3).contains(parts[1].count), let name = DOSName(component: codes),
            DeviceKind(name) == nil
        else { return nil }
        return name
    }

    /// The name in code page 437; nil where it has characters that this lacks.
    private static func codes(_ host: [UInt8]) -> [UInt8]? {
        if host.allSatisfy({ $0 < 0x80 }) { return host }
        guard let text = String(validating: host, as: UTF8.self) else { return nil }
        var codes: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let code = scalar.value < 0x80 ? UInt8(scalar.value) : CodePage437.code(scalar) else { return nil }
            codes.append(code)
        }
        return codes
    }

    private static func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        let (first, second) = (rank(a), rank(b))
        return first != second ? first < second : a.lexicographicallyPrecedes(b)
    }

    /// Capitals, small letters, mixed.
    private static func rank(_ name: [UInt8]) -> Int {
        if !name.contains(where: { (0x61...0x7A).contains($0) }) { return 0 }
        return name.contains { (0x41...0x5A).contains($0) } ? 2 : 1
    }

    private static func alias(_ host: [UInt8], avoiding used: Set<DOSName>) -> DOSName {
        let dot = host.lastIndex(of: 0x2E).flatMap { $0 > 0 ? $0 : nil } ?? host.endIndex
        let base = letters(host[..<dot], 4)
        let suffix = letters(host[dot...], 3)
        var hash = hash(host)
        while true {
            let text = base + [0x7E] + digits(hash) + (suffix.isEmpty ? [] : [0x2E] + suffix)
            if let name = DOSName(component: text), !used.contains(name) { return name }
            hash = hash &* 0x0100_0193 &+ 1
        }
    }

    private static func letters(_ part: ArraySlice<UInt8>, _ count: Int) -> [UInt8] {
        Array(part.filter { $0 < 0x7F && DOSName.isAllowed($0) }.map(DOSName.capital).prefix(count))
    }

    /// FNV-1a.
    private static func hash(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    private static func digits(_ hash: UInt32) -> [UInt8] {
        var rest = (hash ^ hash >> 16) % 46_656
        return (0..<3).map { _ in
            defer { rest /= 36 }
            let digit = UInt8(rest % 36)
            return digit < 10 ? 0x30 + digit : 0x37 + digit
        }
    }

    /// The name that a new file gets on the host.
    package static func hostName(_ name: DOSName) -> [UInt8] {
        var text: [UInt8] = []
        for code in name.text {
            if code < 0x80 {
                text.append(code)
            } else {
                text += UTF8.encode(CodePage437.scalar(code)) ?? UTF8.encodedReplacementCharacter
            }
        }
        return text
    }
}

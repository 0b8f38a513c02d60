/// The bytes that go to and come from `host-oracle.c`; see there for the layout.
enum OracleProtocol {
    /// The helper's limit.
    static let largestBatch = 1024
    static let resultHeaderSize = 56
    static let floatingSize = 288

    /// A batch: header, the data patterns if they are not known yet, the cases.
    static func encode(_ cases: [GeneratedCase], patterns: [[UInt8]]?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(cases.count * 168 + (patterns?.count ?? 0) * Int(Arena.dataSize) + 8)
        append(UInt32(cases.count), to: &bytes)
        append(UInt32(patterns?.count ?? 0), to: &bytes)
        if let patterns { bytes += patterns.joined() }
        for item in cases { encode(item, into: &bytes) }
        return bytes
    }

    private static func encode(_ item: GeneratedCase, into bytes: inout [UInt8]) {
        let code = item.code.prefix(Arena.longestCode)
        for register in item.registers { append(register, to: &bytes) }
        let mode: UInt32 = (item.is16 ? 1 : 0) | (item.isFloat ? 2 : 0)
        for word in [item.eip, item.eflags, mode, UInt32(item.pattern), UInt32(code.count)] {
            append(word, to: &bytes)
        }
        bytes += code
        bytes += repeatElement(0xCC, count: Arena.longestCode - code.count)
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// The fixed part of a result; `changes` says how many changed words follow.
    static func decode(header: [UInt8]) throws(ShortRead) -> (result: OracleResult, changes: Int) {
        var cursor = ByteCursor(header)
        var words: [UInt32] = []
        for _ in 0..<14 { words.append(try cursor.u32()) }
        let result = OracleResult(
            registers: Array(words[0..<8]), eip: words[8], eflags: words[9], vector: words[10],
            // Bit 4 tells a fetch where pages can forbid execution, as the host's do and a Pentium III's do not.
            errorCode: words[10] == OracleResult.pageFault ? words[11] & ~0x10 : words[11], address: words[12],
            changes: [])
        return (result, Int(words[13]))
    }

    static func decode(changes bytes: [UInt8]) throws(ShortRead) -> [ChangedWord] {
        var cursor = ByteCursor(bytes)
        var changes: [ChangedWord] = []
        while cursor.remaining > 0 { changes.append(ChangedWord(offset: try cursor.u32(), value: try cursor.u32())) }
        return changes
    }
}

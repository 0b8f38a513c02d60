/// A 64-bit hash with a good spread, for telling states apart; not for secrets.  Each word is mixed with the constants
/// of SplitMix64 (Steele, Lea, Flood 2014).
package struct StateHash: Equatable, Sendable {
    package private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15

    package init() {}

    @inline(__always) package mutating func add(_ word: UInt64) {
        var mixed = (value ^ word) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 29
        value = (mixed &+ 0x9E37_79B9_7F4A_7C15) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 32
    }

    package mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(UInt64(byte)) }
    }

    /// Whole 8-byte words of memory.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for offset in stride(from: 0, to: bytes.count & ~7, by: 8) {
            add(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    /// Everything that the value encodes, names included.
    package mutating func add(encoded value: some Encodable) {
        let encoder = HashingEncoder(self)
        // Encoding into a hash cannot fail, except where a type's own code throws: that is then part of the state.
        do { try value.encode(to: encoder) } catch { encoder.sink.hash.add("\(error)") }
        self = encoder.sink.hash
    }
}

/// Feeds whatever a value encodes into a hash, without building anything.
private final class HashingEncoder: Encoder {
    final class Sink {
        var hash: StateHash
        init(_ hash: StateHash) { self.hash = hash }
    }

    let sink: Sink
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(_ hash: StateHash) { sink = Sink(hash) }
    init(_ sink: Sink) { self.sink = sink }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(HashingKeyed<Key>(sink: sink))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer { HashingList(sink: sink) }
    func singleValueContainer() -> any SingleValueEncodingContainer { HashingList(sink: sink) }

    /// Numbers go in by their bits, anything else by encoding itself.
    static func put(_ value: some Encodable, _ sink: Sink) throws {
        switch value {
        case let number as any BinaryInteger: sink.hash.add(UInt64(truncatingIfNeeded: number))
        case let flag as Bool: sink.hash.add(flag ? 1 : 0)
        case let text as String: sink.hash.add(text)
        case let number as Double: sink.hash.add(number.bitPattern)
        case let number as Float: sink.hash.add(UInt64(number.bitPattern))
        case let bytes as [UInt8]:
            sink.hash.add(UInt64(bytes.count))
            for byte in bytes { sink.hash.add(UInt64(byte)) }
        default: try value.encode(to: HashingEncoder(sink))
        }
    }
}

private struct HashingKeyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: HashingEncoder.Sink
    let codingPath: [any CodingKey] = []

    mutating func encodeNil(forKey key: Key) throws { sink.hash.add(key.stringValue) }
    mutating func encode(_ value: some Encodable, forKey key: Key) throws {
        sink.hash.add(key.stringValue)
        try HashingEncoder.put(value, sink)
    }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        sink.hash.add(key.stringValue)
        return KeyedEncodingContainer(HashingKeyed<Nested>(sink: sink))
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        sink.hash.add(key.stringValue)
        return HashingList(sink: sink)
    }
    mutating func superEncoder() -> any Encoder { HashingEncoder(sink) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { HashingEncoder(sink) }
}

private struct HashingList: UnkeyedEncodingContainer, SingleValueEncodingContainer {
    let sink: HashingEncoder.Sink
    let codingPath: [any CodingKey] = []
    var count = 0

    init(sink: HashingEncoder.Sink) { self.sink = sink }

    mutating func encodeNil() throws { sink.hash.add(0x6E69_6C) }
    mutating func encode(_ value: some Encodable) throws {
        count += 1
        sink.hash.add(UInt64(count))
        try HashingEncoder.put(value, sink)
    }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        KeyedEncodingContainer(HashingKeyed<Nested>(sink: sink))
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { HashingList(sink: sink) }
    mutating func superEncoder() -> any Encoder { HashingEncoder(sink) }
}

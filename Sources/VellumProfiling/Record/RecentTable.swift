/// Values by key, for events that come in their millions and repeat a few keys: those met last are found without hashing.
struct RecentTable<Key: Hashable, Value> {
    private(set) var items: [(key: Key, value: Value)] = []
    private var index: [Key: Int] = [:]
    /// Numbers of items by the low bits of their keys' digests.
    private var recent = [Int](repeating: 0, count: 64)

    /// The number of a key's item; `digest` is any number that tells most keys apart.
    mutating func number(_ key: Key, digest: UInt32) -> Int? {
        let slot = Int(digest & 63)
        let guess = recent[slot]
        if guess < items.count, items[guess].key == key { return guess }
        guard let known = index[key] else { return nil }
        recent[slot] = known
        return known
    }

    mutating func append(_ key: Key, _ value: Value) {
        index[key] = items.count
        items.append((key, value))
    }

    mutating func update(_ number: Int, _ change: (inout Value) -> Void) { change(&items[number].value) }
}

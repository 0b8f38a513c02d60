/// Counts by a 64-bit key: open addressing, since an entry is made for every hypervisor call of a run.
struct CountTable {
    private var keys: [UInt64]
    private var counts: [UInt64]
    private var used = 0

    init() {
        keys = Array(repeating: .max, count: 1024)
        counts = Array(repeating: 0, count: 1024)
    }

    /// Keys other than all ones.
    mutating func add(_ key: UInt64, _ count: UInt64 = 1) {
        let index = slot(key)
        if keys[index] != key {
            keys[index] = key
            used += 1
            counts[index] = count
            if used * 2 > keys.count { grow() }
        } else {
            counts[index] &+= count
        }
    }

    private func slot(_ key: UInt64) -> Int {
        let mask = keys.count - 1
        var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while keys[index] != key, keys[index] != .max { index = (index + 1) & mask }
        return index
    }

    private mutating func grow() {
        let old = zip(keys, counts)
        keys = Array(repeating: .max, count: keys.count * 2)
        counts = Array(repeating: 0, count: keys.count)
        for (key, count) in old where key != .max {
            let index = slot(key)
            keys[index] = key
            counts[index] = count
        }
    }

    /// All entries, by key.
    var sorted: [(key: UInt64, count: UInt64)] {
        zip(keys, counts).filter { $0.0 != .max }.map { (key: $0.0, count: $0.1) }.sorted { $0.key < $1.key }
    }
}

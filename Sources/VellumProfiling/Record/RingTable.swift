import VellumEvents

/// Changes of ring by what led over.
struct RingTable {
    struct Key: Hashable, Comparable {
        var gate: RingChange.Gate
        /// -1 for none.
        var vector: Int
        var from: UInt8
        var to: UInt8
        var fromVirtual8086: Bool
        var toVirtual8086: Bool
        var stackSwitched: Bool

        private var order: [Int] { [Int(from), Int(to), vector, fromVirtual8086 ? 1 : 0, stackSwitched ? 1 : 0] }

        static func < (a: Key, b: Key) -> Bool {
            a.gate == b.gate ? a.order.lexicographicallyPrecedes(b.order) : a.gate.rawValue < b.gate.rawValue
        }
    }

    struct Entry {
        var count: UInt64 = 0
        /// The first of them.
        var source: UInt32
        var target: UInt32
        var newStack: (selector: UInt16, pointer: UInt32)
    }

    private var entries = RecentTable<Key, Entry>()

    mutating func add(_ change: RingChange) {
        let key = Key(
            gate: change.gate, vector: change.vector.map(Int.init) ?? -1, from: change.from, to: change.to,
            fromVirtual8086: change.fromVirtual8086, toVirtual8086: change.toVirtual8086,
            stackSwitched: change.stackSwitched)
        if let number = entries.number(key, digest: UInt32(change.vector ?? 0) &+ change.source) {
            entries.update(number) { $0.count += 1 }
        } else {
            entries.append(
                key, Entry(count: 1, source: change.source, target: change.target, newStack: change.newStack))
        }
    }

    var sorted: [(key: Key, value: Entry)] { entries.items.sorted { $0.key < $1.key } }
}

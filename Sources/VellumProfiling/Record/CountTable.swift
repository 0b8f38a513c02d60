/// Counts by a 64-bit key: open addressing, since an entry is made for every hypervisor call of a run.
final class CountTable {
    private struct Slot {
        var key: UInt64
        var count: UInt64

        /// No count has this key.
        static let empty = Slot(key: .max, count: 0)
    }

    private var slots: UnsafeMutableBufferPointer<Slot>
    private var used = 0

    init() { slots = CountTable.allocate(1024) }

    deinit { slots.deallocate() }

    /// A power of two.
    private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Slot> {
        let slots = UnsafeMutableBufferPointer<Slot>.allocate(capacity: count)
        slots.initialize(repeating: .empty)
        return slots
    }

    /// Keys other than all ones.
    @inline(__always) func add(_ key: UInt64, _ count: UInt64 = 1) {
        let index = index(of: key)
        if slots[index].key == key {
            slots[index].count &+= count
        } else {
            insert(Slot(key: key, count: count), at: index)
        }
    }

    /// Where a key is, or where it goes: at most half of the slots are used.
    @inline(__always) private func index(of key: UInt64) -> Int {
        let mask = slots.count &- 1
        var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 32) & mask
        while slots[index].key != key, slots[index].key != .max { index = (index &+ 1) & mask }
        return index
    }

    @inline(never) private func insert(_ slot: Slot, at index: Int) {
        slots[index] = slot
        used += 1
        if used * 2 > slots.count { grow() }
    }

    private func grow() {
        let old = slots
        slots = CountTable.allocate(old.count * 2)
        for slot in old where slot.key != .max { slots[index(of: slot.key)] = slot }
        old.deallocate()
    }

    /// All entries, by key.
    var sorted: [(key: UInt64, count: UInt64)] {
        slots.filter { $0.key != .max }.map { (key: $0.key, count: $0.count) }.sorted { $0.key < $1.key }
    }
}

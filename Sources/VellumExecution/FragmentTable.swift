/// What a fragment is found by.
struct FragmentKey: Hashable {
    var physical: UInt32
    var eip: UInt32
    var context: UInt32
    var limit: UInt32
}

/// Fragments by key: a hash table whose chains run through the fragments themselves.
///
/// The standard library's dictionary hashes against chosen collisions, which costs more than everything else in a
/// look-up.  A guest that makes its fragments collide here only slows itself down.
struct FragmentTable {
    private var buckets: UnsafeMutablePointer<FragmentPointer?>
    /// Number of buckets less one; that number is a power of two.
    private var mask: Int
    private(set) var count = 0

    init() {
        mask = 1023
        buckets = FragmentTable.makeBuckets(mask + 1)
    }

    private static func makeBuckets(_ count: Int) -> UnsafeMutablePointer<FragmentPointer?> {
        let buckets = UnsafeMutablePointer<FragmentPointer?>.allocate(capacity: count)
        buckets.initialize(repeating: nil, count: count)
        return buckets
    }

    func deallocate() { buckets.deallocate() }

    @inline(__always)
    private func bucket(_ key: FragmentKey) -> Int {
        var hash = UInt64(key.physical ^ key.limit &<< 28) &* 0x9E37_79B9_7F4A_7C15
        hash ^= UInt64(key.eip ^ key.context &<< 20) &* 0xC2B2_AE3D_27D4_EB4F
        return Int(truncatingIfNeeded: hash >> 32) & mask
    }

    func find(_ key: FragmentKey) -> FragmentPointer? {
        var next = buckets[bucket(key)]
        while let fragment = next {
            if fragment.key == key { return fragment }
            next = fragment.pointee.nextInTable
        }
        return nil
    }

    /// Enters a fragment whose key is not in the table.
    mutating func insert(_ fragment: FragmentPointer) {
        if count > mask { grow() }
        let index = bucket(fragment.key)
        fragment.pointee.nextInTable = buckets[index]
        buckets[index] = fragment
        count += 1
    }

    /// Takes a fragment out; nothing happens when it is not there.
    mutating func remove(_ fragment: FragmentPointer) {
        let index = bucket(fragment.key)
        guard let first = buckets[index] else { return }
        if first == fragment {
            buckets[index] = fragment.pointee.nextInTable
            count -= 1
            return
        }
        var before = first
        while let next = before.pointee.nextInTable {
            if next == fragment {
                before.pointee.nextInTable = fragment.pointee.nextInTable
                count -= 1
                return
            }
            before = next
        }
    }

    /// Empties the table and gives each fragment to `body`, which may release it.
    mutating func removeAll(_ body: (FragmentPointer) -> Void) {
        for index in 0...mask {
            var next = buckets[index]
            buckets[index] = nil
            while let fragment = next {
                next = fragment.pointee.nextInTable
                body(fragment)
            }
        }
        count = 0
    }

    /// All fragments, in no order that means anything.
    var values: [FragmentPointer] {
        var all: [FragmentPointer] = []
        all.reserveCapacity(count)
        for index in 0...mask {
            var next = buckets[index]
            while let fragment = next {
                all.append(fragment)
                next = fragment.pointee.nextInTable
            }
        }
        return all
    }

    private mutating func grow() {
        let old = buckets
        let oldCount = mask + 1
        mask = oldCount * 2 - 1
        buckets = FragmentTable.makeBuckets(mask + 1)
        for index in 0..<oldCount {
            var next = old[index]
            while let fragment = next {
                next = fragment.pointee.nextInTable
                let target = bucket(fragment.key)
                fragment.pointee.nextInTable = buckets[target]
                buckets[target] = fragment
            }
        }
        old.deallocate()
    }
}

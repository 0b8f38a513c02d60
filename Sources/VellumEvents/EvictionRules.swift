/// The oldest fragments go first, and at least a share of the cache with them.
public final class OldestFirstRule: EvictionRule {
    private let share: Double
    private var queue: [FragmentID] = []
    private var first = 0
    private var sizes: [FragmentID: Int] = [:]
    private var used = 0

    /// - Parameter share: of the bytes in use, at least so much goes at a time; 0 to 1.
    public init(share: Double) { self.share = min(max(share, 0), 1) }

    public func inserted(_ fragment: FragmentID, bytes: Int) {
        queue.append(fragment)
        sizes[fragment] = bytes
        used += bytes
    }

    public func removed(_ fragment: FragmentID) { used -= sizes.removeValue(forKey: fragment) ?? 0 }

    public func evict(bytes: Int) -> Eviction {
        let wanted = max(bytes, Int(Double(used) * share))
        var victims: [FragmentID] = []
        var freed = 0
        while freed < wanted, first < queue.count {
            if let size = sizes[queue[first]] {
                victims.append(queue[first])
                freed += size
            }
            first += 1
        }
        if first > 4096, first > queue.count / 2 {
            queue.removeFirst(first)
            first = 0
        }
        return .fragments(victims)
    }
}

/// The fragments whose last entry is longest ago go first, a sixteenth of the cache at a time.
public final class LeastRecentRule: EvictionRule {
    private var sizes: [FragmentID: Int] = [:]
    private var stamps: [FragmentID: UInt64] = [:]
    private var clock: UInt64 = 0
    private var used = 0

    public init() {}

    public var needsEntries: Bool { true }

    public func inserted(_ fragment: FragmentID, bytes: Int) {
        sizes[fragment] = bytes
        used += bytes
        clock += 1
        stamps[fragment] = clock
    }

    public func removed(_ fragment: FragmentID) {
        used -= sizes.removeValue(forKey: fragment) ?? 0
        stamps[fragment] = nil
    }

    public func entered(_ fragment: FragmentID) {
        guard sizes[fragment] != nil else { return }
        clock += 1
        stamps[fragment] = clock
    }

    public func evict(bytes: Int) -> Eviction {
        let wanted = max(bytes, used / 16)
        var freed = 0
        var victims: [FragmentID] = []
        for (fragment, _) in stamps.sorted(by: { $0.value < $1.value }) where freed < wanted {
            victims.append(fragment)
            freed += sizes[fragment] ?? 0
        }
        return .fragments(victims)
    }
}

import VellumEvents

/// A translation cache that holds nothing: it keeps the books of one, for a recorded sequence of entries.
///
/// The sequence itself does not depend on the cache, since neither size nor rule nor links end a fragment; the one
/// exception, a write to code that is in one cache and not in the other, makes the result an estimate.
struct SimulatedCache {
    /// What is known of a place.
    private struct Slot {
        var isLive = false
        var isFresh = false
        var hasBeen = false
        /// Changes with each insertion: also the fragment's number for the rule.
        var id: UInt32 = 0
        var version: UInt32 = 0
        /// Where the links lead, as place and its `id` then; an id of zero is no link.
        var links: ((place: UInt32, id: UInt32), (place: UInt32, id: UInt32)) = ((0, 0), (0, 0))
    }

    private let capacity: Int
    private let chaining: Bool
    private let rule: (any EvictionRule)?
    private var slots: [Slot]
    /// The place of each insertion.
    private var owners: [UInt32] = [0]
    /// Bytes of each insertion.
    private var sizes: [UInt32] = [0]
    private var used = 0
    private(set) var counts = CacheCounts()
    /// Something happened that the sequence does not settle.
    private(set) var isEstimate = false
    /// The fragment entered last, and which insertion of it.
    private var source = Version()
    private var sourceID: UInt32 = 0
    private var comesOverLink = false

    init(places: Int, capacity: Int, policy: EvictionPolicy, chaining: Bool) {
        slots = Array(repeating: Slot(), count: places)
        self.capacity = max(capacity, 64 << 10)
        self.chaining = chaining
        rule = policy == .flush ? nil : policy.makeRule()
    }

    mutating func growPlaces(to count: Int) {
        while slots.count < count { slots.append(Slot()) }
    }

    // MARK: The sequence

    mutating func runLoop() { comesOverLink = false }

    /// The fragment was looked up, and not entered.
    mutating func deferred(_ version: Version, _ number: UInt32) { lookUp(version, number) }

    mutating func leftEarly() { comesOverLink = false }

    mutating func entered(_ version: Version, _ number: UInt32) {
        counts.entries += 1
        let slot = comesOverLink ? link(to: version.eip) : nil
        if let slot, follows(slot, to: version.place) {
            counts.chained += 1
        } else {
            lookUp(version, number)
            countEntry(version)
            if let slot { setLink(slot, to: version) }
        }
        source = version
        sourceID = slots[Int(version.place)].id
        comesOverLink = true
        if let rule, rule.needsEntries { rule.entered(FragmentID(sourceID)) }
    }

    mutating func killed(_ version: Version) {
        if slots[Int(version.place)].isLive {
            drop(Int(version.place))
        } else {
            // Here the write ends no fragment; where it was recorded it did.
            isEstimate = true
        }
    }

    mutating func emptied() { dropAll() }

    // MARK: Links

    private mutating func link(to eip: UInt32) -> Int? {
        guard source.linkCount > 0 else { return nil }
        if source.linkCount > 1, source.targets.0 == source.targets.1 { isEstimate = true }
        if source.targets.0 == eip { return 0 }
        return source.linkCount > 1 && source.targets.1 == eip ? 1 : nil
    }

    private var sourceLives: Bool {
        let slot = slots[Int(source.place)]
        return slot.isLive && slot.id == sourceID
    }

    private func follows(_ link: Int, to place: UInt32) -> Bool {
        guard chaining, sourceLives else { return false }
        let links = slots[Int(source.place)].links
        let target = link == 0 ? links.0 : links.1
        return target.id != 0 && target.place == place && slots[Int(place)].isLive && slots[Int(place)].id == target.id
    }

    private mutating func setLink(_ link: Int, to target: Version) {
        let slot = slots[Int(target.place)]
        guard chaining, slot.isLive, sourceLives, source.mayLink(to: target) else { return }
        let value = (place: target.place, id: slot.id)
        if link == 0 {
            slots[Int(source.place)].links.0 = value
        } else {
            slots[Int(source.place)].links.1 = value
        }
    }

    // MARK: The table

    private mutating func lookUp(_ version: Version, _ number: UInt32) {
        let place = Int(version.place)
        if version.traits.contains(.uncached) {
            counts.fragments += 1
            slots[place].isFresh = true
            return
        }
        if slots[place].isLive {
            guard version.traits.contains(.remapped), slots[place].version != number else { return }
        }
        insert(version, number)
    }

    private mutating func countEntry(_ version: Version) {
        if slots[Int(version.place)].isFresh {
            slots[Int(version.place)].isFresh = false
            counts.misses += 1
        } else {
            counts.hits += 1
        }
    }

    private mutating func insert(_ version: Version, _ number: UInt32) {
        let place = Int(version.place)
        makeRoom(Int(version.bytes))
        if slots[place].isLive { drop(place) }
        counts.fragments += 1
        if slots[place].hasBeen { counts.retranslations += 1 }
        let id = UInt32(owners.count)
        owners.append(version.place)
        slots[place] = Slot(isLive: true, isFresh: true, hasBeen: true, id: id, version: number)
        sizes.append(version.bytes)
        used += Int(version.bytes)
        rule?.inserted(FragmentID(id), bytes: Int(version.bytes))
    }

    private mutating func drop(_ place: Int) {
        used -= Int(sizes[Int(slots[place].id)])
        slots[place].isLive = false
        slots[place].isFresh = false
        slots[place].links = ((0, 0), (0, 0))
        rule?.removed(FragmentID(slots[place].id))
    }

    private mutating func dropAll() {
        for place in slots.indices where slots[place].isLive {
            slots[place].isLive = false
            slots[place].isFresh = false
            slots[place].links = ((0, 0), (0, 0))
        }
        if let rule { for id in 1..<UInt32(max(1, owners.count)) { rule.removed(FragmentID(id)) } }
        used = 0
    }

    private mutating func makeRoom(_ bytes: Int) {
        guard used + bytes > capacity else { return }
        while let rule, used > 0, used + bytes > capacity {
            guard case .fragments(let victims) = rule.evict(bytes: used + bytes - capacity), evict(victims) else {
                break
            }
        }
        guard used + bytes > capacity else { return }
        counts.flushes += 1
        dropAll()
    }

    private mutating func evict(_ victims: [FragmentID]) -> Bool {
        var found = false
        for victim in victims where Int(victim.number) < owners.count {
            let place = Int(owners[Int(victim.number)])
            guard slots[place].isLive, slots[place].id == victim.number else { continue }
            found = true
            counts.evictions += 1
            drop(place)
        }
        return found
    }
}

import VellumIA32
import VellumMicroOps

/// What the meaning of code bytes depends on besides their place.
package struct FragmentContext: Hashable, Sendable {
    package var mode: FragmentMode
    package var codeBase: UInt32
    package var codeLimit: UInt32

    package init(mode: FragmentMode, codeBase: UInt32, codeLimit: UInt32) {
        self.mode = mode
        self.codeBase = codeBase
        self.codeLimit = codeLimit
    }
}

/// Counters of the cache, as in the statistics schema.
package struct CacheCounters: Equatable, Sendable {
    /// Searches that found a fragment, and those that made one; a search that ends in a fetch fault is neither.
    package var hits: UInt64 = 0
    package var misses: UInt64 = 0
    /// Fragments made.
    package var fragments: UInt64 = 0
    /// Guest bytes that they covered.
    package var guestBytes: UInt64 = 0
    /// Fragments dropped because their bytes changed.
    package var invalidations: UInt64 = 0
    /// Stores that hit a page with code, but none of its bytes.
    package var spurious: UInt64 = 0
    /// Times the whole cache was emptied for want of room.
    package var flushes: UInt64 = 0
    /// Misses at a place that had been translated before (up to collisions of a 2^18-bit filter).
    package var retranslations: UInt64 = 0

    package init() {}
}

/// The translation cache: fragments by key, the links between them, and what makes them invalid.
///
/// Eviction: when a fragment does not fit any more, the cache is emptied (counted as a flush).  Dropped fragments may
/// still be running, so their memory is given back only by `collect`, which the run loop calls between fragments.
package final class TranslationCache: CodeObserver {
    private struct Key: Hashable {
        var physical: UInt32
        var eip: UInt32
        var context: UInt32
        var limit: UInt32
    }

    private let memory: PhysicalMemory
    private let mmu: SoftMMU
    private let cpu: CPU
    package let capacity: Int

    private var table: [Key: FragmentPointer] = [:]
    private var pages: [UInt32: CodePage] = [:]
    private var graveyard: [FragmentPointer] = []
    private var graveyardBytes = 0
    private var contexts: [FragmentContext: UInt32] = [:]
    private var seen = [UInt64](repeating: 0, count: 1 << 12)

    private(set) package var usedBytes = 0
    package var counters = CacheCounters()
    package var liveFragments: Int { table.count }
    /// Grows with every fragment that is dropped: remembered pointers from before are void.
    private(set) package var generation: UInt64 = 0

    package init(memory: PhysicalMemory, mmu: SoftMMU, cpu: CPU, capacity: Int) {
        self.memory = memory
        self.mmu = mmu
        self.cpu = cpu
        self.capacity = max(capacity, 64 << 10)
        mmu.codeObserver = self
    }

    deinit {
        mmu.codeObserver = nil
        for fragment in table.values { fragment.release() }
        for fragment in graveyard { fragment.release() }
    }

    // MARK: Lookup and insertion

    /// The small number of a context.
    package func number(of context: FragmentContext) -> UInt32 {
        if let number = contexts[context] { return number }
        // Bounded: a guest that goes through segments without end makes the cache start over.
        if contexts.count >= 1 << 16 {
            flush()
            contexts.removeAll(keepingCapacity: true)
        }
        let number = UInt32(contexts.count)
        contexts[context] = number
        return number
    }

    package func find(physical: UInt32, eip: UInt32, context: UInt32, limit: UInt32) -> FragmentPointer? {
        table[Key(physical: physical, eip: eip, context: context, limit: limit)]
    }

    /// Enters a fragment whose header is complete.
    package func insert(_ fragment: FragmentPointer) {
        if usedBytes + Int(fragment.pointee.blockBytes) > capacity { flush() }
        let key = Key(
            physical: fragment.pointee.physical, eip: fragment.pointee.eip, context: fragment.pointee.context,
            limit: fragment.pointee.limit)
        if let old = table[key] { drop(old) }
        table[key] = fragment
        usedBytes += Int(fragment.pointee.blockBytes)
        counters.fragments += 1
        counters.guestBytes += UInt64(fragment.pointee.byteCount)
        noteTranslation(key)
        for (start, length) in fragment.ranges { cover(start, length, fragment) }
    }

    /// A fragment for one use: it goes to the graveyard at once.
    package func insertTransient(_ fragment: FragmentPointer) {
        counters.fragments += 1
        bury(fragment)
    }

    private func noteTranslation(_ key: Key) {
        let hash = (key.physical &* 0x9E37_79B1) ^ (key.eip &* 0x85EB_CA6B) ^ (key.context &* 0xC2B2_AE35) ^ key.limit
        let bit = Int(hash >> 14)
        if seen[bit >> 6] & 1 << UInt64(bit & 63) != 0 { counters.retranslations += 1 }
        seen[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    private func cover(_ start: UInt32, _ length: UInt32, _ fragment: FragmentPointer) {
        let frame = start >> 12
        let page = pages[frame] ?? CodePage()
        pages[frame] = page
        page.fragments.append(fragment)
        page.mark(start & 0xFFF, length)
        if memory.codeFrames[Int(frame & 0xF_FFFF)] == 0 {
            memory.codeFrames[Int(frame & 0xF_FFFF)] = 1
            mmu.protectFrame(start)
        }
    }

    // MARK: Invalidation

    /// A store is about to change bytes of a frame with code.
    package func willWrite(physical: UInt32, length: UInt32) {
        let frame = physical >> 12
        guard let page = pages[frame] else {
            memory.codeFrames[Int(frame & 0xF_FFFF)] = 0
            return
        }
        let offset = physical & 0xFFF
        guard page.overlaps(offset, length) else {
            counters.spurious += 1
            page.idleStores += 1
            // A page that lost its code long ago is data again.
            if page.fragments.isEmpty && page.idleStores > 64 {
                pages[frame] = nil
                memory.codeFrames[Int(frame & 0xF_FFFF)] = 0
            }
            return
        }
        for fragment in page.fragments where fragment.overlaps(physical, length) {
            counters.invalidations += 1
            drop(fragment)
        }
        cpu.pointee.engine.endRequested = true
    }

    /// Drops every fragment on a frame: its contents were exchanged.
    package func invalidate(frame: UInt32) {
        guard let page = pages[frame] else { return }
        for fragment in page.fragments where fragment.pointee.isValid {
            counters.invalidations += 1
            drop(fragment)
        }
        cpu.pointee.engine.endRequested = true
    }

    private func drop(_ fragment: FragmentPointer) {
        guard fragment.pointee.isValid else { return }
        table[
            Key(
                physical: fragment.pointee.physical, eip: fragment.pointee.eip, context: fragment.pointee.context,
                limit: fragment.pointee.limit)] = nil
        usedBytes -= Int(fragment.pointee.blockBytes)
        fragment.unlink()
        for (start, _) in fragment.ranges { pages[start >> 12]?.remove(fragment, frame: start >> 12) }
        bury(fragment)
    }

    private func bury(_ fragment: FragmentPointer) {
        fragment.pointee.isValid = false
        generation &+= 1
        cpu.pointee.engine.jumpStamp = 0
        graveyard.append(fragment)
        graveyardBytes += Int(fragment.pointee.blockBytes)
    }

    /// Empties the cache.
    package func flush() {
        counters.flushes += 1
        for fragment in table.values {
            fragment.pointee.link0 = nil
            fragment.pointee.link1 = nil
            fragment.pointee.incoming = 0
            bury(fragment)
        }
        table.removeAll(keepingCapacity: true)
        for frame in pages.keys { memory.codeFrames[Int(frame & 0xF_FFFF)] = 0 }
        pages.removeAll(keepingCapacity: true)
        usedBytes = 0
        cpu.pointee.engine.endRequested = true
    }

    /// So much is waiting for `collect` that the run loop should come by.
    package var needsCollection: Bool { graveyardBytes > capacity / 4 }

    /// Frees dropped fragments; none may be running.
    package func collect() {
        guard !graveyard.isEmpty else { return }
        for fragment in graveyard { fragment.release() }
        graveyard.removeAll(keepingCapacity: true)
        graveyardBytes = 0
    }
}

/// The code on one frame: which bytes are translated, and the fragments that hold them.
private final class CodePage {
    var fragments: [FragmentPointer] = []
    /// Stores since the last change that touched no code.
    var idleStores = 0
    private var bits = [UInt64](repeating: 0, count: 64)

    func mark(_ offset: UInt32, _ length: UInt32) {
        idleStores = 0
        for byte in offset..<min(offset + length, 4096) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    }

    func overlaps(_ offset: UInt32, _ length: UInt32) -> Bool {
        for byte in offset..<min(offset &+ length, 4096) where bits[Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0 {
            return true
        }
        return false
    }

    /// Takes a fragment out and rebuilds the bytes; `frame` is the page's own number.
    func remove(_ fragment: FragmentPointer, frame: UInt32) {
        fragments.removeAll { $0 == fragment }
        idleStores = 0
        for word in bits.indices { bits[word] = 0 }
        for other in fragments {
            for (start, length) in other.ranges where start >> 12 == frame { mark(start & 0xFFF, length) }
        }
    }
}

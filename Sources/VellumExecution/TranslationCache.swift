import VellumEvents
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
    /// Entries that searched and found their fragment, beside those that the interpreter found in the jump cache; and
    /// entries that had to wait for a translation, by `TranslationCause`.
    package var hits: UInt64 = 0
    package var missesByCause = [UInt64](repeating: 0, count: TranslationCause.allCases.count + 1)
    /// Fragments made.
    package var fragments: UInt64 = 0
    /// Guest bytes that they covered.
    package var guestBytes: UInt64 = 0
    /// Fragments dropped because their bytes changed.
    package var invalidations: UInt64 = 0
    /// Operands changed in place, since a store changed nothing else of their fragments.
    package var patches: UInt64 = 0
    /// Stores that hit a page with code, but none of its bytes.
    package var spurious: UInt64 = 0
    /// Times the whole cache was emptied for want of room, and fragments that a rule took out otherwise.
    package var flushes: UInt64 = 0
    package var evictions: UInt64 = 0
    /// Fragments made that had been in the cache before.
    package var retranslations: UInt64 = 0

    package init() {}

    package var misses: UInt64 { missesByCause.reduce(0, +) }
}

/// The translation cache: fragments by key, the links between them, and what makes them invalid.
///
/// Dropped fragments may still be running, so their memory is given back only by `collect`, which the run loop calls
/// between fragments.
package final class TranslationCache: CodeObserver {
    private let memory: PhysicalMemory
    let mmu: SoftMMU
    let cpu: CPU
    package let capacity: Int
    /// Decides what leaves for want of room; nil means that everything does.
    let rule: (any EvictionRule)?
    let events: EventStream

    private(set) var table = FragmentTable()
    /// For rules, which name fragments by number.
    private var bySerial: [UInt32: FragmentPointer] = [:]
    private(set) var pages: [UInt32: CodePage] = [:]
    /// The frame that was written last, of those with code.
    private var lastFrame: UInt32 = 0
    private var lastPage: CodePage?
    private var spareList: [FragmentPointer] = []
    private(set) var graveyard: [FragmentPointer] = []
    private var graveyardBytes = 0
    private var contexts: [FragmentContext: UInt32] = [:]
    /// Contexts that were asked for lately, by mode and base: a guest goes back and forth between a few.
    var recentContexts = UnsafeMutablePointer<RecentContext?>.allocate(capacity: recentCount)
    static var recentCount: Int { @inline(__always) get { 128 } }
    private var history = TranslationHistory()
    private var lastSerial: UInt32 = 0

    private(set) package var usedBytes = 0
    /// Entries into fragments that have left, and into others before they were last asked.
    var settledEntries: UInt64 = 0
    package var counters = CacheCounters()
    package var liveFragments: Int { table.count }
    /// Grows with every fragment that is dropped: remembered pointers from before are void.
    private(set) package var generation: UInt64 = 0

    package init(
        memory: PhysicalMemory, mmu: SoftMMU, cpu: CPU, capacity: Int, rule: (any EvictionRule)? = nil
    ) {
        self.memory = memory
        self.mmu = mmu
        self.cpu = cpu
        self.capacity = max(capacity, 64 << 10)
        self.rule = rule
        events = mmu.events
        recentContexts.initialize(repeating: nil, count: TranslationCache.recentCount)
        mmu.codeObserver = self
        if let rule { events.setRule(rule) }
    }

    deinit {
        mmu.codeObserver = nil
        table.removeAll { $0.release() }
        table.deallocate()
        for fragment in graveyard { fragment.release() }
        recentContexts.deallocate()
    }

    // MARK: Lookup and insertion

    /// The small number of a context.
    @inline(__always) package func number(of context: FragmentContext) -> UInt32 {
        let mode = context.mode.rawValue
        let hash = mode ^ mode &>> 2 ^ mode &>> 9 ^ context.codeBase &>> 4 ^ context.codeBase &>> 11
        let recent = recentContexts + Int(hash & UInt32(TranslationCache.recentCount - 1))
        if let known = recent.pointee, known.context == context { return known.number }
        let number = internedNumber(of: context)
        recent.pointee = RecentContext(context: context, number: number)
        return number
    }

    @inline(never) func internedNumber(of context: FragmentContext) -> UInt32 {
        if let number = contexts[context] { return number }
        // Bounded: a guest that goes through segments without end makes the cache start over.
        if contexts.count >= 1 << 16 {
            flush(forRoom: false)
            contexts.removeAll(keepingCapacity: true)
            history = TranslationHistory()
            recentContexts.update(repeating: nil, count: TranslationCache.recentCount)
        }
        let number = UInt32(contexts.count)
        contexts[context] = number
        return number
    }

    package func find(physical: UInt32, eip: UInt32, context: UInt32, limit: UInt32) -> FragmentPointer? {
        table.find(FragmentKey(physical: physical, eip: eip, context: context, limit: limit))
    }

    /// Numbers a fragment whose header is complete, and says why it had to be made.
    private func register(_ fragment: FragmentPointer, _ cause: TranslationCause) {
        lastSerial = (lastSerial &+ 1) & EntryWord.number
        fragment.pointee.serial = lastSerial
        fragment.pointee.freshCause = cause.rawValue
        counters.fragments += 1
        counters.guestBytes += UInt64(fragment.pointee.byteCount)
    }

    /// Enters a fragment whose header is complete; `isSingle` says that it was made for one instruction alone.
    package func insert(_ fragment: FragmentPointer, isSingle: Bool) {
        if rule?.needsEntries == true { events.drain() }
        makeRoom(Int(fragment.pointee.blockBytes))
        let key = fragment.key
        if let old = table.find(key) {
            history.removed(key, .remapped)
            drop(old)
        }
        let (cause, previous) = history.cause(of: key, isSingle: isSingle)
        register(fragment, cause)
        if previous != nil { counters.retranslations += 1 }
        history.inserted(key, fragment.pointee.serial, isSingle: isSingle)
        table.insert(fragment)
        usedBytes += Int(fragment.pointee.blockBytes)
        if let rule {
            bySerial[fragment.pointee.serial] = fragment
            rule.inserted(FragmentID(fragment.pointee.serial), bytes: Int(fragment.pointee.blockBytes))
        }
        for (start, length) in fragment.ranges { cover(start, length, fragment) }
        if events.wants(.translations) { tellTranslated(fragment, cause, previous) }
    }

    /// A fragment for one use: it goes to the graveyard at once.
    package func insertTransient(_ fragment: FragmentPointer) {
        register(fragment, .uncached)
        if events.wants(.translations) { tellTranslated(fragment, .uncached, nil) }
        bury(fragment)
    }

    /// Counts an entry that came by a search.
    package func noteEntry(_ fragment: FragmentPointer) {
        fragment.pointee.entries &+= 1
        if fragment.pointee.freshCause == 0 {
            counters.hits += 1
        } else {
            counters.missesByCause[Int(fragment.pointee.freshCause)] += 1
            fragment.pointee.freshCause = 0
        }
    }

    private func cover(_ start: UInt32, _ length: UInt32, _ fragment: FragmentPointer) {
        let frame = start >> 12
        let page = pages[frame] ?? CodePage()
        pages[frame] = page
        forgetLastPage()
        page.add(fragment, start & 0xFFF, length)
        if memory.codeFrames[Int(frame & 0xF_FFFF)] == 0 {
            memory.codeFrames[Int(frame & 0xF_FFFF)] = 1
            mmu.protectFrame(start)
        }
    }

    // MARK: Invalidation

    /// Bytes of a frame with code are about to change.
    package func willWrite(physical: UInt32, length: UInt32) {
        guard let page = page(written: physical, length) else { return }
        withVictims(page, physical, length) { invalidate($0, physical, length) }
    }

    /// Likewise by a store whose value is known: operands that it changes are changed in place.
    package func willStore(physical: UInt32, value: UInt32, width: Int) {
        let length = UInt32(width)
        guard let page = page(written: physical, length), let host = memory.host(frame: physical >> 12) else { return }
        withVictims(page, physical, length) { victims in
            victims.removeAll { $0.patch(host, physical, value, width) && tellPatched($0, physical, width) }
            if victims.isEmpty { return }
            page.changesItself = true
            invalidate(victims, physical, length)
        }
    }

    /// The page, where bytes that are about to change belong to code.
    private func page(written physical: UInt32, _ length: UInt32) -> CodePage? {
        let frame = physical >> 12
        guard let page = writtenPage(frame) else {
            memory.codeFrames[Int(frame & 0xF_FFFF)] = 0
            return nil
        }
        if page.overlaps(physical & 0xFFF, length) { return page }
        counters.spurious += 1
        if events.wants(.removals) { events.send(.spuriousWrite(codeWrite(physical, length)), .removals) }
        page.idleStores += 1
        // A page that lost its code long ago is data again.
        if page.isEmpty && page.idleStores > 64 {
            pages[frame] = nil
            forgetLastPage()
            memory.codeFrames[Int(frame & 0xF_FFFF)] = 0
        } else if !page.isEmpty {
            mmu.besideCode = CodeBits(frame: frame, bits: page.bits)
        }
        return nil
    }

    private func forgetLastPage() {
        lastPage = nil
        mmu.besideCode = nil
    }

    /// Guests that patch themselves write to one page many times.
    private func writtenPage(_ frame: UInt32) -> CodePage? {
        if let lastPage, lastFrame == frame { return lastPage }
        (lastFrame, lastPage) = (frame, pages[frame])
        return lastPage
    }

    /// The list's memory is kept: guests that patch themselves come here all the time.
    private func withVictims(
        _ page: CodePage, _ physical: UInt32, _ length: UInt32, _ body: (inout [FragmentPointer]) -> Void
    ) {
        var victims = spareList
        spareList = []
        page.collect(physical & 0xFFF, length, into: &victims)
        body(&victims)
        victims.removeAll(keepingCapacity: true)
        spareList = victims
    }

    /// Drops every fragment on a frame: its contents were exchanged.
    package func invalidate(frame: UInt32) {
        guard let page = pages[frame] else { return }
        let before = mmu.writer
        mmu.writer = .remapping
        invalidate(page.fragments, frame << 12, 0x1000)
        mmu.writer = before
    }

    private func invalidate(_ fragments: [FragmentPointer], _ physical: UInt32, _ length: UInt32) {
        for fragment in fragments where fragment.pointee.isValid {
            counters.invalidations += 1
            if events.wants(.removals) {
                let write = codeWrite(physical, length)
                events.send(.invalidated(FragmentID(fragment.pointee.serial), by: write), .removals)
            }
            history.removed(fragment.key, .invalidated)
            drop(fragment)
        }
        cpu.pointee.engine.endRequested = true
    }

    /// Modes, code bases and limits that fragments were made for.
    package var contextCount: Int { contexts.count }

    /// The mode, code base and limit behind a number.
    package func context(_ number: UInt32) -> FragmentContext? { contexts.first { $0.value == number }?.key }

    /// Drops every fragment whose instructions reach over a linear address: it is to be cut there from now on.
    package func drop(covering linear: UInt32) {
        for fragment in table.values where linear &- fragment.pointee.linear < fragment.pointee.byteCount {
            drop(fragment)
        }
    }

    private func drop(_ fragment: FragmentPointer) {
        guard fragment.pointee.isValid else { return }
        table.remove(fragment)
        usedBytes -= Int(fragment.pointee.blockBytes)
        if events.wants(.links) { tellUnchained(fragment) }
        fragment.unlink()
        for (start, _) in fragment.ranges { pages[start >> 12]?.remove(fragment) }
        mmu.besideCode = nil
        forget(fragment)
        bury(fragment)
    }

    private func forget(_ fragment: FragmentPointer) {
        guard let rule else { return }
        if rule.needsEntries { events.drain() }
        bySerial[fragment.pointee.serial] = nil
        rule.removed(FragmentID(fragment.pointee.serial))
    }

    private func bury(_ fragment: FragmentPointer) {
        fragment.pointee.isValid = false
        generation &+= 1
        cpu.pointee.engine.jumpStamp = 0
        graveyard.append(fragment)
        graveyardBytes += Int(fragment.pointee.blockBytes)
    }

    // MARK: Eviction

    /// Asks the rule until the bytes fit.
    private func makeRoom(_ bytes: Int) {
        guard usedBytes + bytes > capacity else { return }
        events.drain()
        while let rule, usedBytes > 0, usedBytes + bytes > capacity {
            guard case .fragments(let victims) = rule.evict(bytes: usedBytes + bytes - capacity), evict(victims) else {
                break
            }
        }
        guard usedBytes + bytes > capacity else { return }
        counters.flushes += 1
        flush(forRoom: true)
    }

    /// False when none of them was there.
    private func evict(_ victims: [FragmentID]) -> Bool {
        var found = false
        for victim in victims {
            guard let fragment = bySerial[victim.number] else { continue }
            found = true
            counters.evictions += 1
            if events.wants(.removals) { events.send(.evicted(victim), .removals) }
            history.removed(fragment.key, .evicted)
            drop(fragment)
        }
        return found
    }

    /// Empties the cache.  What runs goes on to its end: nothing leads on from it but a search.
    private func flush(forRoom: Bool) {
        tellFlush(forRoom: forRoom)
        let serials = rule == nil ? [] : table.values.map(\.pointee.serial).sorted()
        table.removeAll { fragment in
            fragment.pointee.link0 = nil
            fragment.pointee.link1 = nil
            fragment.pointee.incoming = 0
            history.removed(fragment.key, .evicted)
            bury(fragment)
        }
        for serial in serials { rule?.removed(FragmentID(serial)) }
        bySerial.removeAll()
        for frame in pages.keys { memory.codeFrames[Int(frame & 0xF_FFFF)] = 0 }
        pages.removeAll(keepingCapacity: true)
        forgetLastPage()
        usedBytes = 0
    }

    /// Forgets every translation, for reasons of no guest; the running fragment ends.
    package func empty() {
        flush(forRoom: false)
        cpu.pointee.engine.endRequested = true
    }

    /// So much is waiting for `collect` that it should not wait for the run loop.
    package var needsCollection: Bool { graveyardBytes > capacity / 4 }

    /// Frees dropped fragments but one: that whose end the transfer at hand comes from.  No other may be running.
    package func collect(keeping source: FragmentPointer? = nil) {
        guard !graveyard.isEmpty else { return }
        for fragment in graveyard where fragment != source {
            settle(fragment)
            fragment.release()
        }
        graveyard.removeAll { $0 != source }
        graveyardBytes = graveyard.reduce(0) { $0 + Int($1.pointee.blockBytes) }
    }
}

struct RecentContext {
    var context: FragmentContext
    var number: UInt32
}

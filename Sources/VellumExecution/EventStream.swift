import VellumEvents
import VellumMicroOps

/// Knows what time it is for the guest.
package protocol EventClock: AnyObject {
    var moment: Moment { get }
}

/// The way of events to observers: one test of a mask where something happens, and nothing else while nobody watches.
package final class EventStream {
    /// What the observers want, together.
    package private(set) var mask: EventKinds = []
    /// Owned by whoever owns the clock.
    package unowned(unsafe) var clock: (any EventClock)?
    private var observers: [(observer: any EngineObserver, kinds: EventKinds)] = []
    /// Wants entries, and nothing else, to decide about eviction.
    var rule: (any EvictionRule)?

    /// Counts of hypervisor calls by number, kept by the owner of the calls.
    package var callCounts: UnsafeMutablePointer<UInt64>? { didSet { refresh() } }

    private let words: UnsafeMutablePointer<EntryWord>
    private let cpu: CPU
    static let capacity = 8192
    /// Words that may be written after a fragment's own without looking whether there is room.
    static let slack = 64

    package init(cpu: CPU) {
        self.cpu = cpu
        words = .allocate(capacity: EventStream.capacity)
        words.initialize(repeating: EntryWord(rawValue: 0), count: EventStream.capacity)
    }

    deinit { words.deallocate() }

    @inline(__always) package func wants(_ kinds: EventKinds) -> Bool { !mask.isDisjoint(with: kinds) }

    // MARK: Observers

    package func attach(_ observer: any EngineObserver) {
        observers.append((observer, observer.interests))
        refresh()
    }

    package func detach(_ observer: any EngineObserver) {
        drain()
        observers.removeAll { $0.observer === observer }
        refresh()
    }

    func setRule(_ rule: any EvictionRule) {
        self.rule = rule.needsEntries ? rule : nil
        refresh()
    }

    private func refresh() {
        mask = observers.reduce(rule == nil ? [] : .entries) { $0.union($1.kinds) }
        cpu.pointee.engine.callCounts = wants(.hypervisorCalls) ? nil : callCounts
        cpu.pointee.engine.logsCalls = wants(.callWords)
        cpu.pointee.engine.tellsRings = wants(.ringChanges)
        let logs = mask.contains(.entries)
        cpu.pointee.engine.entryLog = logs ? words : nil
        cpu.pointee.engine.entryLogEnd = words + (EventStream.capacity - EventStream.slack)
    }

    /// Fragments made now write their entries to the log.
    var logsEntries: Bool { mask.contains(.entries) }

    // MARK: Events

    /// Tells everybody who wants it, as of now where no moment is given.  Ask `wants` first: making an event costs more
    /// than asking.
    package func send(_ event: EngineEvent, _ kind: EventKinds, at moment: Moment? = nil) {
        if event.isOfFragments { drain() }
        guard let moment = moment ?? clock?.moment else { return }
        for (observer, kinds) in observers where !kinds.isDisjoint(with: kind) { observer.observe(event, at: moment) }
    }

    // MARK: The log of entries

    /// Adds a word that is not a fragment's own.
    @inline(__always) package func note(_ word: UInt32) {
        guard let place = cpu.pointee.engine.entryLog else { return }
        place.pointee = EntryWord(rawValue: word)
        cpu.pointee.engine.entryLog = place + 1
        if let end = cpu.pointee.engine.entryLogEnd, place + 1 >= end { drain() }
    }

    /// What the log says of a call by the instruction at hand; see `noteCall`.
    @inline(__always) package func callWord(_ call: HypervisorCall) -> UInt32 {
        guard wants(.callWords), let running = cpu.pointee.engine.running else { return 0 }
        let offset = cpu.pointee.engine.eip &- running.pointee.eip
        return EntryWord.called | CallWord(call, offset: offset, faulted: false).rawValue
    }

    /// Adds a word that was made before the call, which moves EIP; `before` is `engine.inCacheCalls` of then.
    @inline(__always) package func noteCall(_ word: UInt32, _ before: UInt64, completed: Bool) {
        guard word != 0 else { return }
        let inCache = cpu.pointee.engine.inCacheCalls != before ? CallWord.inCache : 0
        note(word | inCache | (completed ? 0 : CallWord.faulted))
    }

    /// Hands over the entries so far.
    package func drain() {
        guard let place = cpu.pointee.engine.entryLog, place > words else { return }
        cpu.pointee.engine.entryLog = words
        let batch = UnsafeBufferPointer(start: words, count: place - words)
        tellRule(batch)
        guard let moment = clock?.moment else { return }
        for (observer, kinds) in observers where kinds.contains(.entries) {
            observer.observe(entries: batch, at: moment)
        }
    }

    private func tellRule(_ batch: UnsafeBufferPointer<EntryWord>) {
        guard let rule else { return }
        for word in batch {
            if let fragment = word.entered { rule.entered(fragment) }
        }
    }
}

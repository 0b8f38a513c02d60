/// Kinds of events, for saying which ones an observer wants.  What nobody wants costs nothing.
///
/// The kinds are computed: a stored one would be looked after by the runtime at every use.
public struct EventKinds: OptionSet, Hashable, Sendable {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A fragment was made.
    public static var translations: EventKinds { EventKinds(rawValue: 1 << 0) }
    /// Direct links between fragments, set and cut.
    public static var links: EventKinds { EventKinds(rawValue: 1 << 1) }
    /// Fragments that left the cache: invalidated, evicted, replaced; stores beside code.
    public static var removals: EventKinds { EventKinds(rawValue: 1 << 2) }
    public static var hypervisorCalls: EventKinds { EventKinds(rawValue: 1 << 3) }
    /// Exceptions, as they are raised.
    public static var faults: EventKinds { EventKinds(rawValue: 1 << 4) }
    /// Interrupts, exceptions and far transfers that changed the privilege level or the task.
    public static var ringChanges: EventKinds { EventKinds(rawValue: 1 << 5) }
    /// TLB misses and flushes.
    public static var tlb: EventKinds { EventKinds(rawValue: 1 << 6) }
    public static var pageWalks: EventKinds { EventKinds(rawValue: 1 << 7) }
    /// Every entry into a fragment, told in batches.
    public static var entries: EventKinds { EventKinds(rawValue: 1 << 8) }
    /// Entries are counted in the fragments, which say so when they leave the cache and when asked.
    public static var entryCounts: EventKinds { EventKinds(rawValue: 1 << 9) }
    /// External interrupts, as they are delivered.
    public static var interrupts: EventKinds { EventKinds(rawValue: 1 << 10) }

    /// Hypervisor calls as words of the log of entries, for observers that want `.entries` as well: much cheaper than an
    /// event for each.
    public static var callWords: EventKinds { EventKinds(rawValue: 1 << 11) }

    /// All but those that put a counter into every fragment or a word into its log.
    public static var all: EventKinds {
        [.translations, .links, .removals, .hypervisorCalls, .faults, .ringChanges, .tlb, .pageWalks, .interrupts]
    }
}

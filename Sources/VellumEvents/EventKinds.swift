/// Kinds of events, for saying which ones an observer wants.  What nobody wants costs nothing.
public struct EventKinds: OptionSet, Hashable, Sendable {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A fragment was made.
    public static let translations = EventKinds(rawValue: 1 << 0)
    /// Direct links between fragments, set and cut.
    public static let links = EventKinds(rawValue: 1 << 1)
    /// Fragments that left the cache: invalidated, evicted, replaced; stores beside code.
    public static let removals = EventKinds(rawValue: 1 << 2)
    public static let hypervisorCalls = EventKinds(rawValue: 1 << 3)
    /// Exceptions, as they are raised.
    public static let faults = EventKinds(rawValue: 1 << 4)
    /// Interrupts, exceptions and far transfers that changed the privilege level or the task.
    public static let ringChanges = EventKinds(rawValue: 1 << 5)
    /// TLB misses and flushes.
    public static let tlb = EventKinds(rawValue: 1 << 6)
    public static let pageWalks = EventKinds(rawValue: 1 << 7)
    /// Every entry into a fragment, told in batches.
    public static let entries = EventKinds(rawValue: 1 << 8)
    /// Entries are counted in the fragments, which say so when they leave the cache and when asked.
    public static let entryCounts = EventKinds(rawValue: 1 << 9)
    /// External interrupts, as they are delivered.
    public static let interrupts = EventKinds(rawValue: 1 << 10)

    /// All but the two that put a counter into every fragment.
    public static let all: EventKinds = [
        .translations, .links, .removals, .hypervisorCalls, .faults, .ringChanges, .tlb, .pageWalks, .interrupts,
    ]
}

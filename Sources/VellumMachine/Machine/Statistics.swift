/// The counters of a run, as the statistics show them (schema 1).
public struct Statistics: Equatable, Sendable {
    /// A count for each Popek–Goldberg class.
    public struct Classes: Equatable, Sendable {
        public var innocuous: UInt64 = 0
        public var privileged: UInt64 = 0
        public var sensitive: UInt64 = 0

        public init() {}
    }

    /// Guest instructions retired.
    public var executed: UInt64 = 0
    /// Guest instructions translated.
    public var translated: UInt64 = 0
    /// Classes of the instructions translated.
    public var translatedClasses = Classes()
    /// Classes of the instructions executed.
    public var executedClasses = Classes()
    /// Transfers that searched the cache.
    public var lookups: UInt64 = 0
    public var hits: UInt64 = 0
    public var misses: UInt64 = 0
    /// Transfers through a link.
    public var chained: UInt64 = 0
    public var fragments: UInt64 = 0
    public var liveFragments: UInt64 = 0
    public var guestBytes: UInt64 = 0
    public var cacheBytes: UInt64 = 0
    public var cacheCapacity: UInt64 = 0
    public var invalidations: UInt64 = 0
    public var cacheFlushes: UInt64 = 0
    public var retranslations: UInt64 = 0
    /// Fragments that an eviction rule took out one by one.
    public var evictions: UInt64 = 0
    /// Writes to pages with code that touched none of it.
    public var spuriousWrites: UInt64 = 0
    /// Misses by the name of their `TranslationCause`; they add up to `misses`.
    public var missesByCause: [String: UInt64] = [:]
    public var hypervisorCalls: UInt64 = 0
    public var hypervisorCallsInCache: UInt64 = 0
    /// Hypervisor calls by name.
    public var callsByKind: [String: UInt64] = [:]
    public var tlbMisses: UInt64 = 0
    public var tlbFlushes: UInt64 = 0
    public var translationSeconds: Double = 0

    public init() {}

    /// Every transfer of control into a fragment.
    public var entries: UInt64 { chained + lookups }
    /// Share of entries that found their fragment; zero when there were none.
    public var hitRate: Double { entries == 0 ? 0 : Double(chained + hits) / Double(entries) }
}

extension Machine {
    /// The counters of the run so far.
    public var statistics: Statistics {
        let engine = processor.statistics
        var all = Statistics()
        all.executed = engine.instructions
        all.translated = engine.translatedInstructions
        all.translatedClasses.innocuous = engine.innocuous
        all.translatedClasses.privileged = engine.privileged
        all.translatedClasses.sensitive = engine.sensitive
        all.executedClasses.innocuous = engine.executedInnocuous
        all.executedClasses.privileged = engine.executedPrivileged
        all.executedClasses.sensitive = engine.executedSensitive
        all.lookups = engine.lookups
        all.hits = engine.hits
        all.misses = engine.misses
        all.chained = engine.chained
        all.fragments = engine.fragments
        all.liveFragments = engine.liveFragments
        all.guestBytes = engine.guestBytes
        all.cacheBytes = engine.cacheBytes
        all.cacheCapacity = engine.cacheCapacity
        all.invalidations = engine.invalidations
        all.cacheFlushes = engine.flushes
        all.retranslations = engine.retranslations
        all.evictions = engine.evictions
        all.spuriousWrites = engine.spuriousWrites
        all.missesByCause = engine.missesByCause
        all.hypervisorCalls = engine.totalHypervisorCalls
        all.hypervisorCallsInCache = engine.hypervisorCallsInCache
        all.callsByKind = engine.hypervisorCalls
        all.tlbMisses = engine.tlbMisses
        all.tlbFlushes = engine.tlbFlushes
        all.translationSeconds = Double(engine.translationNanoseconds) / 1e9
        return all
    }
}

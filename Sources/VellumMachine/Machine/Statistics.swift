import VellumHypervisor

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
    /// Operands that were changed in place, since a store changed nothing else of their fragments.
    public var patches: UInt64 = 0
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
    public var statistics: Statistics { Statistics(processor.statistics) }

    /// Likewise for somebody who has counted all entries: adding them up takes time.
    package func statistics(entries: UInt64) -> Statistics { Statistics(processor.statistics(entries: entries)) }
}

extension Statistics {
    fileprivate init(_ engine: EngineStatistics) {
        self.init()
        executed = engine.instructions
        translated = engine.translatedInstructions
        translatedClasses.innocuous = engine.innocuous
        translatedClasses.privileged = engine.privileged
        translatedClasses.sensitive = engine.sensitive
        executedClasses.innocuous = engine.executedInnocuous
        executedClasses.privileged = engine.executedPrivileged
        executedClasses.sensitive = engine.executedSensitive
        lookups = engine.lookups
        hits = engine.hits
        misses = engine.misses
        chained = engine.chained
        fragments = engine.fragments
        liveFragments = engine.liveFragments
        guestBytes = engine.guestBytes
        cacheBytes = engine.cacheBytes
        cacheCapacity = engine.cacheCapacity
        invalidations = engine.invalidations
        patches = engine.patches
        cacheFlushes = engine.flushes
        retranslations = engine.retranslations
        evictions = engine.evictions
        spuriousWrites = engine.spuriousWrites
        missesByCause = engine.missesByCause
        hypervisorCalls = engine.totalHypervisorCalls
        hypervisorCallsInCache = engine.hypervisorCallsInCache
        callsByKind = engine.hypervisorCalls
        tlbMisses = engine.tlbMisses
        tlbFlushes = engine.tlbFlushes
        translationSeconds = Double(engine.translationNanoseconds) / 1e9
    }
}

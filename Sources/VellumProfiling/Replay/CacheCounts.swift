/// What a translation cache counts, real or replayed.
package struct CacheCounts: Equatable, Sendable {
    package var entries: UInt64 = 0
    package var chained: UInt64 = 0
    package var hits: UInt64 = 0
    package var misses: UInt64 = 0
    package var fragments: UInt64 = 0
    package var flushes: UInt64 = 0
    package var evictions: UInt64 = 0
    package var retranslations: UInt64 = 0

    package init() {}

    package var lookups: UInt64 { hits + misses }
    package var hitRate: Double { entries == 0 ? 0 : Double(chained + hits) / Double(entries) }
}

import VellumEvents
import VellumIA32

/// How the engine is set; none of it but `cpu` and `deprivileged` changes what a guest computes.
package struct EngineOptions: Equatable, Sendable {
    package var cpu = CPULevel.pentium3
    package var chaining = true
    package var passes = true
    /// Check every unit before it enters the cache, as debug builds always do.
    package var verify = false
    /// Bytes of fragments that the cache may hold.
    package var cacheSize = 64 << 20
    /// Instructions that a fragment may hold; zero means the default.
    package var blockLimit = 0
    /// What leaves a full cache.
    package var eviction = EvictionPolicy.flush
    /// Hypervisor calls are handled in the cache where that can be; else in the hypervisor, where that can be.
    package var callsInCache = true
    /// The kernel runs as under a monitor that virtualizes by trapping alone: for comparisons, while somebody watches
    /// hypervisor calls.  This does change what a guest computes.
    package var deprivileged = false

    package init() {}
}

/// What a processor that shut down was doing.
package struct ShutdownReport: Equatable, Sendable {
    /// The fault that could not be delivered, and where.
    package var fault: GuestFault
    package var eip: UInt32

    package var description: String {
        "\(fault.vector) (vector \(fault.vector.rawValue), error code \(fault.errorCode)) at EIP "
            + String(eip, radix: 16) + "h could not be delivered"
    }
}

/// Why the processor stopped running.
package enum StopReason: Equatable, Sendable {
    /// The instruction limit was reached.
    case limit
    /// The bus asked for attention: deadlines or lines may have changed.
    case events
    /// HLT was executed, and no interrupt is waiting that could be taken.
    case halted
    /// A triple fault.
    case shutdown(ShutdownReport)
    case stopRequested
    /// What a debugger asked for has come about.
    case debugger(ProcessorStop)
}

/// The engine's counters, as the statistics schema has them.
package struct EngineStatistics: Equatable, Sendable {
    package var instructions: UInt64 = 0
    package var translatedInstructions: UInt64 = 0
    /// Translated instructions by class.
    package var innocuous: UInt64 = 0
    package var privileged: UInt64 = 0
    package var sensitive: UInt64 = 0
    package var executedPrivileged: UInt64 = 0
    package var executedSensitive: UInt64 = 0
    package var lookups: UInt64 = 0
    package var hits: UInt64 = 0
    package var misses: UInt64 = 0
    package var chained: UInt64 = 0
    package var fragments: UInt64 = 0
    package var liveFragments: UInt64 = 0
    package var guestBytes: UInt64 = 0
    package var cacheBytes: UInt64 = 0
    package var cacheCapacity: UInt64 = 0
    package var invalidations: UInt64 = 0
    package var patches: UInt64 = 0
    package var flushes: UInt64 = 0
    /// Fragments that an eviction rule took out one by one.
    package var evictions: UInt64 = 0
    /// Writes to pages with code that touched none of it.
    package var spuriousWrites: UInt64 = 0
    /// Misses by why the fragment had to be made; they add up to `misses`.
    package var missesByCause: [String: UInt64] = [:]
    package var retranslations: UInt64 = 0
    /// Calls by kind; kinds that did not occur are absent.
    package var hypervisorCalls: [String: UInt64] = [:]
    package var hypervisorCallsInCache: UInt64 = 0
    package var tlbMisses: UInt64 = 0
    package var tlbFlushes: UInt64 = 0
    /// Host nanoseconds spent in the translator; zero unless timing was asked for.
    package var translationNanoseconds: UInt64 = 0

    package init() {}

    package var entries: UInt64 { chained + lookups }
    package var executedInnocuous: UInt64 {
        let others = executedPrivileged + executedSensitive
        return instructions > others ? instructions - others : 0
    }
    package var hitRate: Double { entries == 0 ? 0 : Double(chained + hits) / Double(entries) }
    package var totalHypervisorCalls: UInt64 { hypervisorCalls.values.reduce(0, +) }
}

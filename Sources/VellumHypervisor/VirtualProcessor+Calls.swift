import Glibc
import VellumEvents
import VellumExecution
import VellumIA32
import VellumMicroOps

/// Host time, for statistics alone: nothing that a guest can see depends on it.
enum HostClock {
    static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(bitPattern: Int64(time.tv_sec)) &* 1_000_000_000 &+ UInt64(bitPattern: Int64(time.tv_nsec))
    }
}

extension VirtualProcessor {
    /// The counters so far.
    package var statistics: EngineStatistics { statistics(entries: cache.entries) }

    /// Likewise for somebody who has counted the entries: they stand in the fragments, and adding them up takes time.
    package func statistics(entries: UInt64) -> EngineStatistics {
        var statistics = EngineStatistics()
        statistics.instructions = instructions
        statistics.translatedInstructions = translator.translatedInstructions
        (statistics.innocuous, statistics.privileged, statistics.sensitive) = classCounts
        statistics.hits = cache.counters.hits + cpu.pointee.engine.jumpHits
        statistics.misses = cache.counters.misses
        statistics.lookups = statistics.hits + statistics.misses
        statistics.chained = entries > statistics.lookups ? entries - statistics.lookups : 0
        statistics.fragments = cache.counters.fragments
        statistics.liveFragments = UInt64(cache.liveFragments)
        statistics.guestBytes = cache.counters.guestBytes
        statistics.cacheBytes = UInt64(cache.usedBytes)
        statistics.cacheCapacity = UInt64(cache.capacity)
        statistics.invalidations = cache.counters.invalidations
        statistics.patches = cache.counters.patches
        statistics.flushes = cache.counters.flushes
        statistics.evictions = cache.counters.evictions
        statistics.spuriousWrites = cache.counters.spurious &+ mmu.storesBesideCode
        for cause in TranslationCause.allCases {
            statistics.missesByCause[cause.name] = cache.counters.missesByCause[Int(cause.rawValue)]
        }
        statistics.retranslations = cache.counters.retranslations
        statistics.hypervisorCallsInCache = cpu.pointee.engine.inCacheCalls
        statistics.tlbMisses = mmu.misses
        statistics.tlbFlushes = mmu.flushes
        statistics.translationNanoseconds = translationNanoseconds
        for call in HypervisorCall.allCases where callCounts[Int(call.rawValue)] != 0 {
            statistics.hypervisorCalls[call.name] = callCounts[Int(call.rawValue)]
            switch call.sensitivity {
            case .innocuous: break
            case .privileged: statistics.executedPrivileged += callCounts[Int(call.rawValue)]
            case .sensitive: statistics.executedSensitive += callCounts[Int(call.rawValue)]
            }
        }
        return statistics
    }
}

import VellumEvents
import VellumMachine

/// What happened over the run, misses, and what other caches would have made of it.
extension Profile {
    static let columns = [
        "time_ns", "instructions", "entries", "chained", "misses", "translations", "invalidations", "evictions",
        "hypervisor_calls", "tlb_misses", "ring0", "ring1", "ring2", "ring3", "cache_bytes", "live_fragments",
    ]

    var timeline: JSON {
        let rows = recorder.timeline.samples.map { sample in
            JSON.row(
                [
                    sample.time, sample.instructions, sample.entries, sample.chained, sample.misses,
                    sample.translations, sample.invalidations, sample.evictions, sample.calls, sample.tlbMisses,
                ] + sample.rings + [sample.bytes, sample.liveFragments])
        }
        return .object([("columns", .list(Profile.columns.map { .text($0) })), ("rows", .list(rows))])
    }

    /// Why fragments had to be made when they were entered.
    var misses: JSON {
        let all = recorder.machine.statistics
        let causes = TranslationCause.allCases.map { ($0.name, all.missesByCause[$0.name] ?? 0) }
        return .object([("total", .integer(all.misses)), ("by_cause", .counts(causes))])
    }

    var whatIf: JSON {
        .object([
            ("entries_recorded", .integer(results.first?.counts.entries ?? 0)),
            ("instructions_recorded", .integer(recorder.recordedInstructions)),
            ("whole_run", .flag(recorder.recording.isComplete)), ("rows", .list(results.map(row))),
        ])
    }

    private func row(_ result: WhatIfResult) -> JSON {
        let counts = result.counts
        return .object([
            ("options", .list(result.settings.commandLine.map { .text($0) })),
            ("capacity", .integer(UInt64(result.settings.capacity))),
            ("eviction", .text(result.settings.policy.rawValue)), ("chaining", .flag(result.settings.chaining)),
            ("block_limit", .integer(UInt64(result.settings.blockLimit))), ("exact", .flag(result.isExact)),
            ("entries", .integer(counts.entries)), ("chained", .integer(counts.chained)),
            ("lookups", .integer(counts.lookups)), ("hits", .integer(counts.hits)),
            ("misses", .integer(counts.misses)), ("hit_rate", .number(counts.hitRate)),
            ("fragments", .integer(counts.fragments)), ("flushes", .integer(counts.flushes)),
            ("evictions", .integer(counts.evictions)), ("retranslations", .integer(counts.retranslations)),
        ])
    }
}

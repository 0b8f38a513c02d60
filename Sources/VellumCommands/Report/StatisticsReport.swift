import VellumMachine

/// The statistics of a run as JSON, schema 1.
struct StatisticsReport {
    var image: String
    var kind: ImageKind
    var memory: Int
    var exit: ExitReport
    var statistics: Statistics
    var wallSeconds: Double
    /// The report on a guest that cannot go on.
    var deadEnd: DeadEnd?

    var json: JSON {
        let ended = deadEnd.map { [("dead_end", DeadEndReport(deadEnd: $0).json)] } ?? []
        return .object([("schema", .integer(1))] + header + counters + [("time", time)] + ended)
    }

    /// What ran, and how it ended.
    var header: [(String, JSON)] {
        [
            ("vellum", .text(Version.current)),
            (
                "guest",
                .object([
                    ("image", .text(image)), ("kind", .text(kind.rawValue)), ("memory", .signed(Int64(memory))),
                ])
            ),
            ("exit", .object([("reason", .text(exit.reason.rawValue)), ("status", .signed(Int64(exit.status)))])),
        ]
    }

    /// All that is the same on every run.
    var counters: [(String, JSON)] {
        [
            ("instructions", counts([("executed", statistics.executed), ("translated", statistics.translated)])),
            ("sensitivity", sensitivity),
            ("cache", cache),
            ("hypervisor_calls", hypervisorCalls),
            ("tlb", counts([("misses", statistics.tlbMisses), ("flushes", statistics.tlbFlushes)])),
        ]
    }

    private func counts(_ members: [(String, UInt64)]) -> JSON {
        .object(members.map { ($0.0, .integer($0.1)) })
    }

    private func members(_ classes: Statistics.Classes) -> [(String, JSON)] {
        [
            ("innocuous", .integer(classes.innocuous)), ("privileged", .integer(classes.privileged)),
            ("sensitive", .integer(classes.sensitive)),
        ]
    }

    private var sensitivity: JSON {
        .object(members(statistics.translatedClasses) + [("executed", .object(members(statistics.executedClasses)))])
    }

    private var cache: JSON {
        let all = statistics
        return .object([
            ("lookups", .integer(all.lookups)), ("hits", .integer(all.hits)), ("misses", .integer(all.misses)),
            ("hit_rate", .number(all.hitRate)), ("entries", .integer(all.entries)),
            ("chained", .integer(all.chained)), ("fragments", .integer(all.fragments)),
            ("live_fragments", .integer(all.liveFragments)), ("guest_bytes", .integer(all.guestBytes)),
            ("bytes", .integer(all.cacheBytes)), ("capacity", .integer(all.cacheCapacity)),
            ("invalidations", .integer(all.invalidations)), ("patches", .integer(all.patches)),
            ("flushes", .integer(all.cacheFlushes)),
            ("retranslations", .integer(all.retranslations)),
        ])
    }

    private var hypervisorCalls: JSON {
        let kinds = statistics.callsByKind.sorted { $0.key < $1.key }
        return .object([
            ("total", .integer(statistics.hypervisorCalls)), ("in_cache", .integer(statistics.hypervisorCallsInCache)),
            ("by_kind", counts(kinds.map { ($0.key, $0.value) })),
        ])
    }

    var time: JSON {
        let mips = wallSeconds > 0 ? Double(statistics.executed) / wallSeconds / 1e6 : 0
        return .object([
            ("wall_seconds", .number(wallSeconds)), ("translation_seconds", .number(statistics.translationSeconds)),
            ("guest_mips", .number(mips)),
        ])
    }
}

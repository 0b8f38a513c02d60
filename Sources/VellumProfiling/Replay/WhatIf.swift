import VellumEvents

/// Settings of the engine that a recording is replayed with.
package struct WhatIfSettings: Equatable, Sendable {
    package var capacity: Int
    package var policy = EvictionPolicy.flush
    package var chaining = true
    /// Zero for the limit of the recording.
    package var blockLimit = 0
    /// The options of `vellum run` that differ from the recording's.
    package var commandLine: [String] = []
}

/// What would have been.
package struct WhatIfResult: Sendable {
    package var settings: WhatIfSettings
    package var counts: CacheCounts
    /// A real run counts exactly this; otherwise it is an estimate.
    package var isExact: Bool
}

/// Replays a recorded sequence of entries against other caches.
package struct WhatIf {
    private let recording: EntryRecording
    private let table: PlaceTable

    init(_ recording: EntryRecording, _ table: PlaceTable) {
        self.recording = recording
        self.table = table
    }

    package func replay(_ settings: WhatIfSettings) -> WhatIfResult {
        settings.blockLimit == 0 ? replayWhole(settings) : replaySplit(settings)
    }

    /// The sequence is complete, and writes to code were met by the same fragments everywhere.
    private var isSettled: Bool { recording.isComplete && !(recording.hadEvictions && recording.hadKills) }

    private func replayWhole(_ settings: WhatIfSettings) -> WhatIfResult {
        var cache = SimulatedCache(
            places: table.places.count, capacity: settings.capacity, policy: settings.policy,
            chaining: settings.chaining)
        for word in recording.words {
            let number = word & EntryWord.number
            let version = table.versions[Int(min(number, UInt32(table.versions.count - 1)))]
            switch word & ~EntryWord.number {
            case 0: cache.entered(version, number)
            case EntryWord.runLoop: cache.runLoop()
            case EntryWord.leftEarly: cache.leftEarly()
            case EntryWord.deferred: cache.deferred(version, number)
            case EntryRecording.killed: cache.killed(version)
            case EntryRecording.emptied: cache.emptied()
            default: break
            }
        }
        return WhatIfResult(settings: settings, counts: cache.counts, isExact: isSettled && !cache.isEstimate)
    }

    private func replaySplit(_ settings: WhatIfSettings) -> WhatIfResult {
        var splitter = BlockSplitter(table, limit: settings.blockLimit)
        var cache = SimulatedCache(
            places: 0, capacity: settings.capacity, policy: settings.policy, chaining: settings.chaining)
        var isEstimate = recording.hadKills
        let words = recording.words
        for (index, word) in words.enumerated() {
            let number = Int(word & EntryWord.number)
            switch word & ~EntryWord.number {
            case 0 where number < table.versions.count:
                // What was left early is said by the word behind it, before or after that of a block operation.
                let next = words[(index + 1)..<min(index + 3, words.count)]
                    .first { $0 & ~EntryWord.number != EntryWord.repeated }
                enter(number, next ?? 0, &splitter, &cache)
            case EntryWord.runLoop: cache.runLoop()
            case EntryWord.leftEarly: cache.leftEarly()
            // Where exactly single instructions begin depends on the limit.
            case EntryWord.deferred: isEstimate = true
            case EntryRecording.emptied: cache.emptied()
            default: break
            }
        }
        if cache.counts.flushes > 0 || cache.counts.evictions > 0 { isEstimate = true }
        return WhatIfResult(
            settings: settings, counts: cache.counts, isExact: isSettled && !isEstimate && !cache.isEstimate)
    }

    private func enter(
        _ number: Int, _ next: UInt32, _ splitter: inout BlockSplitter, _ cache: inout SimulatedCache
    ) {
        let left = next & ~EntryWord.number == EntryWord.leftEarly
        let missing = left ? Int(next & EntryWord.count) : 0
        let tried = left && next & EntryWord.tried != 0
        let executed = Int(table.versions[number].count) - missing
        for (version, piece) in splitter.entered(number, executed: executed, tried: tried) {
            cache.growPlaces(to: splitter.placeCount)
            cache.entered(version, piece)
        }
    }
}

import VellumEvents
import VellumMachine

extension ProfileRecorder {
    /// The recording under other settings: the recording's own first, then without links, then smaller caches under each
    /// rule, then shorter blocks.
    package func whatIf() -> [WhatIfResult] {
        let replay = WhatIf(recording, places)
        return settings.map { replay.replay($0) }
    }

    private var settings: [WhatIfSettings] {
        let own = machine.configuration
        let base = WhatIfSettings(capacity: own.cacheSize, policy: own.eviction, chaining: own.chaining)
        var all = [base]
        if own.chaining {
            var unchained = base
            unchained.chaining = false
            unchained.commandLine = ["--no-chaining"]
            all.append(unchained)
        }
        for capacity in capacities {
            for policy in EvictionPolicy.allCases where capacity != own.cacheSize || policy != own.eviction {
                var smaller = base
                smaller.capacity = capacity
                smaller.policy = policy
                smaller.commandLine = ["--cache-size", ProfileRecorder.size(capacity), "--eviction", policy.rawValue]
                all.append(smaller)
            }
        }
        guard own.blockLimit == 0 else { return all }
        for limit in [1, 4, 16] {
            var shorter = base
            shorter.blockLimit = limit
            shorter.commandLine = ["--block-limit", String(limit)]
            all.append(shorter)
        }
        return all
    }

    /// Powers of two below what the run needed, down to the least that a cache may have.
    private var capacities: [Int] {
        let most = Int(clamping: timeline.samples.map(\.bytes).max() ?? 0)
        var capacity = 1 << 30
        var found: [Int] = []
        while capacity >= 64 << 10, found.count < 3 {
            if capacity < most { found.append(capacity) }
            capacity /= 2
        }
        return found
    }

    private static func size(_ bytes: Int) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20)M" : "\(bytes >> 10)K"
    }

    /// The counts of the run itself, for comparing.
    package var ownCounts: CacheCounts { CacheCounts(machine.statistics) }
}

extension CacheCounts {
    package init(_ statistics: Statistics) {
        self.init()
        entries = statistics.entries
        chained = statistics.chained
        hits = statistics.hits
        misses = statistics.misses
        fragments = statistics.fragments
        flushes = statistics.cacheFlushes
        evictions = statistics.evictions
        retranslations = statistics.retranslations
    }
}

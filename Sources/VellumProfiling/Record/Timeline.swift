import VellumMachine

/// The counters at one moment of guest time; all but occupancy only grow.
struct TimelineSample {
    /// Virtual nanoseconds.
    var time: UInt64 = 0
    var instructions: UInt64 = 0
    var entries: UInt64 = 0
    var chained: UInt64 = 0
    var misses: UInt64 = 0
    var translations: UInt64 = 0
    var invalidations: UInt64 = 0
    var evictions: UInt64 = 0
    var calls: UInt64 = 0
    var tlbMisses: UInt64 = 0
    /// Instructions by ring.
    var rings: [UInt64] = [0, 0, 0, 0]
    /// The cache's bytes in use, and its fragments.
    var bytes: UInt64 = 0
    var liveFragments: UInt64 = 0
    /// Host nanoseconds since the start.
    var wall: UInt64 = 0

    init() {}

    init(_ machine: Machine, entries count: UInt64, rings: [UInt64], wall: UInt64) {
        let all = machine.statistics(entries: count)
        time = machine.virtualTime
        instructions = all.executed
        entries = all.entries
        chained = all.chained
        misses = all.misses
        translations = all.fragments
        invalidations = all.invalidations
        evictions = all.evictions + all.cacheFlushes
        calls = all.hypervisorCalls
        tlbMisses = all.tlbMisses
        bytes = all.cacheBytes
        liveFragments = all.liveFragments
        self.rings = rings
        self.wall = wall
    }
}

/// Samples over the run, at most 2048 of them: when there are more, every second one goes and the distance doubles.
struct Timeline {
    private(set) var samples: [TimelineSample] = []
    private var interval: UInt64 = 10_000
    private(set) var next: UInt64 = 0
    private static let capacity = 2048

    mutating func add(_ sample: TimelineSample) {
        samples.append(sample)
        if samples.count == Timeline.capacity {
            samples = samples.enumerated().filter { $0.offset & 1 == 1 }.map(\.element)
            interval *= 2
        }
        next = sample.instructions + interval
    }
}

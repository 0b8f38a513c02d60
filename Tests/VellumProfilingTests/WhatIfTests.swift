import Testing
import VellumEvents
import VellumMachine

@testable import VellumProfiling

/// What a replay predicts is what a real run counts.
@Suite struct WhatIfTests {
    private func real(_ guest: SmallGuest, _ settings: WhatIfSettings) throws -> CacheCounts {
        let machine = try Machine(
            guest.configuration {
                $0.cacheSize = settings.capacity
                $0.eviction = settings.policy
                $0.chaining = settings.chaining
                $0.blockLimit = settings.blockLimit
            })
        #expect(machine.run(maximumInstructions: 1_000_000).reason == .halted)
        return CacheCounts(machine.statistics)
    }

    @Test(arguments: SmallGuest.allCases) func theOwnSettingsGiveTheOwnCounts(guest: SmallGuest) throws {
        let recorder = try record(guest.configuration())
        let own = try #require(recorder.whatIf().first)
        #expect(own.isExact)
        #expect(own.counts == recorder.ownCounts)
    }

    @Test(arguments: SmallGuest.allCases) func exactPredictionsEqualRealRuns(guest: SmallGuest) throws {
        let recorder = try record(guest.configuration())
        let results = recorder.whatIf().filter(\.isExact)
        #expect(results.count >= 2)
        for result in results {
            let counted = try real(guest, result.settings)
            #expect(result.counts == counted, "\(result.settings)")
        }
    }

    /// All rules and sizes are claimed where no code is written, and evict something.
    @Test func smallerCachesArePredictedUnderEveryRule() throws {
        let results = try record(SmallGuest.wide.configuration()).whatIf()
        #expect(!results.contains { !$0.isExact })
        for policy in EvictionPolicy.allCases {
            let tight = results.filter { $0.settings.policy == policy && $0.settings.capacity == 64 << 10 }
            #expect(tight.contains { $0.counts.flushes + $0.counts.evictions > 0 })
        }
    }

    /// A recording under pressure predicts the roomy cache as well.
    @Test func aRoomyCacheIsPredictedFromATightOne() throws {
        let recorder = try record(SmallGuest.wide.configuration { $0.cacheSize = 64 << 10 })
        let roomy = WhatIf(recorder.recording, recorder.places).replay(WhatIfSettings(capacity: 64 << 20))
        #expect(roomy.isExact)
        let counted = try real(.wide, roomy.settings)
        #expect(roomy.counts == counted)
    }

    @Test func aRecordingThatIsFullIsNoExactOne() throws {
        var options = ProfileOptions()
        options.recordedEntries = 100
        let recorder = try record(SmallGuest.loops.configuration(), options)
        #expect(!recorder.whatIf().contains { $0.isExact })
    }
}

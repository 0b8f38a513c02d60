import Testing
import Vellum

@testable import VellumProfiling

/// Profiles of the benchmark guests against runs that nobody watches.
@Suite struct ProfileTests {
    static let guests: [(String, Int)] = [("records", 1), ("bytecode", 5), ("system", 20), ("paging", 1)]

    private func plain(
        _ kernel: String, _ n: Int, _ adjust: @escaping (inout MachineConfiguration) -> Void = { _ in }
    ) throws -> Statistics {
        let guest = try GuestRunner(Guests.kernel(kernel), commandLine: "n=\(n)", adjust: adjust)
        #expect(guest.finish().reason == .debugExit)
        return guest.machine.statistics
    }

    private func profile(_ kernel: String, _ n: Int) throws -> ProfileRecorder {
        let guest = try GuestRunner(Guests.kernel(kernel), commandLine: "n=\(n)")
        let recorder = ProfileRecorder(guest.machine, options: ProfileOptions()) { 0 }
        guest.machine.attach(recorder)
        #expect(guest.finish().reason == .debugExit)
        recorder.finish()
        return recorder
    }

    @Test(arguments: guests) func watchingChangesNoCount(kernel: String, n: Int) throws {
        var watched = try profile(kernel, n).machine.statistics
        var alone = try plain(kernel, n)
        (watched.translationSeconds, alone.translationSeconds) = (0, 0)
        #expect(watched == alone)
    }

    @Test(arguments: guests) func exactPredictionsEqualRealRuns(kernel: String, n: Int) throws {
        let recorder = try profile(kernel, n)
        let results = recorder.whatIf()
        #expect(results.first?.counts == recorder.ownCounts)
        let exact = results.filter { $0.isExact && $0.settings.blockLimit == 0 }
        #expect(exact.count >= 2)
        for result in exact {
            let real = try plain(kernel, n) {
                $0.cacheSize = result.settings.capacity
                $0.eviction = result.settings.policy
                $0.chaining = result.settings.chaining
            }
            #expect(CacheCounts(real) == result.counts, "\(kernel) \(result.settings.commandLine)")
        }
    }

    @Test(arguments: guests) func instructionsAndMissesAddUp(kernel: String, n: Int) throws {
        let recorder = try profile(kernel, n)
        let all = recorder.machine.statistics
        #expect(recorder.places.places.reduce(0) { $0 + $1.instructions } == all.executed)
        #expect(all.missesByCause.values.reduce(0, +) == all.misses)
        #expect(recorder.timeline.samples.last?.rings.reduce(0, +) == all.executed)
    }
}

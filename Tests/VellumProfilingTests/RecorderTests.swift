import Foundation
import Testing
import VellumEvents
import VellumMachine

@testable import VellumProfiling

/// What a recorder keeps agrees with the machine's counters, and with itself.
@Suite struct RecorderTests {
    @Test(arguments: SmallGuest.allCases) func placesAddUpToTheStatistics(guest: SmallGuest) throws {
        let recorder = try record(guest.configuration())
        let all = recorder.machine.statistics
        let places = recorder.places.places
        #expect(places.reduce(0) { $0 + $1.instructions } == all.executed)
        #expect(places.reduce(0) { $0 + $1.entries } == all.entries)
        #expect(places.reduce(0) { $0 + $1.translations } == all.fragments)
        #expect(places.reduce(0) { $0 + $1.invalidations } == all.invalidations)
        #expect(places.reduce(0) { $0 + $1.translatedInstructions } == all.translated)
        #expect(recorder.places.calls.reduce(0) { $0 + $1.count } == all.hypervisorCalls)
        #expect(recorder.timeline.samples.last?.rings.reduce(0, +) == all.executed)
    }

    @Test func theThrashingStoreIsBlamedWithItsCost() throws {
        let recorder = try record(SmallGuest.thrash.configuration())
        let worst = try #require(recorder.blame.entries.max { $0.kills < $1.kills })
        #expect(worst.instruction == 0x10006)
        #expect(worst.kills == 99)
        #expect(worst.retranslations == 99)
        #expect(worst.retranslatedInstructions == 198)
        #expect(recorder.places.places[worst.victim].latest.eip == 0x10016)
    }

    @Test(arguments: SmallGuest.allCases) func twoRunsGiveTheSameReport(guest: SmallGuest) throws {
        let texts = try (0..<2).map { _ in
            JSON.object(Profile(try record(guest.configuration()), symbols: SymbolTable()).members).compact()
        }
        #expect(texts[0] == texts[1])
    }

    /// Every fragment listed shows all its instructions, with micro-ops beside them.
    @Test func listingsAreWhole() throws {
        let recorder = try record(SmallGuest.loops.configuration())
        let lister = CodeLister(recorder.machine)
        for place in recorder.places.places {
            let lines = lister.lines(place.latest)
            #expect(lines.count == place.latest.instructions)
            #expect(lines.flatMap(\.bytes) == place.latest.code)
            #expect(lines.allSatisfy { !$0.text.isEmpty })
            #expect(lines.contains { !$0.operations.isEmpty })
        }
    }

    @Test func aLongTimelineStaysShort() {
        var timeline = Timeline()
        var sample = TimelineSample()
        for step in UInt64(0)..<1_000_000 where step * 100 >= timeline.next {
            sample.instructions = step * 100
            timeline.add(sample)
        }
        #expect((1000...2048).contains(timeline.samples.count))
        #expect(timeline.samples.map(\.instructions) == timeline.samples.map(\.instructions).sorted())
    }

    @Test func countTablesGrow() {
        let table = CountTable()
        for key in UInt64(0)..<5000 { table.add(key << 32, key) }
        for key in UInt64(0)..<5000 { table.add(key << 32) }
        #expect(table.sorted.map(\.count) == (0..<5000).map { $0 + 1 })
    }

    /// The kernel `system` asks for INT n in ring 0 and in ring 3; what returns is in ring 0 always.
    @Test func callsBelongToTheRingOfTheirInstruction() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var image = try BootImage(path: root.appendingPathComponent("benchmarks/guests/build/guest/system.elf").path)
        image.commandLine = "n=10"
        let machine = try Machine(MachineConfiguration(image: image))
        let recorder = ProfileRecorder(machine, options: ProfileOptions()) { 0 }
        machine.attach(recorder)
        _ = machine.run(maximumInstructions: 10_000_000)
        recorder.finish()
        var rings: [String: [UInt64]] = [:]
        for (key, count) in recorder.places.calls {
            rings[key.kind.name, default: [0, 0, 0, 0]][key.ring] += count
        }
        // Most of them the cache handled, watched or not.
        let cached = recorder.places.calls.reduce(0) { $0 + ($1.key.inCache ? $1.count : 0) }
        #expect(cached == machine.statistics.hypervisorCallsInCache && cached > 150)
        // Ten of each kind, and the one that leaves ring 3 for good.
        #expect(rings["int"] == [10, 0, 0, 11])
        #expect(rings["iret"] == [21, 0, 0, 0])
        #expect(rings["popf"] == [11, 0, 0, 0])
    }

    // MARK: Faults

    /// cli, then at CPL 3 by way of a flat program in real mode there is no ring: the rules are asked directly.
    @Test func faultsOfRealGuestsAreExplained() throws {
        // lidt [vectors]; lgdt [vectors]; then a load of a selector beyond the GDT in protected mode:
        // mov ax, 0x50; mov ds, ax
        let code: [UInt8] = [0x66, 0xB8, 0x50, 0, 0x8E, 0xD8, 0xF4]
        var image = BootImage(name: "selector", bytes: code)
        image.flat = FlatLayout(load: 0x10000, entry: 0x10000)
        var configuration = MachineConfiguration(image: image)
        configuration.memory = 1 << 20
        let machine = try Machine(configuration)
        let recorder = ProfileRecorder(machine, options: ProfileOptions()) { 0 }
        machine.attach(recorder)
        machine.run(maximumInstructions: 100)
        recorder.finish()
        let fault = try #require(recorder.faults.sorted.first)
        #expect(fault.key.vector == 13)
        #expect(fault.key.errorCode == 0x50)
        #expect(fault.value.explanation.instruction == "mov ds, eax")
        #expect(fault.value.explanation.rule.contains("selector 0x50 lies beyond its descriptor table"))
    }
}

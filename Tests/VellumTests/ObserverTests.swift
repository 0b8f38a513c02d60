import Testing
import Vellum

/// Guests of a few bytes for looking at the engine.
enum TinyGuest: String, CaseIterable {
    case counting, thrashing, wide

    var code: [UInt8] {
        switch self {
        case .counting: Self.loop
        case .thrashing: Self.thrash
        case .wide: Self.manyBlocks(500)
        }
    }

    static func image(_ code: [UInt8]) -> BootImage {
        var image = BootImage(name: "tiny", bytes: code)
        image.flat = FlatLayout(load: 0x10000, entry: 0x10000)
        return image
    }

    /// cli; mov ecx, 1000; loop: inc eax; dec ecx; jnz loop; hlt
    static let loop: [UInt8] = [0xFA, 0xB9, 0xE8, 3, 0, 0, 0x40, 0x49, 0x75, 0xFC, 0xF4]

    /// cli; mov ecx, 100; loop: xor byte [target], 8; call target; dec ecx; jnz loop; hlt; target: inc eax; ret
    static let thrash: [UInt8] = [
        0xFA, 0xB9, 100, 0, 0, 0, 0x80, 0x35, 0x16, 0, 1, 0, 8, 0xE8, 0x04, 0, 0, 0, 0x49, 0x75, 0xF1, 0xF4, 0x40, 0xC3,
    ]

    /// cli; mov ecx, 100; loop: inc byte [target + 1]; call target; dec ecx; jnz loop; hlt; target: mov al, 0; ret
    static let patch: [UInt8] = [
        0xFA, 0xB9, 100, 0, 0, 0, 0xFE, 0x05, 0x16, 0, 1, 0, 0xE8, 0x04, 0, 0, 0, 0x49, 0x75, 0xF2, 0xF4, 0xB0, 0, 0xC3,
    ]

    /// cli; mov ecx, 6; again: `count` blocks of jmp $+2; dec ecx; jnz again; hlt
    static func manyBlocks(_ count: Int) -> [UInt8] {
        var code: [UInt8] = [0xFA, 0xB9, 6, 0, 0, 0]
        for _ in 0..<count { code += [0xEB, 0] }
        let back = UInt32(bitPattern: Int32(-(count * 2 + 7)))
        code += [0x49, 0x0F, 0x85] + (0..<4).map { UInt8(truncatingIfNeeded: back >> UInt32($0 * 8)) } + [0xF4]
        return code
    }
}

/// Keeps what it is told.
final class Witness: EngineObserver {
    let interests: EventKinds
    var events: [(event: EngineEvent, moment: Moment)] = []
    var words: [EntryWord] = []

    init(_ interests: EventKinds) { self.interests = interests }

    func observe(_ event: EngineEvent, at moment: Moment) { events.append((event, moment)) }
    func observe(entries words: UnsafeBufferPointer<EntryWord>, at moment: Moment) { self.words += words }

    func count(_ matches: (EngineEvent) -> Bool) -> Int { events.count { matches($0.event) } }

    var entries: [FragmentID] {
        words.compactMap { if case .entered(let fragment) = $0.meaning { fragment } else { nil } }
    }
}

/// The event stream through the public interface: what it tells, and that watching changes nothing.
@Suite struct ObserverTests {
    private func run(
        _ code: [UInt8], _ observer: (any EngineObserver)?, rule: (any EvictionRule)? = nil,
        _ adjust: (inout MachineConfiguration) -> Void = { _ in }
    ) throws -> Machine {
        var configuration = MachineConfiguration(image: TinyGuest.image(code))
        configuration.memory = 1 << 20
        adjust(&configuration)
        let machine = try Machine(configuration, evictionRule: rule)
        if let observer { machine.attach(observer) }
        #expect(machine.run(maximumInstructions: 1_000_000).reason == .halted)
        machine.flushObservations()
        return machine
    }

    private func counts(_ machine: Machine) -> Statistics {
        var statistics = machine.statistics
        statistics.translationSeconds = 0
        return statistics
    }

    @Test(arguments: TinyGuest.allCases) func watchingChangesNoCount(guest: TinyGuest) throws {
        let code = guest.code
        let alone = counts(try run(code, nil))
        #expect(counts(try run(code, Witness(.all))) == alone)
        #expect(counts(try run(code, Witness([.all, .entries]))) == alone)
        #expect(counts(try run(code, Witness([.entryCounts]))) == alone)
    }

    @Test func everyEntryIsLoggedAndCounted() throws {
        let witness = Witness([.entries, .translations])
        let machine = try run(TinyGuest.loop, witness)
        #expect(UInt64(witness.entries.count) == machine.statistics.entries)
        let counter = Witness([.entryCounts])
        _ = try run(TinyGuest.loop, counter)
        let counted = counter.events.reduce(UInt64(0)) { sum, next in
            if case .counted(_, let entries) = next.event { sum + entries } else { sum }
        }
        #expect(counted == machine.statistics.entries)
    }

    /// Instructions of the fragments entered, less those not executed, are the instructions retired.
    @Test(arguments: TinyGuest.allCases) func theLogAddsUpToAllInstructions(guest: TinyGuest) throws {
        let witness = Witness([.entries, .translations])
        let machine = try run(guest.code, witness)
        var lengths: [FragmentID: Int] = [:]
        for (event, _) in witness.events {
            if case .translated(let made) = event { lengths[made.id] = made.instructions }
        }
        let retired = witness.words.reduce(0) { sum, word in
            switch word.meaning {
            case .entered(let fragment): sum + (lengths[fragment] ?? 0)
            case .repeated(let more): sum + Int(more)
            case .leftEarly(let fewer, _): sum - Int(fewer)
            case .runLoop, .deferred, .called: sum
            }
        }
        #expect(UInt64(retired) == machine.statistics.executed)
    }

    @Test func storesIntoCodeAreBlamedOnTheirInstruction() throws {
        let witness = Witness([.removals, .translations])
        let machine = try run(TinyGuest.thrash, witness)
        let blamed = witness.events.compactMap { event, _ in
            if case .invalidated(_, let write) = event { write } else { nil }
        }
        #expect(UInt64(blamed.count) == machine.statistics.invalidations)
        #expect(machine.statistics.invalidations >= 99)
        #expect(blamed.allSatisfy { $0.eip == 0x10006 && $0.linear == 0x10016 && $0.writer == .store })
        let again = witness.count { if case .translated(let made) = $0 { made.cause == .invalidated } else { false } }
        #expect(UInt64(again) == machine.statistics.retranslations)
    }

    /// A store that changes an immediate changes the fragment in place, once one has killed a fragment of the page.
    @Test func patchesAreTold() throws {
        let witness = Witness([.removals])
        let machine = try run(TinyGuest.patch, witness)
        let patches = witness.events.compactMap { event, _ in
            if case .patched(_, let write) = event { write } else { nil }
        }
        #expect(patches.count == 98 && machine.statistics.patches == 98)
        #expect(patches.allSatisfy { $0.eip == 0x10006 && $0.linear == 0x10016 && $0.writer == .store })
        #expect(machine.statistics.invalidations == 1)
        #expect(machine.registers.eax & 0xFF == 100)
    }

    @Test func linksAreToldAsTheyAreSetAndCut() throws {
        let witness = Witness([.links])
        _ = try run(TinyGuest.thrash, witness)
        let set = witness.count { if case .chained = $0 { true } else { false } }
        let cut = witness.count { if case .unchained = $0 { true } else { false } }
        #expect(cut > 90)
        #expect(set >= cut)
    }

    @Test(arguments: EvictionPolicy.allCases) func aSmallCacheEvictsByTheRule(policy: EvictionPolicy) throws {
        let code = TinyGuest.manyBlocks(500)
        let roomy = try run(code, nil)
        let witness = Witness([.removals, .translations])
        let tight = try run(code, witness) {
            $0.cacheSize = 64 << 10
            $0.eviction = policy
        }
        #expect(tight.statistics.executed == roomy.statistics.executed)
        #expect(tight.statistics.misses > roomy.statistics.misses)
        #expect((tight.statistics.cacheFlushes > 0) == (policy == .flush))
        #expect((tight.statistics.evictions > 0) == (policy != .flush))
        #expect(tight.statistics.cacheBytes <= 64 << 10)
        #expect(tight.statistics.misses == tight.statistics.missesByCause.values.reduce(0, +))
        let gone = witness.count { if case .evicted = $0 { true } else { false } }
        #expect(UInt64(gone) + tight.statistics.liveFragments == tight.statistics.fragments)
    }

    @Test(arguments: TinyGuest.allCases, [0, 1, 7]) func entriesAreChainedOrLookedUp(guest: TinyGuest, limit: Int)
        throws
    {
        for chaining in [true, false] {
            let witness = Witness([.entries])
            let machine = try run(guest.code, witness) {
                $0.blockLimit = limit
                $0.chaining = chaining
            }
            let all = machine.statistics
            #expect(all.lookups == all.hits + all.misses)
            #expect(all.entries == UInt64(witness.entries.count))
            #expect((all.chained > 0) == chaining)
            #expect(all.cacheFlushes == 0)
        }
    }

    @Test func hypervisorCallsHaveAPlace() throws {
        let witness = Witness([.hypervisorCalls])
        _ = try run(TinyGuest.loop, witness)
        let calls = witness.events.compactMap { event, _ in
            if case .hypervisorCall(let call) = event { call } else { nil }
        }
        #expect(calls.map(\.kind.name) == ["cli", "hlt"])
        #expect(calls.map(\.linear) == [0x10000, 0x1000A])
        #expect(calls.allSatisfy { $0.completed && $0.kind.isPrivileged })
    }

    @Test func callsInTheLogAreThoseOfTheEvents() throws {
        // cli; pushf; popf; smsw eax; mov ecx, 3; again: in al, 0x80; out 0x80, al; loop again; hlt
        let code: [UInt8] = [
            0xFA, 0x9C, 0x9D, 0x0F, 0x01, 0xE0, 0xB9, 3, 0, 0, 0, 0xE4, 0x80, 0xE6, 0x80, 0xE2, 0xFA, 0xF4,
        ]
        let events = Witness([.hypervisorCalls])
        _ = try run(code, events)
        let log = Witness([.entries, .callWords, .translations])
        let machine = try run(code, log)
        var places: [FragmentID: UInt32] = [:]
        for case .translated(let made) in log.events.map(\.event) { places[made.id] = made.linear }
        var current: UInt32 = 0
        var logged: [String] = []
        for word in log.words {
            switch word.meaning {
            case .entered(let fragment): current = try #require(places[fragment])
            case .called(let call): logged.append("\(call.kind) \(current + call.offset) \(call.completed)")
            default: break
            }
        }
        let told = events.events.compactMap { event, _ in
            if case .hypervisorCall(let call) = event { "\(call.kind) \(call.linear) \(call.completed)" } else { nil }
        }
        #expect(logged == told)
        #expect(UInt64(logged.count) == machine.statistics.hypervisorCalls)
        #expect(logged.count == 11)
    }

    /// The moment of a call is that of its instruction, whatever the call changes.
    @Test func callsAreToldAsOfTheirInstruction() throws {
        let witness = Witness([.hypervisorCalls])
        _ = try run(TinyGuest.loop, witness)
        #expect(witness.events.map(\.moment.eip) == [0x10000, 0x1000A])
        #expect(witness.events.map(\.moment.instructions) == [0, 3002])
    }

    /// Counts stand in the fragments all the time; who comes late is told what came after.
    @Test func countsBeginWithTheObserver() throws {
        var configuration = MachineConfiguration(image: TinyGuest.image(TinyGuest.loop))
        configuration.memory = 1 << 20
        let machine = try Machine(configuration)
        machine.run(maximumInstructions: 2000)
        let before = machine.statistics
        let witness = Witness([.entryCounts])
        machine.attach(witness)
        #expect(machine.run(maximumInstructions: 1_000_000).reason == .halted)
        machine.flushObservations()
        let counted = witness.events.reduce(UInt64(0)) { sum, next in
            if case .counted(_, let entries) = next.event { sum + entries } else { sum }
        }
        #expect(counted == machine.statistics.entries - before.entries)
        #expect(machine.statistics.fragments == before.fragments + 1, "no fragment is made again but the one cut off")
    }

    @Test func anObserverThatIsDetachedHearsNothing() throws {
        let witness = Witness([.all, .entries])
        var configuration = MachineConfiguration(image: TinyGuest.image(TinyGuest.loop))
        configuration.memory = 1 << 20
        let machine = try Machine(configuration)
        machine.attach(witness)
        machine.run(maximumInstructions: 100)
        machine.detach(witness)
        let heard = (witness.events.count, witness.words.count)
        machine.run(maximumInstructions: 1_000_000)
        #expect(heard == (witness.events.count, witness.words.count))
        #expect(heard.1 > 0)
    }

    @Test func theReadmesObserverFindsTheWriter() throws {
        let losses = try findCodeWriters(in: TinyGuest.image(TinyGuest.thrash))
        #expect(losses.keys.sorted() == [0x10006])
    }

    @Test func theReadmesRuleDecides() throws {
        let image = TinyGuest.image(TinyGuest.manyBlocks(500))
        let all = try missesWithLargestFirst(image, cacheSize: 64 << 10)
        #expect(all.evictions > 0)
        #expect(all.cacheFlushes == 0)
    }
}

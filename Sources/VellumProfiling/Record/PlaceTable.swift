import VellumEvents

/// A place that was translated, with all the fragments that were made for it one after another.
struct Place {
    /// The latest description, code included.
    var latest: FragmentDescription
    /// Number of the latest fragment.
    var serial: UInt32
    var translations: UInt64 = 0
    var invalidations: UInt64 = 0
    var evictions: UInt64 = 0
    /// Guest instructions that were translated for it, all times together.
    var translatedInstructions: UInt64 = 0
    /// Filled in at the end: entries, and instructions that retired in it.
    var entries: UInt64 = 0
    var instructions: UInt64 = 0
}

/// What the log of entries is counted with, one for each fragment: kept small and apart from the rest.
struct Tally {
    var entries: UInt64 = 0
    /// Instructions by block operations, less those not executed.
    var correction: Int64 = 0
    var linear: UInt32 = 0
    var count: UInt16 = 0
    var cpl: UInt8 = 0
}

/// One fragment: what a replay needs to know of it.
struct Version {
    var place: UInt32 = 0
    var count: UInt16 = 0
    var cpl: UInt8 = 0
    var bytes: UInt32 = 0
    /// EIP of the links, and how many there are.
    var targets: (UInt32, UInt32) = (0, 0)
    var linkCount: UInt8 = 0
    /// EIP and the pages of the first byte, for knowing where links may lead.
    var eip: UInt32 = 0
    var linearPage: UInt32 = 0
    var physicalPage: UInt32 = 0
    var traits: Traits = []

    struct Traits: OptionSet {
        var rawValue: UInt8
        /// Made for the usual limit.
        static let usual = Traits(rawValue: 1)
        static let paged = Traits(rawValue: 2)
        static let straddles = Traits(rawValue: 4)
        static let remapped = Traits(rawValue: 8)
        static let uncached = Traits(rawValue: 16)
    }

    init() {}

    init(_ fragment: FragmentDescription, usualLimit: UInt32) {
        count = UInt16(clamping: fragment.instructions)
        cpl = fragment.cpl & 3
        bytes = UInt32(clamping: fragment.cacheBytes)
        linkCount = UInt8(clamping: fragment.targets.count)
        targets = (fragment.targets.first ?? 0, fragment.targets.last ?? 0)
        eip = fragment.eip
        linearPage = fragment.linear >> 12
        physicalPage = fragment.physical >> 12
        if fragment.limit == usualLimit { traits.insert(.usual) }
        if fragment.isPaged { traits.insert(.paged) }
        if fragment.straddles { traits.insert(.straddles) }
        if fragment.cause == .remapped { traits.insert(.remapped) }
        if fragment.cause == .uncached { traits.insert(.uncached) }
    }

    /// A direct link from here to there may be set: with paging on it stays within its page.
    func mayLink(to target: Version) -> Bool {
        guard traits.contains(.usual), target.traits.contains(.usual) else { return false }
        if !traits.contains(.paged) {
            return !target.traits.contains(.straddles) || !target.traits.contains(.paged)
        }
        return !target.traits.contains(.straddles) && linearPage == target.linearPage
            && physicalPage == target.physicalPage
    }
}

/// One kind of hypervisor call at one place in one ring, and what became of it.
struct CallKey: Equatable {
    var rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always) init(_ call: CallWord, ring: UInt8, linear: UInt32) {
        rawValue = UInt64(linear) | UInt64(ring & 3) &<< 32 | UInt64(call.rawValue >> 12) &<< 40
    }

    var linear: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    var ring: Int { Int(rawValue >> 32 & 3) }
    /// The word, of an instruction at offset 0.
    private var call: CallWord { CallWord(rawValue: UInt32(truncatingIfNeeded: rawValue >> 40) << 12) }
    var kind: HypervisorCallKind { call.kind }
    var completed: Bool { call.completed }
    var inCache: Bool { call.inCache }
}

/// Instructions by ring; those of the ring at hand stay in a register.
private struct RingSums {
    private var ring: UInt8
    private var here: Int64 = 0
    private var sums: (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)

    init(ring: UInt8) { self.ring = ring }

    @inline(__always) mutating func add(_ count: Int64, in ring: UInt8) {
        if ring != self.ring { change(to: ring) }
        here &+= count
    }

    private mutating func change(to next: UInt8) {
        switch ring {
        case 0: sums.0 &+= here
        case 1: sums.1 &+= here
        case 2: sums.2 &+= here
        default: sums.3 &+= here
        }
        (ring, here) = (next, 0)
    }

    var all: [Int64] {
        var whole = self
        whole.change(to: ring)
        return [whole.sums.0, whole.sums.1, whole.sums.2, whole.sums.3]
    }
}

/// Fragments by number, and the places that they belong to.
struct PlaceTable {
    private(set) var places: [Place] = []
    private let usualLimit: UInt32
    /// At 0 stands nothing: fragments are numbered from 1.
    private(set) var versions: [Version] = [Version()]
    private var tallies: [Tally] = [Tally()]
    /// All entries so far.
    private(set) var entered: UInt64 = 0
    /// The fragment entered last.
    private var current = 0
    /// Hypervisor calls by `CallKey`.
    private let callTable = CountTable()

    init(usualLimit: UInt32) { self.usualLimit = usualLimit }

    mutating func add(_ fragment: FragmentDescription) {
        let number = Int(fragment.id.number)
        // A number that is not the next one would be a second lap round all numbers; it is left out.
        guard number == versions.count else { return }
        var version = Version(fragment, usualLimit: usualLimit)
        version.place = place(of: fragment)
        versions.append(version)
        tallies.append(Tally(linear: fragment.linear, count: version.count, cpl: version.cpl))
        update(Int(version.place), fragment)
    }

    private mutating func place(of fragment: FragmentDescription) -> UInt32 {
        if let previous = fragment.previous, let known = place(previous) { return UInt32(known) }
        places.append(Place(latest: fragment, serial: fragment.id.number))
        return UInt32(places.count - 1)
    }

    private mutating func update(_ index: Int, _ fragment: FragmentDescription) {
        places[index].latest = fragment
        places[index].serial = fragment.id.number
        places[index].translations += 1
        places[index].translatedInstructions += UInt64(fragment.instructions)
    }

    /// The place of a fragment.
    func place(_ fragment: FragmentID) -> Int? {
        let number = Int(fragment.number)
        return versions.indices.contains(number) && number > 0 ? Int(versions[number].place) : nil
    }

    mutating func invalidated(_ fragment: FragmentID) {
        if let index = place(fragment) { places[index].invalidations += 1 }
    }

    mutating func evicted(_ fragment: FragmentID) {
        if let index = place(fragment) { places[index].evictions += 1 }
    }

    /// Takes in a batch of the log; adds the instructions of each ring to `rings`.
    mutating func count(_ words: UnsafeBufferPointer<EntryWord>, rings: inout [UInt64]) {
        var retired = RingSums(ring: tallies[current].cpl)
        tallies.withUnsafeMutableBufferPointer { tallies in
            guard let first = tallies.baseAddress else { return }
            var (number, sum) = (current, entered)
            var tally = first + number
            var index = 0
            while index < words.count {
                let word = words[index]
                index += 1
                if let fragment = word.entered {
                    // A loop of one fragment is taken at once.
                    var times = 1
                    while index < words.count, words[index] == word { (index, times) = (index + 1, times + 1) }
                    number = Int(fragment.number) < tallies.count ? Int(fragment.number) : 0
                    tally = first + number
                    tally.pointee.entries &+= UInt64(times)
                    sum &+= UInt64(times)
                    retired.add(Int64(tally.pointee.count) &* Int64(times), in: tally.pointee.cpl)
                    continue
                }
                if word.isRunLoop { continue }
                if let call = word.called {
                    callTable.add(
                        CallKey(call, ring: tally.pointee.cpl, linear: tally.pointee.linear &+ call.offset).rawValue)
                    continue
                }
                switch word.meaning {
                case .repeated(let more):
                    tally.pointee.correction &+= Int64(more)
                    retired.add(Int64(more), in: tally.pointee.cpl)
                case .leftEarly(let fewer, _):
                    tally.pointee.correction &-= Int64(fewer)
                    retired.add(-Int64(fewer), in: tally.pointee.cpl)
                case .entered, .called, .runLoop, .deferred: break
                }
            }
            (current, entered) = (number, sum)
        }
        for (ring, sum) in retired.all.enumerated() {
            rings[ring] = UInt64(clamping: Int64(clamping: rings[ring]) &+ sum)
        }
    }

    var calls: [(key: CallKey, count: UInt64)] {
        callTable.sorted.map { (key: CallKey(rawValue: $0.key), count: $0.count) }
    }

    /// Adds up what each place's fragments did.
    mutating func finish() {
        for index in places.indices { (places[index].entries, places[index].instructions) = (0, 0) }
        for (version, tally) in zip(versions, tallies).dropFirst() {
            let index = Int(version.place)
            places[index].entries += tally.entries
            let retired = Int64(clamping: tally.entries) * Int64(tally.count) + tally.correction
            places[index].instructions += UInt64(clamping: retired)
        }
    }
}

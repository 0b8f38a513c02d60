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

/// One fragment: what the log of entries needs to know of it.
struct Version {
    var place: UInt32 = 0
    var entries: UInt64 = 0
    /// Instructions by block operations, less those not executed.
    var correction: Int64 = 0
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

/// Fragments by number, and the places that they belong to.
struct PlaceTable {
    private(set) var places: [Place] = []
    private let usualLimit: UInt32
    /// At 0 stands nothing: fragments are numbered from 1.
    private(set) var versions: [Version] = [Version()]

    init(usualLimit: UInt32) { self.usualLimit = usualLimit }

    mutating func add(_ fragment: FragmentDescription) {
        let number = Int(fragment.id.number)
        // A number that is not the next one would be a second lap round all numbers; it is left out.
        guard number == versions.count else { return }
        var version = Version(fragment, usualLimit: usualLimit)
        version.place = place(of: fragment)
        versions.append(version)
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
    mutating func count(
        _ words: UnsafeBufferPointer<EntryWord>, _ current: inout Int, rings: inout [UInt64]
    ) {
        let limit = versions.count
        var retired: (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
        func add(_ cpl: UInt8, _ count: Int64) {
            switch cpl {
            case 0: retired.0 &+= count
            case 1: retired.1 &+= count
            case 2: retired.2 &+= count
            default: retired.3 &+= count
            }
        }
        versions.withUnsafeMutableBufferPointer { versions in
            for word in words {
                switch word.meaning {
                case .entered(let fragment):
                    current = Int(fragment.number) < limit ? Int(fragment.number) : 0
                    versions[current].entries &+= 1
                    add(versions[current].cpl, Int64(versions[current].count))
                case .repeated(let more):
                    versions[current].correction &+= Int64(more)
                    add(versions[current].cpl, Int64(more))
                case .leftEarly(let fewer, _):
                    versions[current].correction &-= Int64(fewer)
                    add(versions[current].cpl, -Int64(fewer))
                case .runLoop, .deferred: break
                }
            }
        }
        let sums = [retired.0, retired.1, retired.2, retired.3]
        for ring in 0..<4 { rings[ring] = UInt64(clamping: Int64(clamping: rings[ring]) &+ sums[ring]) }
    }

    /// Adds up what each place's fragments did.
    mutating func finish() {
        for index in places.indices { (places[index].entries, places[index].instructions) = (0, 0) }
        for version in versions.dropFirst() {
            let index = Int(version.place)
            places[index].entries += version.entries
            let retired = Int64(clamping: version.entries) * Int64(version.count) + version.correction
            places[index].instructions += UInt64(clamping: retired)
        }
    }
}

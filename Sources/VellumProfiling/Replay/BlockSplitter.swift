import VellumEvents

/// Cuts the fragments of a recording into pieces of at most so many instructions, as a lower block limit would.
struct BlockSplitter {
    private struct Key: Hashable {
        var physical: UInt32
        var eip: UInt32
        var mode: UInt32
        var base: UInt32
        var limit: UInt32
        var isUsual: Bool
    }

    private let limit: Int
    private var versions: [Version] = []
    private var index: [Key: UInt32] = [:]
    /// The pieces of each recorded fragment, by its number: the first one's index in `versions`.
    private var pieces: [[UInt32]?]
    private let table: PlaceTable
    var placeCount: Int { versions.count }

    init(_ table: PlaceTable, limit: Int) {
        self.table = table
        self.limit = limit
        pieces = Array(repeating: nil, count: table.versions.count)
    }

    /// The pieces of a fragment that were entered when `executed` of its instructions retired and `tried` says whether
    /// one more had begun.
    mutating func entered(_ number: Int, executed: Int, tried: Bool) -> [(Version, UInt32)] {
        let all = made(number)
        let count = Int(table.versions[number].count)
        let begun = min(max(executed + (tried ? 1 : 0), 1), max(count, 1))
        let last = table.versions[number].traits.contains(.usual) ? (begun - 1) / limit : 0
        return all.prefix(last + 1).map { (versions[Int($0)], $0) }
    }

    private mutating func made(_ number: Int) -> [UInt32] {
        if let known = pieces[number] { return known }
        let made = split(number)
        pieces[number] = made
        return made
    }

    private mutating func split(_ number: Int) -> [UInt32] {
        let whole = table.versions[number]
        let description = table.places[Int(whole.place)].latest
        let starts = stride(from: 0, to: max(1, Int(whole.count)), by: limit)
        // A fragment for a single instruction stays what it is.
        guard whole.traits.contains(.usual), description.offsets.count == Int(whole.count) else {
            return [piece(whole, description, offset: 0, next: nil)]
        }
        return starts.map { start in
            let next = start + limit < Int(whole.count) ? description.offsets[start + limit] : nil
            return piece(whole, description, offset: description.offsets[start], next: next)
        }
    }

    private mutating func piece(
        _ whole: Version, _ description: FragmentDescription, offset: UInt16, next: UInt16?
    ) -> UInt32 {
        let key = Key(
            physical: description.physical &+ UInt32(offset), eip: whole.eip &+ UInt32(offset), mode: description.mode,
            base: description.codeBase, limit: description.codeLimit, isUsual: whole.traits.contains(.usual))
        if let known = index[key] { return known }
        var version = whole
        version.place = UInt32(versions.count)
        version.eip = key.eip
        version.bytes = whole.bytes / UInt32(max(1, (Int(whole.count) + limit - 1) / limit))
        if let next {
            version.linkCount = 1
            version.targets = (whole.eip &+ UInt32(next), whole.eip &+ UInt32(next))
        }
        versions.append(version)
        index[key] = version.place
        return version.place
    }
}

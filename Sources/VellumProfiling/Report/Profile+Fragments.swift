import VellumEvents
import VellumMachine

/// The hottest fragments with their code, and who invalidated which.
extension Profile {
    var fragments: JSON {
        let places = recorder.places.places
        let lister = CodeLister(recorder.machine)
        let numbers = Dictionary(uniqueKeysWithValues: listed.map { ($0, UInt64($0)) })
        let successors = recorder.successors(of: numbers)
        let shown = listed.reduce(UInt64(0)) { $0 + places[$1].instructions }
        return .object([
            ("places", .integer(UInt64(places.count))), ("listed", .integer(UInt64(listed.count))),
            ("instructions_listed", .integer(shown)),
            ("instructions", .integer(places.reduce(0) { $0 + $1.instructions })),
            ("list", .list(listed.map { fragment($0, lister, successors[$0] ?? []) })),
        ])
    }

    private func fragment(_ number: Int, _ lister: CodeLister, _ successors: [(place: Int, count: UInt64)]) -> JSON {
        let place = recorder.places.places[number]
        let made = place.latest
        return .object([
            ("id", .integer(UInt64(number))), ("eip", address(made.eip)), ("linear", address(made.linear)),
            ("physical", address(made.physical)), ("name", name(made.linear)), ("mode", .text(mode(made))),
            ("cpl", .integer(UInt64(made.cpl))), ("entries", .integer(place.entries)),
            ("instructions", .integer(place.instructions)), ("length", .integer(UInt64(made.instructions))),
            ("guest_bytes", .integer(UInt64(made.code.count))), ("cache_bytes", .integer(UInt64(made.cacheBytes))),
            ("translations", .integer(place.translations)), ("invalidations", .integer(place.invalidations)),
            ("evictions", .integer(place.evictions)), ("ending", .text(made.ending.rawValue)),
            ("targets", .list(made.targets.map(address))),
            (
                "successors",
                .list(successors.map { .row([UInt64($0.place), $0.count, UInt64(eip(of: $0.place))]) })
            ),
            ("code", .list(lister.lines(made).map(line))),
        ])
    }

    private func eip(of place: Int) -> UInt32 { recorder.places.places[place].latest.eip }

    /// Address, bytes, text, micro-ops.
    private func line(_ line: CodeLine) -> JSON {
        let bytes = line.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return .list([
            address(line.address), .text(bytes), .text(line.text), .list(line.operations.map { .text($0) }),
        ])
    }

    private func mode(_ made: FragmentDescription) -> String {
        var words = [made.is32Bit ? "32-bit" : "16-bit"]
        words.append(made.isVirtual8086 ? "virtual-8086" : made.isProtected ? "protected" : "real")
        if made.isPaged { words.append("paged") }
        if made.limit == 1 { words.append("single instruction") }
        return words.joined(separator: ", ")
    }

    var invalidations: JSON {
        let blame = recorder.blame.entries.sorted {
            ($0.kills, $0.patches, $1.instruction, UInt32($1.victim))
                > ($1.kills, $1.patches, $0.instruction, UInt32($0.victim))
        }
        let shown = blame.prefix(1000)
        let spurious = recorder.blame.spurious.sorted.sorted { ($0.count, $1.key) > ($1.count, $0.key) }.prefix(200)
        return .object([
            ("pairs", .integer(UInt64(blame.count))), ("listed", .integer(UInt64(shown.count))),
            ("list", .list(shown.map(entry))),
            (
                "spurious",
                .list(
                    spurious.map {
                        let instruction = UInt32(truncatingIfNeeded: $0.key)
                        return .object([
                            ("instruction", address(instruction)), ("name", name(instruction)),
                            ("count", .integer($0.count)),
                        ])
                    })
            ),
        ])
    }

    private func entry(_ blame: Blame) -> JSON {
        let victim = recorder.places.places[blame.victim].latest
        return .object([
            ("writer", .text(blame.writer.rawValue)), ("instruction", address(blame.instruction)),
            ("eip", address(blame.eip)), ("name", name(blame.instruction)),
            ("text", .text(recorder.text(at: blame.instruction))), ("physical", address(blame.physical)),
            ("linear", blame.linear.map(address) ?? .text("")), ("victim", .integer(UInt64(blame.victim))),
            ("victim_linear", address(victim.linear)), ("victim_name", name(victim.linear)),
            ("kills", .integer(blame.kills)), ("patches", .integer(blame.patches)),
            ("retranslations", .integer(blame.retranslations)),
            ("retranslated_instructions", .integer(blame.retranslatedInstructions)),
        ])
    }
}

extension ProfileRecorder {
    /// Where control went from each of these places, as far as entries were recorded; most frequent first.
    func successors(of wanted: [Int: UInt64]) -> [Int: [(place: Int, count: UInt64)]] {
        let table = CountTable()
        var isWanted = Array(repeating: false, count: places.places.count)
        for place in wanted.keys { isWanted[place] = true }
        var last = -1
        for word in recording.words where word <= EntryWord.number {
            guard Int(word) < places.versions.count, word > 0 else { continue }
            let place = Int(places.versions[Int(word)].place)
            if last >= 0, isWanted[last] { table.add(UInt64(last) << 32 | UInt64(place)) }
            last = place
        }
        var result: [Int: [(place: Int, count: UInt64)]] = [:]
        for (key, count) in table.sorted {
            result[Int(key >> 32), default: []].append((Int(key & 0xFFFF_FFFF), count))
        }
        return result.mapValues { Array($0.sorted { ($0.count, $1.place) > ($1.count, $0.place) }.prefix(8)) }
    }

    var recordedInstructions: UInt64 { recording.isComplete ? machine.statistics.executed : recording.end }

    /// The instruction at a linear address as it stands there now; empty where nothing is mapped.
    func text(at linear: UInt32) -> String { explainer.text(at: linear) }
}

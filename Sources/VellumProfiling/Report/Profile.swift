import VellumEvents
import VellumMachine

/// What a run's recorder found, put in order for a report.
package struct Profile {
    let recorder: ProfileRecorder
    let symbols: SymbolTable
    /// Places by how many instructions retired in them; those that are listed with their code, most first.
    let listed: [Int]
    let results: [WhatIfResult]

    package init(_ recorder: ProfileRecorder, symbols: SymbolTable) {
        self.recorder = recorder
        self.symbols = symbols
        let places = recorder.places.places
        let order = places.indices.sorted {
            (places[$0].instructions, places[$1].serial) > (places[$1].instructions, places[$0].serial)
        }
        // Those that are blamed or thrashed belong to the page whatever their share.
        let victims = Set(recorder.blame.entries.sorted { $0.kills > $1.kills }.prefix(100).map(\.victim))
        let hottest = order.prefix(recorder.options.listedFragments)
        listed = Array(hottest) + victims.subtracting(hottest).sorted()
        results = recorder.whatIf()
    }

    /// The members of the report's JSON that hold what was observed; all of it the same on every run.
    package var members: [(String, JSON)] {
        [
            ("timeline", timeline), ("misses", misses), ("fragments", fragments), ("invalidations", invalidations),
            ("sensitive", sensitive), ("ring_changes", ringChanges), ("faults", faults), ("interrupts", interrupts),
            ("page_walks", JSON.counts([("walks", recorder.walks), ("faults", recorder.failedWalks)])),
            ("what_if", whatIf),
        ]
    }

    /// Host time of the timeline's samples, in seconds: not the same on every run.
    package var timelineSeconds: JSON {
        .list(recorder.timeline.samples.map { .number(Double($0.wall / 1000) / 1e6) })
    }

    func address(_ value: UInt32) -> JSON { .integer(UInt64(value)) }

    /// The name of a linear address, where there is one.
    func name(_ linear: UInt32) -> JSON { .text(symbols.name(of: linear) ?? "") }
}

extension JSON {
    static func counts(_ members: [(String, UInt64)]) -> JSON { .object(members.map { ($0.0, .integer($0.1)) }) }
    static func row(_ values: [UInt64]) -> JSON { .list(values.map { .integer($0) }) }
}

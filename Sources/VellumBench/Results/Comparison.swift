/// Results beside a baseline: counts exactly, times as ratios.
package struct Comparison: Sendable {
    package struct Count: Equatable, Sendable {
        package var name: String
        /// Zero where one side does not have it.
        package var before: UInt64
        package var after: UInt64

        /// Growth in percent; from nothing it is endless.
        package var growth: Double {
            before == 0 ? (after == 0 ? 0 : .infinity) : (Double(after) / Double(before) - 1) * 100
        }
    }

    package struct Guest: Sendable {
        package var name: String
        /// The baseline does not have it.
        package var isNew: Bool
        /// Counts that differ.
        package var moved: [Count]
        /// Median time over the baseline's; nil where one side has none.
        package var timeRatio: Double?
    }

    package var guests: [Guest]
    /// Guests that only the baseline has.
    package var missing: [String]

    package init(_ results: Results, baseline: Results) {
        guests = results.guests.map { guest in
            guard let old = baseline.guests.first(where: { $0.name == guest.name }) else {
                return Guest(name: guest.name, isNew: true, moved: [])
            }
            let ratio = Spread(guest.seconds).flatMap { new in
                Spread(old.seconds).flatMap { $0.median > 0 ? new.median / $0.median : nil }
            }
            return Guest(name: guest.name, isNew: false, moved: Self.moved(old, guest), timeRatio: ratio)
        }
        missing = baseline.guests.map(\.name).filter { name in !results.guests.contains { $0.name == name } }
    }

    static func moved(_ old: Results.Guest, _ new: Results.Guest) -> [Count] {
        let names = old.counts.map(\.name) + new.counts.map(\.name).filter { old.count($0) == nil }
        return names.map { Count(name: $0, before: old.count($0) ?? 0, after: new.count($0) ?? 0) }
            .filter { $0.before != $0.after }
    }

    /// Guests and counts that grew by more than so many percent.
    package func regressions(over percent: Double) -> [(guest: String, count: Count)] {
        guests.flatMap { guest in guest.moved.filter { $0.growth > percent }.map { (guest.name, $0) } }
    }
}

/// What came of a suite's run: what baselines are made of.
package struct Results: Sendable {
    /// A fragment and how much ran in it.
    package struct Fragment: Sendable, Equatable {
        /// Linear address, as text, and the mode: what makes it the same in two runs.
        package var place: String
        package var entries: UInt64
        package var instructions: UInt64
        package var code: [String]
    }

    package struct Guest: Sendable {
        package var name: String
        package var reason: String
        package var status: Int64
        /// Why it did not end as the suite wants; empty where it did.
        package var failure = ""
        /// In the order of `countNames`; the same on every run.
        package var counts: [(name: String, value: UInt64)] = []
        package var operations: UInt64 = 0
        /// Seconds of each run.
        package var seconds: [Double] = []
        /// The hottest, where they were recorded.
        package var fragments: [Fragment] = []

        package init(name: String, reason: String = "", status: Int64 = 0) {
            self.name = name
            self.reason = reason
            self.status = status
        }

        package func count(_ name: String) -> UInt64? { counts.first { $0.name == name }?.value }
    }

    package var suite: String
    package var guests: [Guest]

    package init(suite: String, guests: [Guest]) {
        self.suite = suite
        self.guests = guests
    }
}

/// Median, least and most of some times.
package struct Spread: Equatable, Sendable {
    package var median: Double
    package var least: Double
    package var most: Double

    /// Nil where there is nothing to speak of.
    package init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let least = sorted.first, let most = sorted.last else { return nil }
        self.least = least
        self.most = most
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

extension Results.Guest {
    /// Counts as the statistics have them, by path.
    private static let paths: [(name: String, path: [String])] = [
        ("instructions", ["instructions", "executed"]), ("translated", ["instructions", "translated"]),
        ("sensitive", ["sensitivity", "executed", "sensitive"]),
        ("privileged", ["sensitivity", "executed", "privileged"]), ("entries", ["cache", "entries"]),
        ("lookups", ["cache", "lookups"]), ("misses", ["cache", "misses"]), ("chained", ["cache", "chained"]),
        ("fragments", ["cache", "fragments"]), ("invalidations", ["cache", "invalidations"]),
        ("retranslations", ["cache", "retranslations"]), ("hypervisor_calls", ["hypervisor_calls", "total"]),
        ("tlb_misses", ["tlb", "misses"]),
    ]

    /// Takes the counts of a run's statistics.
    package init(name: String, statistics: YAMLNode) throws(BenchError) {
        guard let exit = statistics["exit"], let reason = exit["reason"]?.text, let status = exit["status"]?.real else {
            throw BenchError("no statistics, schema 1")
        }
        self.init(name: name, reason: reason, status: Int64(exactly: status) ?? -1)
        for (name, path) in Self.paths {
            let found = path.reduce(Optional(statistics)) { $0?[$1] }
            guard let value = found?.number else { throw BenchError("statistics without \(name)") }
            counts.append((name, value))
        }
        for (kind, value) in statistics["hypervisor_calls"]?["by_kind"]?.members ?? [] {
            if let value = value.number, value > 0 { counts.append(("call.\(kind)", value)) }
        }
        if let wall = statistics["time"]?["wall_seconds"]?.real { seconds = [wall] }
    }

    /// Takes the fragments of a profile.
    package mutating func addFragments(profile: YAMLNode) {
        fragments = (profile["fragments"]?["list"]?.list ?? []).compactMap { node in
            guard let linear = node["linear"]?.number, let mode = node["mode"]?.text, let cpl = node["cpl"]?.text,
                let entries = node["entries"]?.number, let instructions = node["instructions"]?.number
            else { return nil }
            let code = node["code"]?.list?.compactMap { $0.list.flatMap { $0.count > 2 ? $0[2].text : nil } } ?? []
            let name = node["name"]?.text.map { $0.isEmpty ? "" : "\($0), " } ?? ""
            return Results.Fragment(
                place: "0x\(String(linear, radix: 16)) (\(name)\(mode), ring \(cpl))", entries: entries,
                instructions: instructions, code: code)
        }
    }
}

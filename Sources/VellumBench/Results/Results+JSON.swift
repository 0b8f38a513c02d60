import VellumProfiling

/// Results as JSON, schema 1.
extension Results {
    package var json: JSON {
        .object([
            ("schema", .integer(1)), ("report", .text("bench")), ("suite", .text(suite)),
            ("guests", .list(guests.map(\.json))),
            ("time", .object(guests.map { ($0.name, .list($0.seconds.map(JSON.number))) })),
        ])
    }

    package init(parsing bytes: [UInt8]) throws(BenchError) {
        let document = try YAMLNode(parsing: bytes)
        guard document["report"]?.text == "bench", document["schema"]?.number == 1, let list = document["guests"]?.list
        else { throw BenchError("no results of vellum bench, schema 1") }
        suite = document["suite"]?.text ?? ""
        guests = []
        for node in list {
            var guest = try Guest(node)
            guest.seconds = document["time"]?[guest.name]?.list?.compactMap(\.real) ?? []
            guests.append(guest)
        }
    }
}

extension Results.Guest {
    fileprivate var json: JSON {
        .object([
            ("name", .text(name)), ("reason", .text(reason)), ("status", .signed(status)), ("failure", .text(failure)),
            ("operations", .integer(operations)), ("counts", .object(counts.map { ($0.name, .integer($0.value)) })),
            (
                "fragments",
                .list(
                    fragments.map {
                        .object([
                            ("place", .text($0.place)), ("entries", .integer($0.entries)),
                            ("instructions", .integer($0.instructions)), ("code", .list($0.code.map(JSON.text))),
                        ])
                    })
            ),
        ])
    }

    fileprivate init(_ node: YAMLNode) throws(BenchError) {
        guard let name = node["name"]?.text, let members = node["counts"]?.members else {
            throw BenchError("a guest without name or counts", line: node.line)
        }
        let status = node["status"]?.real.flatMap { Int64(exactly: $0) } ?? 0
        self.init(name: name, reason: node["reason"]?.text ?? "", status: status)
        failure = node["failure"]?.text ?? ""
        operations = node["operations"]?.number ?? 0
        for (key, value) in members {
            guard let number = value.number else { throw BenchError("\(key): a count was expected", line: value.line) }
            counts.append((key, number))
        }
        fragments = (node["fragments"]?.list ?? []).compactMap { fragment in
            guard let place = fragment["place"]?.text, let entries = fragment["entries"]?.number,
                let instructions = fragment["instructions"]?.number
            else { return nil }
            let code = fragment["code"]?.list?.compactMap(\.text) ?? []
            return Results.Fragment(place: place, entries: entries, instructions: instructions, code: code)
        }
    }
}

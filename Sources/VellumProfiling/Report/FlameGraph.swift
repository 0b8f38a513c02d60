/// Sampled call stacks in the formats of flame-graph tools.
package struct FlameGraph {
    private let stacks: [(names: [String], weight: UInt64)]

    package init(_ recorder: ProfileRecorder, symbols: SymbolTable) {
        var merged: [[String]: UInt64] = [:]
        for (stack, weight) in recorder.stacks.weights {
            // The outermost frame comes first; a caller is named by the call, which stands before its return address.
            let names = stack.frames.enumerated().reversed().map { index, address in
                FlameGraph.name(index == 0 ? address : address &- 1, symbols)
            }
            merged[["ring \(stack.cpl)"] + names, default: 0] += weight
        }
        stacks = merged.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { (names: $0.key, weight: $0.value) }
    }

    /// Functions where they are known, else pages: addresses alone would make every sample a frame of its own.
    private static func name(_ address: UInt32, _ symbols: SymbolTable) -> String {
        if let symbol = symbols.symbol(at: address) { return symbol.name }
        let page = String(address >> 12, radix: 16)
        return "0x" + page + "xxx"
    }

    package var isEmpty: Bool { stacks.isEmpty }

    /// One stack a line, frames parted by semicolons, then its weight in instructions (flamegraph.pl, inferno).
    package var folded: String {
        stacks.map { stack in
            let names = stack.names.map { String($0.map { $0 == ";" || $0 == " " ? "_" : $0 }) }
            return names.joined(separator: ";") + " \(stack.weight)\n"
        }.joined()
    }

    /// The file format of speedscope.app; weights are instructions.
    package func speedscope(name: String) -> String {
        var frames: [String] = []
        var numbers: [String: Int] = [:]
        var samples: [JSON] = []
        for stack in stacks {
            samples.append(
                .list(
                    stack.names.map { frame in
                        if let known = numbers[frame] { return .integer(UInt64(known)) }
                        numbers[frame] = frames.count
                        frames.append(frame)
                        return .integer(UInt64(frames.count - 1))
                    }))
        }
        let total = stacks.reduce(UInt64(0)) { $0 + $1.weight }
        let profile = JSON.object([
            ("type", .text("sampled")), ("name", .text(name)), ("unit", .text("none")), ("startValue", .integer(0)),
            ("endValue", .integer(total)), ("samples", .list(samples)),
            ("weights", .list(stacks.map { .integer($0.weight) })),
        ])
        return JSON.object([
            ("$schema", .text("https://www.speedscope.app/file-format-schema.json")),
            ("shared", .object([("frames", .list(frames.map { .object([("name", .text($0))]) }))])),
            ("profiles", .list([profile])),
        ]).compact()
    }
}

import VellumMicroOps

/// Chooses superinstructions from the counts of guests, each of which weighs the same.
///
/// All runs of up to four micro-ops are candidates.  Round by round, all fragments are covered with as few dispatches as
/// the candidates allow, and those that spared least are dropped, until as many are left as are wanted.  Such a choice
/// is made for its guests; the most frequent pairs, where a guest's share counts by its square root, are added for
/// others.
package struct SequenceChoice {
    /// Up to four opcodes in one word, the first in the lowest bits, each one more than its number.
    private typealias Key = UInt64

    private struct Weighted {
        var weight: Double
        var opcodes: [MicroOpcode]
        /// The candidates that start at each micro-op, by length from two on.
        var keys: [[Key]]
    }

    private static let longest = 4
    private var fragments: [[Weighted]] = []

    package init(_ guests: [SequenceCounts]) {
        fragments = guests.map { guest in
            let total = guest.fragments.reduce(0.0) { $0 + Double($1.entries) * Double($1.opcodes.count) }
            return guest.fragments.map { fragment in
                Weighted(
                    weight: Double(fragment.entries) / max(total, 1), opcodes: fragment.opcodes,
                    keys: fragment.opcodes.indices.map { Self.keys(fragment.opcodes[$0...]) })
            }
        }
    }

    private static func keys(_ opcodes: ArraySlice<MicroOpcode>) -> [Key] {
        var keys: [Key] = []
        var key: Key = 0
        for (index, opcode) in opcodes.prefix(longest).enumerated() {
            guard Superinstructions.mayContain(opcode) else { break }
            key |= (Key(opcode.rawValue) + 1) << Key(index * 16)
            if index > 0 { keys.append(key) }
        }
        return keys
    }

    private static func opcodes(_ key: Key) -> [MicroOpcode] {
        (0..<longest).compactMap { index in
            let number = UInt16(truncatingIfNeeded: key >> Key(index * 16))
            return number == 0 ? nil : MicroOpcode(rawValue: number - 1)
        }
    }

    /// The sequences, those that spare most first.
    package func choose(long: Int, pairs: Int) -> [[MicroOpcode]] {
        var chosen = Set(fragments.joined().flatMap { $0.keys.joined() })
        var (spared, _) = cover(chosen)
        while chosen.count > long {
            let kept = max(long, chosen.count > long * 4 ? chosen.count / 2 : chosen.count * 4 / 5)
            chosen = Set(Self.order(spared).filter(chosen.contains).prefix(kept))
            // What spared nothing is not among them.
            if chosen.count <= long { break }
            spared = cover(chosen).spared
        }
        let added = Self.order(frequentPairs()).filter { !chosen.contains($0) }.prefix(pairs)
        chosen.formUnion(added)
        spared = cover(chosen).spared
        for key in chosen where spared[key] == nil { spared[key] = 0 }
        return Self.order(spared).map(Self.opcodes)
    }

    /// Dispatches of each guest with these superinstructions, as a share of those without any.
    package func dispatches(with sequences: [[MicroOpcode]]) -> [Double] {
        cover(Set(sequences.compactMap { Self.keys($0[...]).last })).left
    }

    /// By value, then by key, so that the order is always the same.
    private static func order(_ values: [Key: Double]) -> [Key] {
        values.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map(\.key)
    }

    private func frequentPairs() -> [Key: Double] {
        var values: [Key: Double] = [:]
        for fragment in fragments.joined() {
            for pair in Set(fragment.keys.compactMap(\.first)) {
                values[pair, default: 0] += fragment.weight.squareRoot()
            }
        }
        return values
    }

    /// What each candidate spares when all fragments take as few dispatches as they can, and what is left of each guest.
    private func cover(_ candidates: Set<Key>) -> (spared: [Key: Double], left: [Double]) {
        var spared: [Key: Double] = [:]
        var shares: [Double] = []
        for guest in fragments {
            var (left, total) = (0.0, 0.0)
            for fragment in guest {
                let count = fragment.opcodes.count
                var fewest = [Int](repeating: 0, count: count + 1)
                var choice = [Key](repeating: 0, count: count)
                var step = [Int](repeating: 1, count: count)
                for index in stride(from: count - 1, through: 0, by: -1) {
                    fewest[index] = fewest[index + 1] + 1
                    for (extra, key) in fragment.keys[index].enumerated()
                    where fewest[index + extra + 2] + 1 < fewest[index] && candidates.contains(key) {
                        fewest[index] = fewest[index + extra + 2] + 1
                        choice[index] = key
                        step[index] = extra + 2
                    }
                }
                var index = 0
                while index < count {
                    if step[index] > 1 {
                        spared[choice[index], default: 0] += fragment.weight * Double(step[index] - 1)
                    }
                    index += step[index]
                }
                left += fragment.weight * Double(fewest[0])
                total += fragment.weight * Double(count)
            }
            shares.append(total > 0 ? left / total : 1)
        }
        return (spared, shares)
    }
}

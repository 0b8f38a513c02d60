/// Which fragments' counts moved between two results.
package struct Explanation {
    package var before: Results
    package var after: Results

    package init(before: Results, after: Results) {
        self.before = before
        self.after = after
    }

    package var text: String {
        var lines: [String] = []
        for new in after.guests {
            guard let old = before.guests.first(where: { $0.name == new.name }) else {
                lines.append("\(new.name): only in the second")
                continue
            }
            lines += explain(old, new)
        }
        for old in before.guests where !after.guests.contains(where: { $0.name == old.name }) {
            lines.append("\(old.name): only in the first")
        }
        return lines.joined(separator: "\n")
    }

    private func explain(_ old: Results.Guest, _ new: Results.Guest) -> [String] {
        let counts = Comparison.moved(old, new)
        let fragments = fragmentLines(old, new)
        guard !counts.isEmpty || !fragments.isEmpty else { return ["\(new.name): no difference"] }
        return ["\(new.name):"]
            + counts.map { "  \($0.name) \($0.before) → \($0.after) (\(signed($0.before, $0.after)))" }
            + fragments
    }

    private func fragmentLines(_ old: Results.Guest, _ new: Results.Guest) -> [String] {
        guard !old.fragments.isEmpty, !new.fragments.isEmpty else {
            return old.counts.elementsEqual(new.counts, by: ==) ? [] : ["  no fragments were recorded on both sides"]
        }
        let known = Dictionary(old.fragments.map { ($0.place, $0) }) { first, _ in first }
        var lines: [String] = []
        var seen: Set<String> = []
        for fragment in new.fragments {
            seen.insert(fragment.place)
            guard let other = known[fragment.place] else {
                lines += whole(fragment, sign: "+")
                continue
            }
            if other != fragment { lines += difference(other, fragment) }
        }
        for fragment in old.fragments where !seen.contains(fragment.place) { lines += whole(fragment, sign: "-") }
        return lines
    }

    private func whole(_ fragment: Results.Fragment, sign: String) -> [String] {
        let side = sign == "+" ? "second" : "first"
        let head = "  \(fragment.place): only in the \(side), \(fragment.entries) entries, "
        return [head + "\(fragment.instructions) instructions"] + fragment.code.map { "    \(sign) \($0)" }
    }

    private func difference(_ old: Results.Fragment, _ new: Results.Fragment) -> [String] {
        var facts: [String] = []
        if old.entries != new.entries { facts.append("entries \(old.entries) → \(new.entries)") }
        if old.instructions != new.instructions {
            facts.append("instructions \(old.instructions) → \(new.instructions)")
        }
        if facts.isEmpty { facts = ["its code changed"] }
        var lines = ["  \(new.place): \(facts.joined(separator: ", "))"]
        for change in new.code.difference(from: old.code) {
            switch change {
            case .remove(_, let text, _): lines.append("    - \(text)")
            case .insert(_, let text, _): lines.append("    + \(text)")
            }
        }
        return lines
    }

    private func signed(_ before: UInt64, _ after: UInt64) -> String {
        after >= before ? "+\(after - before)" : "-\(before - after)"
    }
}

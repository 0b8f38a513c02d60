/// Results for people and for machines that are not ours.
package struct BenchReport {
    package var results: Results
    package var comparison: Comparison?
    /// Growth of a count beyond this many percent is a regression; nil when nothing is.
    package var limit: Double?

    package init(results: Results, comparison: Comparison? = nil, limit: Double? = nil) {
        self.results = results
        self.comparison = comparison
        self.limit = limit
    }

    /// What makes the run a failure, one line each.
    package var failures: [String] {
        var lines = results.guests.filter { !$0.failure.isEmpty }.map { "\($0.name): \($0.failure)" }
        if let comparison {
            lines += comparison.missing.map { "\($0): in the baseline, not in this run" }
            if let limit { lines += comparison.regressions(over: limit).map { "\($0.guest): \(Self.text($0.count))" } }
        }
        return lines
    }

    static func text(_ count: Comparison.Count) -> String {
        let growth = count.growth.isFinite ? "\(sign(count.growth))\(fixed(count.growth, 3)) %" : "new"
        return "\(count.name) \(count.before) → \(count.after) (\(growth))"
    }

    private static func sign(_ value: Double) -> String { value >= 0 ? "+" : "" }

    /// A number with so many decimals, at most 9, without Foundation.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
        let scale = (0..<decimals).reduce(1.0) { factor, _ in factor * 10 }
        let whole = Int((abs(value) * scale).rounded())
        let digits = String(whole)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && whole != 0 ? "-" : ""
        return sign + padded.dropLast(decimals) + (decimals == 0 ? "" : "." + padded.suffix(decimals))
    }

    // MARK: Tables

    private var hasOperations: Bool { results.guests.contains { $0.operations > 0 } }

    private var header: [String] {
        var header = [
            "guest", "instructions", "fragments", "lookups", "misses", "hypervisor calls", "seconds", "spread",
        ]
        if hasOperations { header += ["ns/operation", "instructions/operation"] }
        if comparison != nil { header += ["counts", "time"] }
        return header
    }

    private func row(_ guest: Results.Guest) -> [String] {
        func count(_ name: String) -> String { guest.count(name).map(String.init) ?? "-" }
        let time = Spread(guest.seconds)
        var cells = [guest.name] + ["instructions", "fragments", "lookups", "misses", "hypervisor_calls"].map(count)
        cells.append(time.map { Self.fixed($0.median, 3) } ?? "-")
        cells.append(time.map { "\(Self.fixed($0.least, 3))–\(Self.fixed($0.most, 3))" } ?? "-")
        if hasOperations { cells += perOperation(guest, time) }
        if let comparison { cells += compared(comparison.guests.first { $0.name == guest.name }) }
        return cells
    }

    private func perOperation(_ guest: Results.Guest, _ time: Spread?) -> [String] {
        guard guest.operations > 0 else { return ["-", "-"] }
        let operations = Double(guest.operations)
        let instructions = guest.count("instructions").map { Self.fixed(Double($0) / operations, 2) }
        return [time.map { Self.fixed($0.median / operations * 1e9, 1) } ?? "-", instructions ?? "-"]
    }

    private func compared(_ guest: Comparison.Guest?) -> [String] {
        guard let guest, !guest.isNew else { return ["new", "-"] }
        let ratio = guest.timeRatio.map { "×\(Self.fixed($0, 3))" } ?? "-"
        return [guest.moved.isEmpty ? "same" : "\(guest.moved.count) moved", ratio]
    }

    private var movedLines: [String] {
        (comparison?.guests ?? []).flatMap { guest in guest.moved.map { "\(guest.name): \(Self.text($0))" } }
    }

    package var table: String {
        let rows = [header] + results.guests.map(row)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { cells in
            zip(cells, widths).enumerated().map { index, cell in
                let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + blanks : blanks + cell.0
            }.joined(separator: "  ")
        }
        return (lines + movedLines.map { "  " + $0 } + failures.map { "FAILED " + $0 }).joined(separator: "\n")
    }

    package var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.map(Self.escaped).joined(separator: " | ") + " |" }
        var lines = [line(header), line(header.indices.map { $0 == 0 ? "---" : "---:" })]
        lines += results.guests.map { line(row($0)) }
        if !movedLines.isEmpty { lines += [""] + movedLines.map { "- \(Self.escaped($0))" } }
        if !failures.isEmpty { lines += [""] + failures.map { "**Failed:** \(Self.escaped($0))" } }
        return lines.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }

    // MARK: JUnit

    package var junit: String {
        let cases = results.guests.map { guest -> String in
            let time = Spread(guest.seconds).map { Self.fixed($0.median, 6) } ?? "0"
            let head = "  <testcase classname=\"\(xml(results.suite))\" name=\"\(xml(guest.name))\" time=\"\(time)\""
            let problems = self.problems(guest.name) + (guest.failure.isEmpty ? [] : [guest.failure])
            guard let first = problems.first else { return head + "/>" }
            let all = xml(problems.joined(separator: "\n"))
            return head + ">\n    <failure message=\"\(xml(first))\">\(all)</failure>\n  </testcase>"
        }
        let missing = (comparison?.missing ?? []).map {
            "  <testcase classname=\"\(xml(results.suite))\" name=\"\(xml($0))\" time=\"0\">\n"
                + "    <failure message=\"in the baseline, not in this run\"/>\n  </testcase>"
        }
        let failed = cases.count { $0.contains("<failure") } + missing.count
        let head =
            "<testsuite name=\"\(xml(results.suite))\" tests=\"\(cases.count + missing.count)\" failures=\"\(failed)\">"
        return (["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", head] + cases + missing + ["</testsuite>"])
            .joined(separator: "\n")
    }

    private func problems(_ guest: String) -> [String] {
        guard let comparison, let limit else { return [] }
        return comparison.regressions(over: limit).filter { $0.guest == guest }.map { Self.text($0.count) }
    }

    private func xml(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\u{0}"..."\u{8}", "\u{B}"..."\u{C}", "\u{E}"..."\u{1F}": result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

import VellumAnalysis

/// An audit for people, and as JSON.
struct AuditReport {
    var name: String
    var audit: Audit
    var execution: ExecutionReport?

    // MARK: Text

    func text(withSites: Bool) -> String {
        var lines = ["\(name): \(audit.image.format)"]
        if !audit.image.remark.isEmpty { lines.append("  \(audit.image.remark)") }
        lines += coverage
        if withSites, !audit.sites.isEmpty { lines += ["", "sites"] + audit.sites.map(line) }
        if !audit.sites.isEmpty { lines += ["", "by kind"] + audit.kinds.map(line) }
        lines += executionLines
        return (lines + ["", verdict]).joined(separator: "\n")
    }

    private var coverage: [String] {
        let share = audit.totalBytes == 0 ? 0 : Double(audit.reachedBytes) / Double(audit.totalBytes)
        var lines = [
            "  \(audit.instructions) instructions reached, \(audit.reachedBytes) of \(audit.totalBytes) bytes "
                + "(\(CacheReport.percent(share)))"
        ]
        if !audit.gaps.isEmpty {
            let largest = audit.gaps.prefix(3).map { "\(hex($0.start)) (\($0.count) bytes)" }.joined(separator: ", ")
            lines.append("  not reached: \(audit.gaps.count) stretches of code or data, the largest at \(largest)")
        }
        let swept = audit.sites.count(where: \.isSwept)
        if swept > 0 {
            lines.append(
                "  \(swept) sites were found by sweeping over bytes that nothing leads to: data may be among them")
        }
        lines += note("indirect jumps and calls not followed", audit.indirect)
        lines += note("transfers to where there is no code", audit.outside)
        return lines + note("places that were reached and are no instruction", audit.invalid)
    }

    private func note(_ title: String, _ addresses: [UInt32]) -> [String] {
        guard !addresses.isEmpty else { return [] }
        let first = addresses.prefix(3).map(hex).joined(separator: ", ")
        return ["  \(addresses.count) \(title): \(first)\(addresses.count > 3 ? ", …" : "")"]
    }

    private func line(_ site: Audit.Site) -> String {
        let bytes = site.bytes.map { DeadEndReport.hex($0, 2) }.joined()
        let ran = execution.map { pad("×\($0.comparison.executed[site.address] ?? 0)", 10) } ?? ""
        let start = "  \(ran)\(hex(site.address))  \(pad(bytes, 15))\(pad(site.text, 34))"
        return start + pad(site.isPrivileged ? "privileged" : "sensitive", 11)
            + pad(site.deprivileged.outcome.rawValue, 15) + "\(AuditReport.handling(site)); \(site.deprivileged.text)"
    }

    /// What Vellum makes of an instruction.
    static func handling(_ site: Audit.Site) -> String {
        site.calls.isEmpty ? "micro-ops alone" : "call " + site.calls.joined(separator: ", ")
    }

    private func line(_ kind: Audit.Kind) -> String {
        "  \(pad("\(kind.count)", 7))\(pad(kind.name, 16))\(pad(kind.isPrivileged ? "privileged" : "sensitive", 11))"
            + pad(kind.deprivileged.outcome.rawValue, 15) + kind.deprivileged.text
    }

    private var executionLines: [String] {
        guard let execution else { return [] }
        let found = execution.comparison
        let ran = audit.sites.count { found.executed[$0.address] != nil }
        let times = found.executed.values.reduce(0, +)
        var lines = [
            "", "run: \(execution.instructions) instructions, ended by \(execution.reason)",
            "  \(ran) of \(audit.sites.count) sites were executed, \(times) times in all",
            "  \(found.unlisted.count) places were executed that descent did not reach",
        ]
        lines += found.unlisted.prefix(20).map { "    \(hex($0.address)) ×\($0.count)" }
        if found.unlisted.count > 20 { lines.append("    …") }
        return lines + ["  \(found.elsewhere) executions outside of the binary (firmware, copied or unpacked code)"]
    }

    private var verdict: String {
        let silent = audit.count(.silent)
        guard silent > 0 else {
            return audit.isComplete
                ? "verdict: trap-and-emulate is faithful: every instruction that has to trap does"
                : "verdict: trap-and-emulate is faithful for the code that was reached"
        }
        return "verdict: trap-and-emulate is not faithful: \(silent) instructions would stay silent"
    }

    private func hex(_ value: UInt32) -> String { DeadEndReport.hex(value, 8) }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    // MARK: JSON

    /// Schema 1; addresses are hexadecimal text.
    var json: JSON {
        var members: [(String, JSON)] = [
            ("schema", .integer(1)), ("report", .text("audit")), ("binary", .text(name)),
            ("format", .text(audit.image.format)), ("coverage", coverageJSON),
            (
                "verdict",
                .object([
                    ("faithful", .flag(audit.isFaithful)), ("complete", .flag(audit.isComplete)),
                    ("silent", .integer(UInt64(audit.count(.silent)))),
                ])
            ),
            ("kinds", .list(audit.kinds.map(json))), ("sites", .list(audit.sites.map(json))),
        ]
        if let execution { members.append(("run", json(execution))) }
        return .object(members)
    }

    private var coverageJSON: JSON {
        .object([
            ("instructions", .integer(UInt64(audit.instructions))), ("reached", .integer(UInt64(audit.reachedBytes))),
            ("bytes", .integer(UInt64(audit.totalBytes))), ("indirect", .list(audit.indirect.map(address))),
            ("outside", .list(audit.outside.map(address))), ("invalid", .list(audit.invalid.map(address))),
            (
                "gaps",
                .list(
                    audit.gaps.map { .object([("start", address($0.start)), ("count", .integer(UInt64($0.count)))]) })
            ),
        ])
    }

    private func address(_ value: UInt32) -> JSON { .text(hex(value)) }

    private func json(_ kind: Audit.Kind) -> JSON {
        .object([
            ("kind", .text(kind.name)), ("class", .text(kind.isPrivileged ? "privileged" : "sensitive")),
            ("count", .integer(UInt64(kind.count))), ("deprivileged", .text(kind.deprivileged.outcome.rawValue)),
            ("why", .text(kind.deprivileged.text)),
        ])
    }

    private func json(_ site: Audit.Site) -> JSON {
        var members: [(String, JSON)] = [
            ("address", address(site.address)), ("bytes", .text(site.bytes.map { DeadEndReport.hex($0, 2) }.joined())),
            ("text", .text(site.text)), ("kind", .text(site.kind)),
            ("class", .text(site.isPrivileged ? "privileged" : "sensitive")),
            ("bits", .integer(site.is32Bit ? 32 : 16)),
            ("deprivileged", .text(site.deprivileged.outcome.rawValue)), ("calls", .list(site.calls.map(JSON.text))),
            ("swept", .flag(site.isSwept)),
        ]
        if let execution {
            members.append(("executed", .integer(execution.comparison.executed[site.address] ?? 0)))
        }
        return .object(members)
    }

    private func json(_ execution: ExecutionReport) -> JSON {
        .object([
            ("reason", .text(execution.reason)), ("instructions", .integer(execution.instructions)),
            ("elsewhere", .integer(execution.comparison.elsewhere)),
            (
                "unlisted",
                .list(
                    execution.comparison.unlisted.map {
                        .object([("address", address($0.address)), ("count", .integer($0.count))])
                    })
            ),
        ])
    }
}

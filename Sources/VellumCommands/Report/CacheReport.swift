import VellumMachine

/// What the translation cache did, in a few lines for people.
struct CacheReport {
    var statistics: Statistics

    /// A fraction as a percentage with two digits, rounded; without the cost of Foundation's formatting.
    static func percent(_ fraction: Double) -> String {
        let hundredths = Int((fraction.isFinite ? fraction : 0) * 10_000 + 0.5)
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
    }

    private func share(_ part: UInt64, of whole: UInt64) -> String {
        CacheReport.percent(whole == 0 ? 0 : Double(part) / Double(whole))
    }

    var text: String {
        let all = statistics
        let calls = all.callsByKind.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.prefix(5)
        let top = calls.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return """
              guest instructions executed      \(all.executed)
              needed the hypervisor            \(share(all.hypervisorCalls, of: all.executed)) (\(all.hypervisorCalls))
              instructions translated          \(all.translated) in \(all.fragments) fragments
              entries into fragments           \(all.entries), of them chained \(share(all.chained, of: all.entries))
              hit rate                         \(CacheReport.percent(all.hitRate)) (\(all.misses) misses)
              top hypervisor calls             \(top.isEmpty ? "none" : top)
            """
    }
}

import VellumIA32

/// A difference between the host and Vellum that is no fault of Vellum's.
package struct OracleRule: Sendable {
    package var name: String
    /// Why: a manual's section, or how the two machines differ.
    package var authority: String
    /// The largest share of all cases that the rule may explain, in parts of 10,000.
    package var ceiling: Int
    let matches: @Sendable (GeneratedCase, _ host: OracleResult, _ here: OracleResult) -> Bool
}

/// All explained differences.
package enum OracleRules {
    package static let all: [OracleRule] = [
        OracleRule(
            name: "fetch from data",
            authority: "the helper's data pages forbid execution; a Pentium III's pages cannot",
            ceiling: 100
        ) { _, host, _ in
            host.vector == OracleResult.pageFault && host.address == host.linearEIP
                && (Arena.data..<(Arena.data + Arena.dataSize)).contains(host.address)
        },
        OracleRule(
            name: "both run on", authority: "neither side ended the case; they stopped at different moments", ceiling: 20
        ) { _, host, here in host.vector == OracleResult.timeout && here.vector == OracleResult.timeout },
    ]

    /// The rule that explains a difference, or nil.
    package static func explanation(
        _ item: GeneratedCase, host: OracleResult, here: OracleResult
    ) -> OracleRule? {
        all.first { $0.matches(item, host, here) }
    }

    /// True for cases that must not run on the host: they reach memory that is the helper's there, or do not end.
    package static func mustDrop(_ here: OracleResult) -> Bool {
        here.vector == OracleResult.timeout
            || here.vector == OracleResult.pageFault && Arena.reserved.contains(here.address)
    }
}

extension OracleResult {
    /// EIP as a linear address; small ones are in the 16-bit code segment.
    var linearEIP: UInt32 { eip < 0x1_0000 && address >= Arena.code ? Arena.code + eip : eip }
}

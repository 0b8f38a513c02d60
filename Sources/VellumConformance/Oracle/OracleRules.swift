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
            name: "prefetch of a register",
            authority: "AMD manual vol. 3, PREFETCH: #UD; Intel's 0F 0D is a NOP (SDM vol. 2)",
            ceiling: 200
        ) { item, host, _ in host.vector == 6 && item.uses(.escape0F, 0x0D, atEIP: host.eip) },
        OracleRule(
            name: "CMPS with two faults", authority: "SDM vol. 2, CMPS does not say which operand is read first",
            ceiling: 200
        ) { item, host, here in
            item.uses(.cmps, atEIP: host.eip) && host.eip == here.eip && host.isMemoryFault && here.isMemoryFault
        },
        OracleRule(
            name: "ARPL checks for writing",
            authority: "SDM vol. 2, ARPL: #GP when the destination is not writable; AMD checks only when it writes",
            ceiling: 200
        ) { item, host, here in
            item.uses(.arpl, atEIP: here.eip)
                && (here.vector == 13 || here.vector == OracleResult.pageFault && here.errorCode & 2 != 0)
        },
        OracleRule(
            name: "access across 4 GiB",
            authority: "SDM vol. 3, section 5.3: with a limit of FFFFFFFFh such accesses may or may not fault",
            ceiling: 300
        ) { item, host, here in
            // Such an access is misaligned as well, and with AC set that is found first.
            !item.is16 && (host.vector == 13 || host.vector == 12) && host.errorCode == 0 && host.eip == here.eip
                && (here.vector == 17
                    || here.vector == OracleResult.pageFault
                        && (here.address >= 0xFFFF_F000 || here.address < 0x1000))
        },
        OracleRule(
            name: "CALL to nowhere without a stack",
            authority: "SDM vol. 2, CALL: the target's limit is checked before the push; AMD pushes first", ceiling: 20
        ) { item, host, here in
            item.uses(.call, atEIP: here.eip) && host.eip == here.eip && host.isMemoryFault && here.vector == 13
        },
        OracleRule(
            name: "ENTER to a misaligned frame",
            authority:
                "SDM vol. 2, ENTER: the final stack pointer is tried for a page fault; AMD tries its alignment too",
            ceiling: 5
        ) { item, host, _ in host.vector == 17 && item.uses(.enter, atEIP: host.eip) },
        OracleRule(
            name: "both run on", authority: "neither side ended the case; they stopped at different moments",
            ceiling: 20
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
        here.vector == OracleResult.timeout || Arena.reserved.contains(here.eip)
            || here.vector == OracleResult.pageFault && Arena.reserved.contains(here.address)
    }
}

extension GeneratedCase {
    /// The row of the instruction at an address of the code.
    func row(atEIP eip: UInt32) -> InstructionRow? {
        var offset = self.eip
        for instruction in instructions {
            if offset == eip { return InstructionTable.rows[instruction.row] }
            offset += UInt32(instruction.bytes.count)
        }
        return nil
    }

    func uses(_ operation: Operation, atEIP eip: UInt32) -> Bool { row(atEIP: eip)?.operation == operation }

    func uses(_ map: OpcodeMap, _ opcode: UInt8, atEIP eip: UInt32) -> Bool {
        row(atEIP: eip).map { $0.map == map && $0.opcode == opcode } ?? false
    }
}

extension OracleResult {
    /// #SS, #GP, #PF or #AC.
    var isMemoryFault: Bool { (12...14).contains(vector) || vector == 17 }

    /// EIP as a linear address; small ones are in the 16-bit code segment.
    var linearEIP: UInt32 { eip < 0x1_0000 && address >= Arena.code ? Arena.code + eip : eip }
}

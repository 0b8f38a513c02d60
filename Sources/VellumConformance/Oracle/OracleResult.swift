import VellumIA32

/// A word of the data pages that a case changed.
package struct ChangedWord: Equatable, Sendable {
    /// Offset from `Arena.data`.
    package var offset: UInt32
    package var value: UInt32
}

/// How a case ended, on either side.
package struct OracleResult: Equatable, Sendable {
    /// EAX to EDI in encoding order.
    package var registers: [UInt32]
    package var eip: UInt32
    package var eflags: UInt32
    /// The exception that ended it, or `timeout`.
    package var vector: UInt32
    package var errorCode: UInt32
    /// CR2; only of meaning after a page fault.
    package var address: UInt32
    package var changes: [ChangedWord]
    /// The first 288 bytes of the FXSAVE image, for cases that ask for it.
    package var floating: [UInt8] = []

    /// The case did not end by itself.
    package static let timeout: UInt32 = 0x100
    package static let pageFault: UInt32 = 14

    /// The flags that are compared: arithmetic, TF, IF, DF, IOPL, NT, RF, VM, AC and ID.
    package static let comparedFlags: UInt32 = 0x0027_7FD5
}

extension OracleResult {
    /// One line for each difference from what the host did.
    package func differences(from host: OracleResult, undefined: EFlags) -> [String] {
        var lines: [String] = []
        func compare(_ name: String, _ want: UInt32, _ got: UInt32) {
            if want != got { lines.append("\(name): host \(hex(want)), here \(hex(got))") }
        }
        compare("vector", host.vector, vector)
        for (index, register) in GeneralRegister.allCases.enumerated() {
            compare("\(register)", host.registers[index], registers[index])
        }
        compare("eip", host.eip, eip)
        let mask = OracleResult.comparedFlags & ~undefined.rawValue
        compare("eflags", host.eflags & mask, eflags & mask)
        compare("error code", host.errorCode, errorCode)
        if host.vector == OracleResult.pageFault && vector == host.vector { compare("cr2", host.address, address) }
        if changes != host.changes { lines.append("memory: host \(list(host.changes)), here \(list(changes))") }
        return lines
    }

    private func list(_ changes: [ChangedWord]) -> String {
        changes.isEmpty
            ? "unchanged" : changes.prefix(4).map { "[\(hex($0.offset))]=\(hex($0.value))" }.joined(separator: " ")
    }

    private func hex(_ value: UInt32) -> String { String(value, radix: 16, uppercase: true) }
}

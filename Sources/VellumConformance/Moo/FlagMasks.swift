/// Which flags an instruction defines: AND masks by opcode and group, taken from the opcode database of
/// SingleStepTests/80386 (column f_umask).
package struct FlagMasks: Equatable, Sendable {
    /// Opcode << 4 | group, or opcode << 4 | 8 where the group does not matter.
    private var masks: [UInt32: UInt16] = [:]

    /// The mask of an instruction; all ones where the database has no row.
    package func mask(_ instruction: MooInstruction) -> UInt16 {
        let key = UInt32(instruction.opcode) << 4
        return masks[key | UInt32(instruction.group)] ?? masks[key | 8] ?? 0xFFFF
    }

    /// A compact copy of the database, so that the tool works without the file.
    package static let standard: FlagMasks = {
        var result = FlagMasks()
        for (mask, forms) in table {
            for form in forms.split(separator: " ") {
                let parts = form.split(separator: ".")
                result.add(opcode: parts.first ?? "", group: parts.count > 1 ? parts[1] : "", mask: mask)
            }
        }
        return result
    }()

    private static let table: [(UInt16, String)] = [
        (0xFFEF, "08 09 0A 0B 0C 0D 20 21 22 23 24 25 30 31 32 33 34 35 84 85 A8 A9 F6.0 F6.1 F7.0 F7.1"),
        (0xFFEF, "80.1 80.4 80.6 81.1 81.4 81.6 82.1 82.4 82.6 83.1 83.4 83.6"),
        (0xFFEF, "D0.4 D0.5 D0.7 D1.4 D1.5 D1.7 D2.4 D2.5 D2.7 D3.4 D3.5 D3.7"),
        (0xF7FF, "27 2F C0.0 C0.1 C0.2 C0.3 C1.0 C1.1 C1.2 C1.3"),
        (0xF73B, "37 3F"),
        (0xFF2B, "69 6B F6.4 F6.5 F7.4 F7.5 0FAF"),
        (0xF7EE, "C0.4 C0.5 C0.6 C1.4 C1.5 C1.6 D4 D5"),
        (0xF7EF, "C0.7 C1.7 0FA4 0FA5 0FAC 0FAD"),
        (0xF72A, "D0.6 D1.6 D2.6 D3.6 F6.6 F6.7 F7.6 F7.7"),
        (0xF72B, "0FA3 0FAB 0FB3 0FBA.4 0FBA.5 0FBA.6 0FBA.7 0FBB"),
        (0xF76A, "0FBC 0FBD"),
    ]

    package init() {}

    /// Reads the database itself: CSV with a header line that names `op`, `ex` and `f_umask`.  Nil when a column is
    /// missing.
    package init?(csv: String) {
        let lines = csv.split(whereSeparator: \.isNewline)
        guard let header = lines.first.map(FlagMasks.fields), let op = header.firstIndex(of: "op"),
            let ex = header.firstIndex(of: "ex"), let umask = header.firstIndex(of: "f_umask")
        else { return nil }
        for line in lines.dropFirst() {
            let fields = FlagMasks.fields(line)
            guard fields.count > max(op, ex, umask), fields[umask].hasPrefix("0x"),
                let mask = UInt16(fields[umask].dropFirst(2), radix: 16)
            else { continue }
            add(opcode: fields[op], group: fields[ex], mask: mask)
        }
    }

    private static func fields(_ line: Substring) -> [Substring] {
        line.split(separator: ",", omittingEmptySubsequences: false)
    }

    private mutating func add(opcode: Substring, group: Substring, mask: UInt16) {
        guard let opcode = UInt32(opcode, radix: 16) else { return }
        masks[opcode << 4 | (UInt32(group) ?? 8)] = mask
    }
}

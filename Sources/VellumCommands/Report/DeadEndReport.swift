import VellumMachine

/// A dead end for people: what happened, the likely cause, and what that rests on.
struct DeadEndReport {
    var deadEnd: DeadEnd

    var text: String {
        let parts: [(String, [String])] = [
            ("faults, oldest first", deadEnd.faults.flatMap(lines)), ("registers", registers),
            ("descriptors", deadEnd.descriptors.map(line)), ("pages", deadEnd.pages.map(line)),
            ("last fragments, oldest first", fragments), ("code", deadEnd.code.map(line)),
        ]
        var all = ["dead end: \(deadEnd.kind.rawValue), likely cause \(deadEnd.cause.rawValue): \(deadEnd.explanation)"]
        all += deadEnd.evidence.map { "  also: \($0)" }
        for (title, lines) in parts where !lines.isEmpty {
            all.append("  \(title)")
            all += lines.map { "    \($0)" }
        }
        return all.joined(separator: "\n") + "\n"
    }

    // MARK: Numbers

    static func hex(_ value: some BinaryInteger, _ digits: Int) -> String {
        let text = String(UInt64(truncatingIfNeeded: value), radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private func long(_ value: UInt32) -> String { DeadEndReport.hex(value, 8) }

    private func place(_ selector: UInt16, _ eip: UInt32) -> String {
        "\(DeadEndReport.hex(selector, 4)):\(long(eip))"
    }

    // MARK: Parts

    private func lines(_ fault: FaultRecord) -> [String] {
        let code = fault.errorCode.map { "(\(DeadEndReport.hex($0, 4)))" } ?? ""
        let address = fault.address.map { ", address \(long($0))" } ?? ""
        let detail = fault.detail.isEmpty ? "" : ": \(fault.detail)"
        let first = "\(fault.name)\(code) at \(place(fault.selector, fault.eip))\(address)\(detail)"
        guard let failure = fault.failure else { return [first + ", delivered"] }
        return [first, "  not delivered, \(failure)"]
    }

    private var registers: [String] {
        let r = deadEnd.registers
        let control = "CR0 \(long(r.cr0)) CR2 \(long(r.cr2)) CR3 \(long(r.cr3)) CR4 \(long(r.cr4))"
        return [
            "EAX \(long(r.eax)) EBX \(long(r.ebx)) ECX \(long(r.ecx)) EDX \(long(r.edx))",
            "ESI \(long(r.esi)) EDI \(long(r.edi)) EBP \(long(r.ebp)) ESP \(long(r.esp))",
            "EIP \(long(r.eip)) EFL \(long(r.eflags)) \(flags(r.eflags)) CPL \(r.cpl)", control,
        ] + deadEnd.tables.map(line)
    }

    /// The flags that are set, as debuggers write them.
    private func flags(_ value: UInt32) -> String {
        let names: [(Int, String)] = [
            (0, "C"), (2, "P"), (4, "A"), (6, "Z"), (7, "S"), (8, "T"), (9, "I"), (10, "D"), (11, "O"), (17, "V"),
        ]
        let set = names.filter { value >> UInt32($0.0) & 1 != 0 }.map(\.1).joined()
        return "[\(set.isEmpty ? "-" : set)]"
    }

    private func line(_ table: TableRecord) -> String {
        let name = table.name + String(repeating: " ", count: max(0, 4 - table.name.count))
        guard let selector = table.selector else {
            return "\(name) base \(long(table.base)), limit \(DeadEndReport.hex(table.limit, 4))"
        }
        return "\(name) \(DeadEndReport.hex(selector, 4)) \(table.text)"
    }

    private func line(_ descriptor: DescriptorRecord) -> String {
        let place = "\(descriptor.table)+\(DeadEndReport.hex(descriptor.offset, 4))"
        guard let address = descriptor.address else { return "\(place) \(descriptor.text)" }
        let value = descriptor.value.map { " = \(DeadEndReport.hex($0, 16))" } ?? ""
        return "\(place) at \(long(address))\(value): \(descriptor.text)"
    }

    private func line(_ walk: PageWalk) -> String {
        let entries = walk.entries.map { entry in
            let address = entry.address == 0 && entry.name == "PDPTE" ? "" : " at \(long(entry.address))"
            return "\(entry.name)\(address) = \(DeadEndReport.hex(entry.value, entry.value >> 32 == 0 ? 8 : 16))"
        }
        let way = entries.isEmpty ? "" : " \(entries.joined(separator: ", ")):"
        let rights = (walk.isWritable ? "" : ", read-only") + (walk.isUser ? "" : ", supervisor")
        let outcome = walk.outcome == .mapped ? "mapped to \(long(walk.physical))\(rights)" : walk.outcome.rawValue
        return
            "\(walk.purpose) \(long(walk.linear)):\(way) \(outcome)\(walk.leavesMemory ? ", tables not in memory" : "")"
    }

    private var fragments: [String] {
        guard !deadEnd.fragments.visits.isEmpty else { return [deadEnd.fragments.absence] }
        return deadEnd.fragments.visits.map { visit in
            let times = visit.times > 1 ? " ×\(visit.times)" : ""
            let plural = visit.instructions == 1 ? "" : "s"
            return
                "\(place(visit.selector, visit.eip)) \(visit.instructions) instruction\(plural)\(times): \(visit.text)"
        }
    }

    private func line(_ code: CodeLine) -> String {
        let bytes = code.bytes.map { DeadEndReport.hex($0, 2) }.joined()
        let padding = String(repeating: " ", count: max(1, 17 - bytes.count))
        return "\(code.isPlace ? "→" : " ") \(long(code.eip)) \(bytes)\(padding)\(code.text)"
    }
}

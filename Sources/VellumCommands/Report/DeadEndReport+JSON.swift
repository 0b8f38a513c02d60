import VellumMachine

extension DeadEndReport {
    /// The member `dead_end` of the statistics.  Addresses and registers are hexadecimal text.
    var json: JSON {
        .object([
            ("kind", .text(deadEnd.kind.rawValue)), ("cause", .text(deadEnd.cause.rawValue)),
            ("explanation", .text(deadEnd.explanation)), ("evidence", .list(deadEnd.evidence.map(JSON.text))),
            ("faults", .list(deadEnd.faults.map(json))), ("registers", registersJSON),
            ("tables", .list(deadEnd.tables.map(json))), ("descriptors", .list(deadEnd.descriptors.map(json))),
            ("pages", .list(deadEnd.pages.map(json))), ("fragments", .list(deadEnd.fragments.visits.map(json))),
            ("code", .list(deadEnd.code.map(json))),
        ])
    }

    private func number(_ value: some BinaryInteger, _ digits: Int = 8) -> JSON {
        .text(DeadEndReport.hex(value, digits))
    }

    private func json(_ fault: FaultRecord) -> JSON {
        var members: [(String, JSON)] = [
            ("vector", .integer(UInt64(fault.vector))), ("name", .text(fault.name)), ("cs", number(fault.selector, 4)),
            ("eip", number(fault.eip)), ("delivered", .text(fault.failure == nil ? "yes" : "no")),
        ]
        if let code = fault.errorCode { members.append(("error_code", number(code, 4))) }
        if let address = fault.address { members.append(("address", number(address))) }
        if !fault.detail.isEmpty { members.append(("detail", .text(fault.detail))) }
        if let failure = fault.failure { members.append(("failure", .text(failure))) }
        return .object(members)
    }

    private var registersJSON: JSON {
        let r = deadEnd.registers
        let all: [(String, UInt32)] = [
            ("eax", r.eax), ("ecx", r.ecx), ("edx", r.edx), ("ebx", r.ebx), ("esp", r.esp), ("ebp", r.ebp),
            ("esi", r.esi), ("edi", r.edi), ("eip", r.eip), ("eflags", r.eflags), ("cr0", r.cr0), ("cr2", r.cr2),
            ("cr3", r.cr3), ("cr4", r.cr4),
        ]
        return .object(all.map { ($0.0, number($0.1)) } + [("cpl", .integer(UInt64(r.cpl)))])
    }

    private func json(_ table: TableRecord) -> JSON {
        let selector = table.selector.map { [("selector", number($0, 4))] } ?? []
        return .object(
            [("name", .text(table.name))] + selector + [
                ("base", number(table.base)), ("limit", number(table.limit)), ("text", .text(table.text)),
            ])
    }

    private func json(_ descriptor: DescriptorRecord) -> JSON {
        var members: [(String, JSON)] = [
            ("table", .text(descriptor.table)), ("offset", number(descriptor.offset, 4)),
            ("text", .text(descriptor.text)),
        ]
        if let address = descriptor.address { members.append(("address", number(address))) }
        if let value = descriptor.value { members.append(("value", number(value, 16))) }
        return .object(members)
    }

    private func json(_ walk: PageWalk) -> JSON {
        let entries = walk.entries.map {
            JSON.object([("name", .text($0.name)), ("address", number($0.address)), ("value", number($0.value))])
        }
        return .object([
            ("purpose", .text(walk.purpose)), ("linear", number(walk.linear)), ("entries", .list(entries)),
            ("outcome", .text(walk.outcome.rawValue)), ("physical", number(walk.physical)),
        ])
    }

    private func json(_ visit: FragmentTrace.Visit) -> JSON {
        .object([
            ("cs", number(visit.selector, 4)), ("eip", number(visit.eip)), ("linear", number(visit.linear)),
            ("instructions", .integer(UInt64(visit.instructions))), ("times", .integer(visit.times)),
            ("text", .text(visit.text)),
        ])
    }

    private func json(_ code: CodeLine) -> JSON {
        .object([
            ("eip", number(code.eip)), ("bytes", .text(code.bytes.map { DeadEndReport.hex($0, 2) }.joined())),
            ("text", .text(code.text)), ("place", .integer(code.isPlace ? 1 : 0)),
        ])
    }
}

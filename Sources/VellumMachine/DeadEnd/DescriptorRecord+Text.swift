import VellumIA32

extension Descriptor {
    /// The descriptor in words: "32-bit code, base 00000000, limit FFFFFFFF, DPL 0".
    var text: String {
        if low == 0, high == 0 { return "empty" }
        let rest = ", DPL \(dpl)\(isPresent ? "" : ", not present")"
        if isCodeOrData { return SegmentState.text(loaded(selector: 0)) }
        switch type {
        case 1, 3, 9, 11:
            let busy = type & 2 != 0 ? "busy " : ""
            return "\(busy)\(type & 8 != 0 ? 32 : 16)-bit TSS, base \(Hex.long(base)), limit \(Hex.long(limit))\(rest)"
        case 2: return "LDT, base \(Hex.long(base)), limit \(Hex.long(limit))\(rest)"
        case 5: return "task gate to \(Hex.word(gateSelector))\(rest)"
        case 4, 6, 7, 12, 14, 15:
            let name = ["call", "", "interrupt", "trap"][Int(type & 3)]
            let offset = type & 8 != 0 ? gateOffset : gateOffset & 0xFFFF
            return "\(type & 8 != 0 ? 32 : 16)-bit \(name) gate to \(Hex.place(gateSelector, offset))\(rest)"
        default: return "reserved type \(type)\(rest)"
        }
    }
}

extension SegmentState {
    static func text(_ state: SegmentState) -> String {
        guard state.access != 0 else { return "unusable" }
        guard state.isCodeOrData else {
            let kind = state.type == 2 ? "LDT" : state.type & 5 == 1 ? "TSS" : "system type \(state.type)"
            return "\(kind)\(state.isPresent ? "" : ", not present")"
        }
        var words = "\(state.isBig ? 32 : 16)-bit "
        if state.isCode {
            words += state.isConforming ? "conforming code" : "code"
            if !state.isReadable { words += ", execute-only" }
        } else {
            words += state.isExpandDown ? "expand-down data" : "data"
            if !state.isWritable { words += ", read-only" }
        }
        words += ", base \(Hex.long(state.base)), limit \(Hex.long(state.limit)), DPL \(state.dpl)"
        return state.isPresent ? words : words + ", not present"
    }
}

extension GuestView {
    /// The descriptor that a selector names, with its place.
    func record(selector: UInt16) -> DescriptorRecord {
        let isLocal = selector & 4 != 0
        let offset = UInt32(selector & 0xFFF8)
        let base = isLocal ? state.ldtr.base : state.gdtr.base
        let limit = isLocal ? (state.ldtr.isPresent ? state.ldtr.limit : 0) : UInt32(state.gdtr.limit)
        return record(table: isLocal ? "LDT" : "GDT", offset: offset, base: base, limit: limit)
    }

    func record(gate vector: UInt8) -> DescriptorRecord {
        record(table: "IDT", offset: UInt32(vector) * 8, base: state.idtr.base, limit: UInt32(state.idtr.limit))
    }

    private func record(table: String, offset: UInt32, base: UInt32, limit: UInt32) -> DescriptorRecord {
        guard offset + 7 <= limit else {
            return DescriptorRecord(
                table: table, offset: offset, address: nil, value: nil, text: "beyond the limit \(Hex.text(limit, 4))")
        }
        let address = base &+ offset
        guard let descriptor = descriptor(at: address) else {
            return DescriptorRecord(table: table, offset: offset, address: address, value: nil, text: "unreadable")
        }
        return DescriptorRecord(
            table: table, offset: offset, address: address,
            value: UInt64(descriptor.high) << 32 | UInt64(descriptor.low),
            text: descriptor.text)
    }

    /// The descriptor that a selector names; nil where there is none.
    func descriptor(_ selector: UInt16) -> Descriptor? {
        record(selector: selector).value.map {
            Descriptor(low: UInt32(truncatingIfNeeded: $0), high: UInt32(truncatingIfNeeded: $0 >> 32))
        }
    }
}

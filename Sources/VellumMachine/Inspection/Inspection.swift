import VellumExecution
import VellumHypervisor
import VellumIA32

/// What a stopped machine can be asked about.
public enum InspectionTopic: Equatable, Sendable {
    case registers
    /// What the soft TLB holds.
    case tlb
    /// The translation cache.
    case cache
    /// The fragments that hold the code at a linear address, with their micro-ops.
    case fragments(UInt32)
    /// The page tables as ranges with equal rights.
    case memoryMap
    /// The page tables, entry by entry.
    case pages
    /// Instructions and virtual time.
    case time
}

extension Machine {
    /// Lists longer than this are cut, and say so.
    static let longestInspection = 4000

    /// The answer for a person to read: lines, each with its end.  The guest is not changed by asking.
    public func inspect(_ topic: InspectionTopic) -> String {
        var lines: [String]
        switch topic {
        case .registers: lines = registerLines
        case .tlb: lines = tlbLines
        case .cache: lines = cacheLines
        case .fragments(let address): lines = fragmentLines(address)
        case .memoryMap: lines = memoryMapLines
        case .pages: lines = pageLines
        case .time: lines = timeLines
        }
        if lines.count > Machine.longestInspection {
            let rest = lines.count - Machine.longestInspection
            lines = lines.prefix(Machine.longestInspection) + ["… and \(rest) lines more"]
        }
        return lines.map { $0 + "\n" }.joined()
    }

    // MARK: Registers

    private var registerLines: [String] {
        let state = processor.cpu.pointee.privileged
        let now = registers
        var lines = [
            "EAX=\(hex(now.eax)) EBX=\(hex(now.ebx)) ECX=\(hex(now.ecx)) EDX=\(hex(now.edx))",
            "ESI=\(hex(now.esi)) EDI=\(hex(now.edi)) EBP=\(hex(now.ebp)) ESP=\(hex(now.esp))",
            "EIP=\(hex(now.eip)) EFL=\(hex(now.eflags)) [\(flagLetters(now.eflags))] CPL=\(now.cpl) \(modeName(state))"
                + (isHalted ? " halted" : ""),
        ]
        lines += SegmentRegister.allCases.map { segmentLine("\($0)".uppercased(), state[$0]) }
        lines += [segmentLine("LDT", state.ldtr), segmentLine("TR", state.tr)]
        lines += [
            "GDT=     \(hex(state.gdtr.base)) \(hex(state.gdtr.limit))",
            "IDT=     \(hex(state.idtr.base)) \(hex(state.idtr.limit))",
            "CR0=\(hex(state.cr0)) CR2=\(hex(state.cr2)) CR3=\(hex(state.cr3)) CR4=\(hex(state.cr4))",
            "DR0=\(hex(state.debug[0])) DR1=\(hex(state.debug[1])) DR2=\(hex(state.debug[2])) "
                + "DR3=\(hex(state.debug[3])) DR6=\(hex(state.debug[6])) DR7=\(hex(state.debug[7]))",
        ]
        return lines + floatingPointLines
    }

    private func segmentLine(_ name: String, _ segment: SegmentState) -> String {
        let kind =
            !segment.isPresent
            ? "not usable"
            : !segment.isCodeOrData
                ? "system type \(segment.type)"
                : (segment.isCode ? "code" : "data") + (segment.isBig ? "32" : "16")
                    + (segment.isWritable ? " writable" : segment.isReadable ? " readable" : "")
        let title = name + String(repeating: " ", count: 3 - name.count)
        return "\(title)=\(hex(segment.selector)) \(hex(segment.base)) \(hex(segment.limit)) DPL=\(segment.dpl) \(kind)"
    }

    private func flagLetters(_ flags: UInt32) -> String {
        let names: [(Int, Character)] = [
            (11, "O"), (10, "D"), (9, "I"), (8, "T"), (7, "S"), (6, "Z"), (4, "A"), (2, "P"), (0, "C"),
        ]
        return String(names.map { flags >> UInt32($0.0) & 1 != 0 ? $0.1 : "-" })
    }

    private func modeName(_ state: Privileged) -> String {
        let name = !state.isProtected ? "real mode" : state.isVirtual8086 ? "virtual-8086 mode" : "protected mode"
        return name + (state.isPaging ? ", paging" : "")
    }

    private var floatingPointLines: [String] {
        let unit = floatingPoint
        var lines = [
            "FCW=\(hex(unit.control)) FSW=\(hex(unit.status)) FTW=\(hex(unit.tags)) MXCSR=\(hex(unit.mxcsr))"
        ]
        for (index, bytes) in unit.stack.enumerated() {
            lines.append("ST\(index)=\(bytes.reversed().map { hex($0) }.joined())")
        }
        for (index, bytes) in unit.xmm.enumerated() {
            lines.append("XMM\(index)=\(bytes.reversed().map { hex($0) }.joined())")
        }
        return lines
    }

    private var timeLines: [String] {
        ["\(instructions) instructions", "\(virtualTime) ns of virtual time" + (isHalted ? ", halted" : "")]
    }

    /// Hexadecimal digits as many as the type has.
    func hex(_ value: some FixedWidthInteger) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, value.bitWidth / 4 - text.count)) + text
    }
}

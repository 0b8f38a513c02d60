import VellumDecoder
import VellumEvents
import VellumExecution
import VellumIA32
import VellumMachine

/// Why an exception was raised, in words: the instruction, the rule, and the privilege levels that it compares.
struct FaultExplanation: Equatable {
    var instruction: String
    var rule: String
}

/// Works out which rule of the architecture raised an exception, from the state that it left as it was.
final class FaultExplainer {
    private let machine: Machine
    private let decoder: Decoder?
    private let disassembler: Disassembler?
    let reader: GuestReader
    var state: Privileged { machine.processor.cpu.pointee.privileged }

    init(_ machine: Machine) {
        self.machine = machine
        reader = GuestReader(machine)
        decoder = try? Decoder(level: .pentium3)
        disassembler = try? Disassembler()
    }

    func explain(_ fault: FaultEvent, at moment: Moment) -> FaultExplanation {
        let linear = state[.cs].base &+ moment.eip
        let bytes = reader.bytes(linear, count: 15)
        let is32Bit = state[.cs].isBig
        let (text, result) = bytes.withUnsafeBytes { raw in
            (
                disassembler?.disassemble(raw, codeSize32: is32Bit, address: moment.eip).text ?? "",
                decoder?.decode(raw, codeSize32: is32Bit)
            )
        }
        var instruction: DecodedInstruction?
        if case .instruction(let decoded)? = result { instruction = decoded }
        return FaultExplanation(instruction: text, rule: rule(fault, instruction, result == .tooLong))
    }

    /// The instruction at a linear address; empty where nothing is mapped.
    func text(at linear: UInt32) -> String {
        let bytes = reader.bytes(linear, count: 15)
        guard !bytes.isEmpty else { return "" }
        let code = state[.cs]
        return bytes.withUnsafeBytes {
            disassembler?.disassemble($0, codeSize32: code.isBig, address: linear &- code.base).text ?? ""
        }
    }

    private func rule(_ fault: FaultEvent, _ instruction: DecodedInstruction?, _ isTooLong: Bool) -> String {
        switch ExceptionVector(rawValue: fault.vector) {
        case .pageFault: pageFault(fault)
        case .invalidOpcode: "no instruction of this processor, or not in this mode"
        case .deviceNotAvailable: "CR0.TS or CR0.EM is set: the system wants to know of the first use of the FPU"
        case .divideError: "division by zero, or a quotient that does not fit"
        case .debug: "a breakpoint of the debug registers, or a single step"
        case .stackFault where fault.errorCode == 0: "an access beyond the limit of SS"
        case .alignmentCheck: "CR0.AM and EFLAGS.AC are set, and the address is not a multiple of the operand's size"
        case .generalProtection, .stackFault, .segmentNotPresent, .invalidTSS:
            isTooLong ? "an instruction is longer than 15 bytes" : protection(fault, instruction)
        default: "exception \(fault.vector)"
        }
    }

    private func pageFault(_ fault: FaultEvent) -> String {
        let access = fault.errorCode & 2 != 0 ? "write" : "read or fetch"
        let who = fault.errorCode & 4 != 0 ? "CPL 3" : "CPL below 3"
        if fault.errorCode & 8 != 0 { return "\(access) at \(who): reserved bits are set in the page's entry" }
        return fault.errorCode & 1 == 0
            ? "\(access) at \(who): the page is not present" : "\(access) at \(who): the page does not allow it"
    }

    // MARK: General protection

    private func protection(_ fault: FaultEvent, _ instruction: DecodedInstruction?) -> String {
        guard let instruction else { return "the instruction cannot be fetched within the limit of CS" }
        if fault.errorCode & 2 != 0 { return gateRule(fault, instruction) }
        if fault.errorCode & ~7 != 0 { return selectorRule(fault, instruction) }
        return privilegeRule(instruction) ?? stateRule(instruction) ?? memoryRule(instruction)
    }

    /// Rules of privilege alone: CPL, IOPL, virtual-8086 mode.
    private func privilegeRule(_ instruction: DecodedInstruction) -> String? {
        let name = "\(instruction.operation)".uppercased()
        let levels = "CPL \(state.cpl), IOPL \(state.iopl)"
        switch instruction.operation {
        case .hlt, .lgdt, .lidt, .lldt, .ltr, .lmsw, .clts, .movFromControl, .movToControl, .movFromDebug, .movToDebug,
            .invlpg, .invd, .wbinvd, .rdmsr, .wrmsr, .sysexit:
            guard state.cpl != 0 else { return nil }
            return "\(name) is privileged: it needs CPL 0, and CPL is \(state.cpl)"
        case .cli, .sti:
            guard state.cpl > state.iopl else { return nil }
            return "\(name) needs CPL ≤ IOPL: \(levels)"
        case .pushf, .popf, .int, .iret:
            guard state.isVirtual8086, state.iopl < 3 else { return nil }
            return "\(name) in virtual-8086 mode needs IOPL 3: IOPL is \(state.iopl)"
        case .in, .out, .ins, .outs:
            guard state.cpl > state.iopl || state.isVirtual8086 else { return nil }
            return "\(name): CPL > IOPL (\(levels)), and the task's I/O map does not allow the port"
        case .rdtsc where state.cr4 & CR4.tsd != 0 && state.cpl != 0:
            return "RDTSC needs CPL 0 while CR4.TSD is set: CPL is \(state.cpl)"
        case .rdpmc where state.cr4 & CR4.pce == 0 && state.cpl != 0:
            return "RDPMC needs CPL 0 while CR4.PCE is clear: CPL is \(state.cpl)"
        default: return nil
        }
    }

    /// Values that registers of the system do not take.
    private func stateRule(_ instruction: DecodedInstruction) -> String? {
        switch instruction.operation {
        case .rdmsr, .wrmsr:
            let number = String(machine.processor.cpu[.ecx], radix: 16)
            return "model-specific register \(number)h does not exist or does not take the value"
        case .movToControl: return "the control register does not take the value: reserved or contradictory bits"
        case .sysenter, .sysexit: return "IA32_SYSENTER_CS holds a null selector"
        case .jmp, .call, .ret, .jcc: return "the target lies beyond the limit of CS, \(hex(state[.cs].limit))"
        default: return nil
        }
    }

    private func memoryRule(_ instruction: DecodedInstruction) -> String {
        let segment = state[instruction.segment]
        let name = "\(instruction.segment)".uppercased()
        if state.isProtected, !state.isVirtual8086, segment.selector & ~3 == 0, instruction.segment != .cs {
            return "a memory operand through \(name), which holds a null selector"
        }
        if instruction.operation == .simd { return "a 16-byte operand that is not aligned, or beyond its segment" }
        return "a memory operand beyond the limit of \(name) (\(hex(segment.limit))) or against its type"
    }

    /// The error code blames an entry of the IDT.
    private func gateRule(_ fault: FaultEvent, _ instruction: DecodedInstruction) -> String {
        let vector = UInt8(truncatingIfNeeded: fault.errorCode >> 3)
        guard let gate = reader.gate(vector) else { return "vector \(vector) lies beyond the limit of the IDT" }
        if instruction.operation == .int || instruction.operation == .int3 || instruction.operation == .into,
            gate.dpl < state.cpl
        {
            return "INT \(vector) by a program needs CPL ≤ the gate's DPL: CPL \(state.cpl), DPL \(gate.dpl)"
        }
        return "vector \(vector): the IDT's entry is no usable gate (type \(gate.type), "
            + "\(gate.isPresent ? "present" : "not present"))"
    }

    /// The error code is a selector.
    private func selectorRule(_ fault: FaultEvent, _ instruction: DecodedInstruction) -> String {
        let selector = UInt16(truncatingIfNeeded: fault.errorCode & ~3)
        let name = "selector \(hex(UInt32(selector)))"
        guard let descriptor = reader.descriptor(selector) else { return "\(name) lies beyond its descriptor table" }
        if !descriptor.isPresent { return "\(name): the descriptor is not present" }
        let kind = descriptor.isCodeOrData ? (descriptor.type & 8 != 0 ? "code" : "data") : "system"
        return "\(name) (\(kind), type \(descriptor.type), DPL \(descriptor.dpl)) must not be used so: "
            + "CPL is \(state.cpl)"
    }

    func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
}

import VellumIA32
import VellumMicroOps

/// Compares what a row claims with the effects of its lowering.  A wrong row fails by name.
struct Conformance {
    let row: InstructionRow
    let sample: Sample

    /// What the row says that the lowering does not do, or the other way round.
    static func lies(of row: InstructionRow, _ samples: [Sample]) -> [String] {
        samples.flatMap { sample in
            Conformance(row: row, sample: sample).lies.map { "\(row.operation): \($0) (\(sample.name))" }
        }
    }

    private var lies: [String] {
        // What faults by the mode alone shows nothing of the instruction; instructions of later steps do nothing yet.
        if sample.isStaticFault || [.simd, .escape].contains(row.operation) { return [] }
        return [flagsRead, flagsWritten, sensitivity, end, registers, widths, memory].compactMap { $0 }
    }

    // MARK: Flags

    private var flagsRead: String? {
        let claimed = row.flagsRead.intersection(.visible)
        return claimed == sample.flagsRead ? nil : "reads flags \(sample.flagsRead.rawValue), not \(claimed.rawValue)"
    }

    private var flagsWritten: String? {
        let written = row.flagsWritten.intersection(.visible)
        let allowed = written.union(row.flagsUndefined)
        let touched = sample.flagsTouched
        if !written.isSubset(of: touched) { return "leaves flags \(written.subtracting(touched).rawValue)" }
        return touched.isSubset(of: allowed) ? nil : "changes flags \(touched.subtracting(allowed).rawValue)"
    }

    // MARK: Class and end

    private var sensitivity: String? {
        let classes = Set(sample.calls.map(\.sensitivity))
        let claimed: Set<Sensitivity> = row.sensitivity == .innocuous ? [] : [row.sensitivity]
        return classes == claimed ? nil : "is \(classes), not \(claimed)"
    }

    private var end: String? {
        let isRepeated =
            row.attributes.contains(.repeats) && !sample.instruction.prefixes.isDisjoint(with: [.rep, .repne])
        let claimed = row.attributes.contains(.endsUnit) || isRepeated
        return sample.endsUnit == claimed ? nil : claimed ? "does not end the unit" : "ends the unit"
    }

    // MARK: Registers

    private var registers: String? {
        let expected = expectedRegisters
        let actual = Set(GeneralRegister.allCases.filter { !sample.touched.isDisjoint(with: SlotSet($0)) })
        return actual == expected ? nil : "uses \(actual), not \(expected)"
    }

    private var operands: [OperandKind] { [row.operands.first, row.operands.second, row.operands.third] }

    private var expectedRegisters: Set<GeneralRegister> {
        if row.operation == .nop { return [] }
        var registers = Set(operands.compactMap { operandSlot($0)?.register })
        registers.formUnion(implicit)
        if sample.instruction.isMemory, operands.contains(where: { $0.isMemoryForm }) {
            for number in [sample.instruction.base, sample.instruction.index] {
                if let register = GeneralRegister(rawValue: number) { registers.insert(register) }
            }
        }
        for kind in operands {
            if [.xb, .xv].contains(kind) { registers.insert(.esi) }
            if [.yb, .yv].contains(kind) { registers.insert(.edi) }
        }
        let isRepeated = !sample.instruction.prefixes.isDisjoint(with: [.rep, .repne])
        if row.attributes.contains(.repeats), isRepeated { registers.insert(.ecx) }
        return registers
    }

    /// The slot and width of a register operand.
    private func operandSlot(_ kind: OperandKind) -> (register: GeneralRegister, bytes: SlotSet)? {
        let instruction = sample.instruction
        func make(_ number: UInt8, _ size: OperandSize) -> (GeneralRegister, SlotSet)? {
            let slot = RegisterSlot(encoded: number, size: size)
            return GeneralRegister(rawValue: UInt8(slot.word)).map { ($0, SlotSet(slot, width: size.rawValue)) }
        }
        switch kind {
        case .eb: return instruction.isMemory ? nil : make(instruction.rm, .byte)
        case .ew: return instruction.isMemory ? nil : make(instruction.rm, .word)
        case .ev, .evw: return instruction.isMemory ? nil : make(instruction.rm, instruction.operandSize)
        case .gb: return make(instruction.reg, .byte)
        case .gw: return make(instruction.reg, .word)
        case .gv: return make(instruction.reg, instruction.operandSize)
        case .zb: return make(instruction.opcode & 7, .byte)
        case .zv: return make(instruction.opcode & 7, instruction.operandSize)
        case .al: return make(0, .byte)
        case .cl: return make(1, .byte)
        case .dx: return make(2, .word)
        case .eax: return make(0, instruction.operandSize)
        case .rd: return make(instruction.rm, .dword)
        case .none, .ib, .iw, .iv, .ibs, .jb, .jv, .ap, .mp, .m, .ma, .ms, .mq, .ob, .ov, .sw, .cd, .dd, .xb, .xv, .yb,
            .yv, .one, .es, .cs, .ss, .ds, .fs, .gs:
            return nil
        }
    }

    /// Register operands are used at their width; calls take whole registers and leave the width to the handler.
    private var widths: String? {
        guard sample.calls.isEmpty, row.operation != .nop else { return nil }
        // The result of BSWAP on a word is undefined (SDM vol. 2, BSWAP); the lowering swaps the doubleword.
        if row.operation == .bswap { return nil }
        let slots = operands.compactMap { operandSlot($0) }
        for slot in slots {
            let isShared = slots.filter { $0.register == slot.register }.count > 1
            let isAddress =
                sample.instruction.isMemory
                && [sample.instruction.base, sample.instruction.index]
                    .contains(slot.register.rawValue)
            if isShared || isAddress || implicit.contains(slot.register) { continue }
            let used = sample.touched.intersection(SlotSet(slot.register))
            if used != slot.bytes { return "uses other bytes of \(slot.register)" }
        }
        return nil
    }

    // MARK: Memory

    private var memory: String? {
        guard let expected = expectedBytes else { return nil }
        let actual = sample.accessedBytes
        return actual == expected ? nil : "accesses \(actual) bytes, not \(expected)"
    }

    /// Nil where a call makes the access.
    private var expectedBytes: Int? {
        let instruction = sample.instruction
        if [.ins, .outs].contains(row.operation) || row.operation == .nop { return 0 }
        if row.operation == .xlat { return 1 }
        return operands.reduce(0) { sum, kind in
            if kind.isMemoryForm, !instruction.isMemory { return sum }
            return sum + (kind.memorySize(instruction.operandSize) ?? 0)
        }
    }
}

extension OperandKind {
    /// An operand that ModRM may put in memory.
    var isMemoryForm: Bool {
        switch self {
        case .eb, .ew, .ev, .evw, .mp, .m, .ma, .ms, .mq: true
        default: false
        }
    }
}

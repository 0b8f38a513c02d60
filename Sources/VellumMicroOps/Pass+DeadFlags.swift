import VellumIA32

extension Passes {
    /// Replaces flag-setting operations by their flag-less forms, or drops them, where nothing can see the flags: later
    /// operations of the unit set them all again, and nothing in between can read them, fault or leave the unit.
    ///
    /// One walk backwards.  A fault shows the flags from before its instruction, so all are live where an operation can
    /// fault; leaving shows those from after it, so all are live at the end of an instruction that can leave.
    static func dropDeadFlags(_ unit: inout TranslatedUnit) {
        var live = EFlags.visible
        var index = unit.operations.count
        var kept = index
        while index > 0 {
            let start = unit.startOfInstruction(endingAt: index)
            if unit.operations[start..<index].contains(where: { $0.opcode.effects.canLeave }) { live = .visible }
            while index > start {
                index -= 1
                guard let operation = unit.operations[index].dropping(flagsOutside: live) else { continue }
                live = operation.liveFlags(before: live)
                kept -= 1
                unit.operations[kept] = operation
            }
        }
        unit.operations.removeFirst(kept)
    }

    /// The flags that matter after each micro-op, by the same rules: what the pass sees, for listings.
    package static func liveFlags(in unit: TranslatedUnit) -> [EFlags] {
        var after = Array(repeating: EFlags.visible, count: unit.operations.count)
        var live = EFlags.visible
        var index = unit.operations.count
        while index > 0 {
            let start = unit.startOfInstruction(endingAt: index)
            if unit.operations[start..<index].contains(where: { $0.opcode.effects.canLeave }) { live = .visible }
            while index > start {
                index -= 1
                after[index] = live
                live = unit.operations[index].liveFlags(before: live)
            }
        }
        return after
    }
}

extension TranslatedUnit {
    /// The index of the first operation of the instruction whose last one is before `end`.
    fileprivate func startOfInstruction(endingAt end: Int) -> Int {
        var start = end - 1
        while start > 0, operations[start - 1].instruction == operations[end - 1].instruction { start -= 1 }
        return start
    }
}

extension MicroOp {
    /// The flags that matter before the operation, given those that matter after it.
    func liveFlags(before after: EFlags) -> EFlags {
        let effects = opcode.effects
        if effects.canFault || effects.canLeave { return .visible }
        return after.subtracting(effects.flagsWritten).union(effects.flagsRead).union(flagsReadByFields)
    }

    /// The operation without the work for flags that are not live; nil where nothing is left of it.
    fileprivate func dropping(flagsOutside live: EFlags) -> MicroOp? {
        let effects = opcode.effects
        let touched = effects.flagsTouched
        guard !touched.isEmpty, touched.isDisjoint(with: live), effects.flow.isEmpty else { return self }
        if writesNothingButFlags { return nil }
        return withoutFlags ?? self
    }

    private var writesNothingButFlags: Bool {
        let effects = self.effects
        return effects.writes.isEmpty && effects.memory == .none
    }

    /// The same value computed without flags, where there is an opcode for it.
    package var withoutFlags: MicroOp? {
        var plain = self
        switch opcode {
        case .add8, .add16, .add32, .or8, .or16, .or32, .and8, .and16, .and32, .sub8, .sub16, .sub32, .xor8, .xor16,
            .xor32, .add8i, .add16i, .add32i, .or8i, .or16i, .or32i, .and8i, .and16i, .and32i, .sub8i, .sub16i,
            .sub32i, .xor8i, .xor16i, .xor32i:
            plain.opcode = opcode.offset(Int(MicroOpcode.add8n.rawValue) - Int(MicroOpcode.add8.rawValue))
        case .imulTwo32: plain.opcode = .imulTwo32n
        case .imulTwo32i: plain.opcode = .imulTwo32in
        case .shl32i: plain.opcode = .shl32in
        case .shr32i: plain.opcode = .shr32in
        case .sar32i: plain.opcode = .sar32in
        case .rotate32i:
            // Through CF the flags are the value.
            guard d < 2, 1...31 ~= immediate else { return nil }
            plain.opcode = .rotateLeft32in
            if d == 1 { plain.immediate = 32 - immediate }
            plain.d = 0
        case .inc8: plain.add(1, .add8in)
        case .inc16: plain.add(1, .add16in)
        case .inc32: plain.add(1, .add32in)
        case .dec8: plain.add(~0, .add8in)
        case .dec16: plain.add(~0, .add16in)
        case .dec32: plain.add(~0, .add32in)
        default: return nil
        }
        return plain
    }

    private mutating func add(_ step: UInt32, _ opcode: MicroOpcode) {
        self.opcode = opcode
        immediate = step
    }
}

import VellumIA32

extension Passes {
    /// Replaces flag-setting operations by their flag-less forms, or drops them, where no operation sees the flags: later
    /// ones set them all again.
    ///
    /// One walk backwards.  A fault shows the flags from before its instruction, and leaving those from after it.  Where
    /// only a load or a store between can fault or leave, the flags are not computed either when that exit can make
    /// them up for itself, from a result and an operand that are still there: see `FlagRestoration`.
    static func dropDeadFlags(_ unit: inout TranslatedUnit) {
        var walk = FlagWalk()
        var index = unit.operations.count
        var kept = index
        while index > 0 {
            let start = unit.startOfInstruction(endingAt: index)
            walk.enter(unit.operations[start..<index])
            while index > start {
                index -= 1
                guard let operation = walk.step(over: index, from: start, in: unit) else { continue }
                kept -= 1
                unit.operations[kept] = operation
            }
        }
        unit.operations.removeFirst(kept)
    }

    /// The flags that somebody may see after each micro-op, exits among them, on the same walk: for listings.
    package static func liveFlags(in unit: TranslatedUnit) -> [EFlags] {
        var after = Array(repeating: EFlags.visible, count: unit.operations.count)
        var walk = FlagWalk()
        var index = unit.operations.count
        while index > 0 {
            let start = unit.startOfInstruction(endingAt: index)
            walk.enter(unit.operations[start..<index])
            while index > start {
                index -= 1
                let mayLeave = unit.operations[start...index].contains { $0.opcode.isAccess }
                after[index] = mayLeave ? .visible : walk.visible
                _ = walk.step(over: index, from: start, in: unit)
            }
        }
        return after
    }
}

/// What is known on the walk backwards of the flags at a place.
private struct FlagWalk {
    /// Flags that an operation further on reads, or that something shows which needs them all.
    private var live = EFlags.visible
    /// Before all flags are set again, loads or stores may show them.
    private var areShown = false
    /// What is written from here to the last of those.
    private var written: SlotSet = []

    /// The flags that matter here, those that only an exit shows among them.
    var visible: EFlags { areShown ? .visible : live }

    /// Everything must be in its place here.
    private mutating func settle() {
        live = .visible
        areShown = false
        written = []
    }

    mutating func enter(_ instruction: ArraySlice<MicroOp>) {
        if instruction.contains(where: { !$0.opcode.isAccess && $0.opcode.effects.canLeave }) { settle() }
    }

    /// The operation as it stays; nil where nothing is left of it.
    mutating func step(over index: Int, from start: Int, in unit: TranslatedUnit) -> MicroOp? {
        let operation = unit.operations[index]
        let effects = operation.opcode.effects
        if operation.opcode.isAccess {
            areShown = true
            // Nobody makes up DF.
            live.insert(.direction)
            written.formUnion(operation.writtenSlots(effects))
            return operation
        }
        if effects.canFault || effects.canLeave {
            settle()
            return operation
        }
        let touched = effects.flagsTouched
        if !touched.isEmpty, touched.isDisjoint(with: live), effects.flow.isEmpty {
            let mayLeave = unit.operations[start..<index].contains { $0.opcode.isAccess }
            if !areShown && !mayLeave {
                if operation.writesNothingButFlags { return nil }
                if let plain = operation.withoutFlags { return plain }
            } else if let lean = operation.restorable(areShown ? written : nil) {
                pass(operation)
                return lean
            }
        }
        pass(operation)
        return operation
    }

    private mutating func pass(_ operation: MicroOp) {
        let effects = operation.opcode.effects
        if effects.flagsTouched.isEmpty {
            if areShown { written.formUnion(operation.writtenSlots(effects)) }
        } else if effects.flagsWritten.isSuperset(of: .arithmetic) || !areShown {
            areShown = false
            written = []
            live.subtract(effects.flagsWritten)
        } else {
            // Some of the flags shown are older ones.
            settle()
        }
        live.formUnion(effects.flagsRead.union(operation.flagsReadByFields))
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
    /// What the opcode's effects say of the slots written; a few micro-ops write less.
    fileprivate func writtenSlots(_ effects: OpcodeEffects) -> SlotSet {
        var slots = effects.writes
        if effects.a.isWritten { slots.formUnion(SlotSet(offset: a, width: effects.a.width)) }
        if effects.b.isWritten { slots.formUnion(SlotSet(offset: b, width: effects.b.width)) }
        if effects.c.isWritten { slots.formUnion(SlotSet(offset: c, width: effects.c.width)) }
        return slots
    }

    fileprivate var writesNothingButFlags: Bool {
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

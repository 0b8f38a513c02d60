import VellumIA32

extension Passes {
    /// Joins neighbours into one micro-op: a comparison and the branch on it, a register copied only to be jumped to.
    ///
    /// The comparison is the last operation of its instruction and cannot fault, so nothing can come between it and the
    /// branch but the end of the fragment after a slow access of its own instruction: `fusedComparison` is what is then
    /// left to do.
    static func fuse(_ unit: inout TranslatedUnit) {
        let count = unit.operations.count
        guard count >= 2 else { return }
        if let joined = unit.operations[count - 1].fused(with: unit.operations[count - 2]) {
            unit.operations[count - 2] = joined
            unit.operations.removeLast()
        } else if unit.operations[count - 1].opcode == .indirect {
            foldTarget(&unit)
        }
    }

    /// Jumps to a register without the copy in a temporary, where nothing writes the register between.
    private static func foldTarget(_ unit: inout TranslatedUnit) {
        let last = unit.operations.count - 1
        let jump = unit.operations[last]
        for index in [last - 1, last - 2] where index >= 0 && unit.operations[index].instruction == jump.instruction {
            let copy = unit.operations[index]
            guard copy.opcode == .move32, copy.a == jump.b else { continue }
            let source = SlotSet(offset: copy.b, width: 4)
            let between = unit.operations[(index + 1)..<last]
            let isKept = between.allSatisfy { operation in
                let effects = operation.effects
                return effects.writes.isDisjoint(with: source)
                    && effects.reads.isDisjoint(with: SlotSet(offset: copy.a, width: 4))
            }
            guard isKept, jump.b >= RegisterSlot.t0.offset else { return }
            unit.operations[last].b = copy.b
            unit.operations.remove(at: index)
            return
        }
    }
}

extension MicroOp {
    /// The fused terminal for this branch after `comparison`, where there is one.  Its `d` is the instruction of the
    /// comparison.
    fileprivate func fused(with comparison: MicroOp) -> MicroOp? {
        guard let condition = opcode.branchCondition, comparison.instruction != instruction else { return nil }
        var joined = comparison
        joined.instruction = instruction
        joined.d = comparison.instruction
        if comparison.opcode == .test32, comparison.a == comparison.b,
            MicroOpcode.fused(.test32, condition) == nil
        {
            // Of a value and itself, TEST leaves the flags that CMP with zero does.
            joined.b = RegisterSlot.zero.offset
            joined.immediate = 0
            joined.opcode = .cmp32i
        }
        guard let opcode = MicroOpcode.fused(joined.opcode, condition) else { return nil }
        joined.opcode = opcode
        return joined
    }

    /// The comparison in a fused terminal, as an operation of the instruction that it belongs to.
    package var fusedComparison: MicroOp? {
        guard let opcode = self.opcode.fusedComparison else { return nil }
        var comparison = self
        comparison.opcode = opcode
        comparison.instruction = d
        comparison.d = 0
        return comparison
    }
}

extension MicroOpcode {
    /// The condition of a plain conditional branch.
    package var branchCondition: Condition? {
        guard rawValue >= MicroOpcode.branchO.rawValue, rawValue <= MicroOpcode.branchG.rawValue else { return nil }
        return Condition(rawValue: UInt8(rawValue - MicroOpcode.branchO.rawValue))
    }

    private static let ordered: [Condition] = [
        .below, .notBelow, .zero, .notZero, .belowOrEqual, .above, .less, .notLess, .lessOrEqual, .greater,
    ]
    private static let byByte: [Condition] = [.zero, .notZero, .below, .notBelow]
    private static let bySign: [Condition] = [.zero, .notZero, .sign, .notSign]

    /// The fused terminal of a comparison and a condition.
    static func fused(_ comparison: MicroOpcode, _ condition: Condition) -> MicroOpcode? {
        switch comparison {
        case .cmp32: member(.cmp32BranchB, ordered, condition)
        case .cmp32i: member(.cmp32iBranchB, ordered, condition)
        case .cmp8i: member(.cmp8iBranchZ, byByte, condition)
        case .test32: member(.test32BranchZ, bySign, condition)
        case .test8i: member(.test8iBranchZ, [.zero, .notZero], condition)
        case .dec32: member(.dec32BranchNZ, [.notZero], condition)
        default: nil
        }
    }

    private static func member(_ first: MicroOpcode, _ order: [Condition], _ condition: Condition) -> MicroOpcode? {
        order.firstIndex(of: condition).map { first.offset($0) }
    }

    /// The comparison in a fused terminal.
    package var fusedComparison: MicroOpcode? {
        switch self {
        case .cmp32BranchB, .cmp32BranchNB, .cmp32BranchZ, .cmp32BranchNZ, .cmp32BranchBE, .cmp32BranchA,
            .cmp32BranchL, .cmp32BranchNL, .cmp32BranchLE, .cmp32BranchG:
            .cmp32
        case .cmp32iBranchB, .cmp32iBranchNB, .cmp32iBranchZ, .cmp32iBranchNZ, .cmp32iBranchBE, .cmp32iBranchA,
            .cmp32iBranchL, .cmp32iBranchNL, .cmp32iBranchLE, .cmp32iBranchG:
            .cmp32i
        case .cmp8iBranchZ, .cmp8iBranchNZ, .cmp8iBranchB, .cmp8iBranchNB: .cmp8i
        case .test32BranchZ, .test32BranchNZ, .test32BranchS, .test32BranchNS: .test32
        case .test8iBranchZ, .test8iBranchNZ: .test8i
        case .dec32BranchNZ: .dec32
        default: nil
        }
    }
}

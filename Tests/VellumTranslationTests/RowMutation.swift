import VellumIA32
import VellumMicroOps

/// Lies that a row could tell.
enum RowMutation: CaseIterable {
    case dropWritten, addWritten, dropRead, addRead, dropUndefined
    case innocuous, privileged, sensitive
    case endsUnit, doesNotEndUnit, doesNotRepeat
    case dropFirstOperand, dropSecondOperand, addOperand, narrowFirst, narrowSecond, noAccess, otherPointer

    /// The lying row, or nil where the mutation would tell the truth or nothing of the row.
    func apply(_ row: InstructionRow) -> InstructionRow? {
        var lie = row
        switch self {
        case .dropWritten:
            guard let flag = flags(row.flagsWritten.subtracting(row.flagsUndefined)).first else { return nil }
            lie.flagsWritten.remove(flag)
        case .addWritten:
            guard let flag = flags(EFlags.visible.subtracting(row.flagsWritten).subtracting(row.flagsUndefined)).first
            else { return nil }
            lie.flagsWritten.insert(flag)
        case .dropRead:
            guard let flag = flags(row.flagsRead).first else { return nil }
            lie.flagsRead.remove(flag)
        case .addRead:
            guard let flag = flags(EFlags.visible.subtracting(row.flagsRead)).first else { return nil }
            lie.flagsRead.insert(flag)
        case .dropUndefined:
            guard [.and, .or, .xor, .test, .mul, .imul, .imulTwo, .aam, .aad].contains(row.operation) else {
                return nil
            }
            lie.flagsUndefined = []
        case .innocuous: lie.sensitivity = .innocuous
        case .privileged: lie.sensitivity = .privileged
        case .sensitive: lie.sensitivity = .sensitive
        case .endsUnit: lie.attributes.insert(.endsUnit)
        case .doesNotEndUnit: lie.attributes.remove(.endsUnit)
        case .doesNotRepeat: lie.attributes.remove(.repeats)
        default: return applyToOperands(row)
        }
        return isSame(lie, row) ? nil : lie
    }

    private func isSame(_ a: InstructionRow, _ b: InstructionRow) -> Bool {
        a.flagsRead == b.flagsRead && a.flagsWritten == b.flagsWritten && a.flagsUndefined == b.flagsUndefined
            && a.sensitivity == b.sensitivity && a.attributes == b.attributes
    }

    private func flags(_ set: EFlags) -> [EFlags] {
        [.carry, .parity, .adjust, .zero, .sign, .overflow, .direction].filter { set.contains($0) }
    }

    private func applyToOperands(_ row: InstructionRow) -> InstructionRow? {
        var lie = row
        switch self {
        case .dropFirstOperand:
            guard row.operands.first.isGeneralRegister, !Self.isDoubled(row) else { return nil }
            lie.operands.first = .none
        case .dropSecondOperand:
            guard row.operands.second.isGeneralRegister, !Self.isDoubled(row) else { return nil }
            lie.operands.second = .none
        case .addOperand:
            // The register is not one that the sample has already.
            guard row.mod != .none, row.group == nil, row.operands.third == .none, !usesReg(row), row.operation != .nop
            else { return nil }
            lie.operands.third = .gv
        case .narrowFirst:
            guard let narrow = narrower(row.operands.first), hasWidths(row) else { return nil }
            lie.operands.first = narrow
        case .narrowSecond:
            guard let narrow = narrower(row.operands.second), hasWidths(row) else { return nil }
            lie.operands.second = narrow
        case .noAccess:
            guard
                let wide = [row.operands.first, row.operands.second].first(where: { [.ma, .ms, .mq, .mp].contains($0) })
            else { return nil }
            if row.operands.first == wide { lie.operands.first = .m } else { lie.operands.second = .m }
        case .otherPointer:
            if row.operands.first == .mp {
                lie.operands.first = .ms
            } else if row.operands.second == .mp {
                lie.operands.second = .ma
            } else if row.operands.second == .m {
                lie.operands.second = .mq
            } else {
                return nil
            }
        default: return nil
        }
        return lie
    }

    private func usesReg(_ row: InstructionRow) -> Bool {
        [row.operands.first, row.operands.second].contains { [.gb, .gw, .gv].contains($0) }
    }

    /// Both operands can be the same register in the samples, or the operation uses the register anyhow.
    private static func isDoubled(_ row: InstructionRow) -> Bool {
        row.operation == .nop || [.cwd, .enter].contains(row.operation)
    }

    private func hasWidths(_ row: InstructionRow) -> Bool {
        row.sensitivity == .innocuous
            && ![.nop, .bswap, .push, .pop, .call, .jmp, .mul, .imul, .div, .idiv, .cmpxchg].contains(row.operation)
    }

    private func narrower(_ kind: OperandKind) -> OperandKind? {
        switch kind {
        case .ev: .eb
        case .gv: .gb
        case .zv: .zb
        case .ew: .eb
        default: nil
        }
    }
}

extension OperandKind {
    /// A general register in every form that a sample takes, or at least in one.
    fileprivate var isGeneralRegister: Bool {
        switch self {
        case .eb, .ew, .ev, .evw, .gb, .gw, .gv, .zb, .zv, .rd, .dx: true
        default: false
        }
    }
}

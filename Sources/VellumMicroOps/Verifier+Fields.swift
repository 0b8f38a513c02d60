import VellumIA32

extension MicroOp {
    /// The first rule about single fields that the micro-op breaks.
    var brokenRule: VerifierError.Rule? {
        if opcode == .hypervisor { return brokenCallRule }
        if opcode.leavesOutFlags, FlagRestoration(rawValue: e) == nil { return .badKind }
        let effects = opcode.effects
        for (offset, use) in [(a, effects.a), (b, effects.b), (c, effects.c)] {
            if let rule = MicroOp.brokenRule(of: offset, use) { return rule }
        }
        if effects.usesSegment, e >= 6 { return .badSegment }
        if opcode.isBulk, !BulkShape.isValid(segments: e) { return .badSegment }
        if opcode.hasCoprocessorOperand, e & ~SegmentField.flat >= 6 { return .badSegment }
        if opcode.isCoprocessor, let rule = MicroOp.brokenRule(of: a, coprocessorSlotUse) { return rule }
        if effects.usesScale, d > 3 { return .badScale }
        if effects.usesCondition, d > 15 { return .badCondition }
        if let kinds = opcode.kindCount, d >= kinds { return .badKind }
        if !hasValidImmediate { return .badImmediate }
        return opcode == .fault ? brokenFaultRule : nil
    }

    /// A slot must lie within one register: four bytes, the low two, the lowest, or the second of the first four.
    private static func brokenRule(of offset: UInt8, _ use: SlotUse) -> VerifierError.Rule? {
        guard use.width > 0 else { return nil }
        let isSecondByte = use.width == 1 && offset & 3 == 1 && offset < 16
        guard offset < UInt8(RegisterSlot.fileBytes), offset & 3 == 0 || isSecondByte else { return .slotOutsideFile }
        return use.isWritten && offset >= RegisterSlot.zero.offset ? .zeroWritten : nil
    }

    private var hasValidImmediate: Bool {
        if opcode.isShiftByImmediate { return (1...31).contains(immediate) }
        switch opcode {
        case .step16, .step32: return [1, 2, 4].contains(immediate)
        case .aam: return (1...255).contains(immediate)
        case .aad: return immediate <= 255
        case .probeWrite: return (1...4096).contains(immediate)
        case .return32: return immediate <= 0xFFFF
        default: return true
        }
    }

    private var brokenFaultRule: VerifierError.Rule? {
        guard let number = UInt8(exactly: immediate), let vector = ExceptionVector(rawValue: number) else {
            return .badVector
        }
        return displacement == 0 || vector.hasErrorCode && displacement <= 0xFFFF ? nil : .badVector
    }

    private var brokenCallRule: VerifierError.Rule? {
        guard let call = hypervisorCall else { return .badCall }
        let arguments = callArguments
        let effects = call.effects
        for (offset, use) in [(a, effects.first), (b, effects.second)] {
            if let rule = MicroOp.brokenRule(of: offset, use) { return rule }
        }
        let isSized = effects.sizes.isEmpty || effects.sizes.contains(arguments.size)
        let isString = call == .ins || call == .outs
        let isAddressed = arguments.addressSize == 2 && isString || arguments.addressSize == 4
        guard isSized, isAddressed, isString || !arguments.repeats, e & 0x40 == 0, hasValidIndex(effects.index) else {
            return .badCallArguments
        }
        switch call {
        case .int: return immediate <= 255 ? nil : .badCallArguments
        case .retFar: return immediate <= 0xFFFF ? nil : .badCallArguments
        case .sti: return immediate <= 1 ? nil : .badCallArguments
        default: return nil
        }
    }

    private func hasValidIndex(_ kind: CallIndex) -> Bool {
        switch kind {
        case .none: true
        case .segment: d < 6
        case .loadableSegment: d < 6 && d != SegmentRegister.cs.rawValue
        case .control: [0, 2, 3, 4].contains(d)
        case .debug: d < 8
        }
    }
}

extension MicroOpcode {
    /// A block of a repeated string instruction's iterations.
    package var isBulk: Bool { [.bulkMove, .bulkFill, .bulkScan, .bulkCompare].contains(self) }

    /// How many kinds `d` tells apart, where it does.
    package var kindCount: UInt8? {
        switch self {
        case .rotate8, .rotate16, .rotate32, .rotate8i, .rotate16i, .rotate32i: 4
        case .bit16, .bit32, .bit16i, .bit32i: 4
        case .doubleShift16, .doubleShift32, .doubleShift16i, .doubleShift32i: 2
        case .loopWhile16, .loopWhile32: 2
        case .bulkMove, .bulkFill: 6
        case .bulkScan, .bulkCompare: 12
        default: nil
        }
    }
}

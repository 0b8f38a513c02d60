import VellumIA32
import VellumMicroOps

extension MicroOp {
    /// A random micro-op of an opcode, every field in its range.  Hypervisor calls have arguments of no meaning.
    package static func random(_ opcode: MicroOpcode, using generator: inout SeededGenerator) -> MicroOp {
        var operation = MicroOp(opcode)
        let effects = opcode.effects
        operation.a = slot(effects.a, &generator)
        operation.b = slot(effects.b, &generator)
        operation.c = slot(effects.c, &generator)
        operation.d = kind(opcode, &generator)
        if effects.usesSegment { operation.e = UInt8.random(in: 0...5, using: &generator) }
        if opcode.isBulk {
            let segments = SegmentRegister.allCases + [nil, nil]
            let source = segments.randomElement(using: &generator) ?? nil
            let destination = segments.randomElement(using: &generator) ?? nil
            operation.e = BulkShape(shift: 0, isShort: false, source: source, destination: destination).segments
        }
        operation.immediate = immediate(opcode, &generator)
        operation.displacement = opcode == .fault ? 0 : generator.value()
        return operation
    }

    /// The same with registers in place of temporaries, for units in which no instruction wrote the temporaries first.
    package static func randomOfRegisters(_ opcode: MicroOpcode, using generator: inout SeededGenerator) -> MicroOp {
        var operation = random(opcode, using: &generator)
        for field in [\MicroOp.a, \.b, \.c] where 32..<RegisterSlot.zero.offset ~= operation[keyPath: field] {
            operation[keyPath: field] &= 0x1F
        }
        return operation
    }

    private static func slot(_ use: SlotUse, _ generator: inout SeededGenerator) -> UInt8 {
        let number = UInt8.random(in: 0..<8, using: &generator)
        switch use.width {
        case 0: return RegisterSlot.zero.offset
        case 1 where generator.oneIn(2): return RegisterSlot(encoded: number, size: .byte).offset
        default:
            if generator.oneIn(3) { return RegisterSlot(temporary: number % 7).offset }
            return RegisterSlot(encoded: number, size: .dword).offset
        }
    }

    private static func kind(_ opcode: MicroOpcode, _ generator: inout SeededGenerator) -> UInt8 {
        if opcode.effects.usesScale { return UInt8.random(in: 0...3, using: &generator) }
        if opcode.effects.usesCondition { return UInt8.random(in: 0...15, using: &generator) }
        switch opcode {
        case .rotate8, .rotate16, .rotate32, .rotate8i, .rotate16i, .rotate32i, .bit16, .bit32, .bit16i, .bit32i:
            return UInt8.random(in: 0...3, using: &generator)
        case .bulkMove, .bulkFill: return UInt8.random(in: 0...5, using: &generator)
        case .bulkScan, .bulkCompare: return UInt8.random(in: 0...11, using: &generator)
        case .doubleShift16, .doubleShift32, .doubleShift16i, .doubleShift32i, .loopWhile16, .loopWhile32:
            return UInt8.random(in: 0...1, using: &generator)
        default: return 0
        }
    }

    private static func immediate(_ opcode: MicroOpcode, _ generator: inout SeededGenerator) -> UInt32 {
        if opcode.isShiftByImmediate { return UInt32.random(in: 1...31, using: &generator) }
        switch opcode {
        case .step16, .step32: return [1, 2, 4].randomElement(using: &generator) ?? 1
        case .aam: return UInt32.random(in: 1...255, using: &generator)
        case .aad: return UInt32.random(in: 0...255, using: &generator)
        case .probeWrite: return [1, 2, 4, 16, 32].randomElement(using: &generator) ?? 1
        case .return32: return UInt32.random(in: 0...0xFFFF, using: &generator)
        case .fault: return [0, 6, 7, 13].randomElement(using: &generator) ?? 6
        default: return generator.value()
        }
    }
}

extension TranslatedUnit {
    /// A unit of one micro-op: an instruction of its own, with an exit to `next` after it where it does not end the unit.
    package static func single(_ operation: MicroOp, links: (UInt32, UInt32), next: UInt32) -> TranslatedUnit {
        var unit = TranslatedUnit()
        unit.operations = [operation]
        unit.offsets = [0, 1]
        unit.targets = links
        if !operation.opcode.isTerminal {
            var exit = MicroOp(.exit, displacement: next)
            exit.instruction = 1
            unit.operations.append(exit)
            unit.offsets.append(2)
        }
        unit.retiring = unit.instructionCount
        return unit
    }
}

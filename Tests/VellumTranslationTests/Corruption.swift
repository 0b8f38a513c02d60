import VellumIA32
import VellumMicroOps
import VellumTestSupport

/// Ways to make a sound unit unsound.  Each breaks a rule whatever the unit, so none of its results would run as the
/// guest's code does.
enum Corruption: CaseIterable {
    case slotOutsideFile, slotAcrossRegisters, writeToZero, segment, scale, condition, kind, shiftCount, immediate
    case callNumber, callSize, callIndex, callAddressSize, callRepeated, callSlot, callImmediate
    case faultVector, faultErrorCode
    case noTerminal, twoTerminals, operationAfterTerminal, terminalElsewhere, wayOutElsewhere
    case instructionBeyondEnd, instructionOrder, offsetStep, offsetFirst, offsetMissing, retiringCount, classCount
    case temporaryNeverWritten, temporaryOfOtherInstruction, temporaryAcross
    case changeBeforeFault, flagsBeforeFault, storeBeforeFault, callBeforeFault, moveUpChange, loadWithoutRight
    case storeElsewhere, storeWider, fusedWithItself, fusedTooEarly, superinstruction

    /// The rules that the result may be rejected for.
    var rules: Set<VerifierError.Rule> {
        switch self {
        case .slotOutsideFile, .slotAcrossRegisters, .callSlot: [.slotOutsideFile]
        case .writeToZero: [.zeroWritten]
        case .segment: [.badSegment]
        case .scale: [.badScale]
        case .condition: [.badCondition]
        case .kind: [.badKind]
        case .shiftCount, .immediate: [.badImmediate]
        case .callNumber: [.badCall]
        case .callSize, .callIndex, .callAddressSize, .callRepeated, .callImmediate: [.badCallArguments]
        case .faultVector, .faultErrorCode: [.badVector]
        case .noTerminal, .operationAfterTerminal: [.noTerminal]
        case .twoTerminals: [.earlyTerminal]
        case .terminalElsewhere: [.terminalElsewhere, .instructionOrder]
        case .wayOutElsewhere: [.terminalElsewhere]
        case .instructionBeyondEnd, .instructionOrder: [.instructionOrder]
        case .offsetStep, .offsetFirst, .offsetMissing, .retiringCount, .classCount: [.badOffsets]
        case .temporaryNeverWritten, .temporaryOfOtherInstruction, .temporaryAcross:
            [.undefinedTemporary, .impreciseFault]
        case .changeBeforeFault, .flagsBeforeFault, .storeBeforeFault, .callBeforeFault, .moveUpChange,
            .loadWithoutRight, .storeElsewhere, .storeWider:
            [.impreciseFault]
        case .fusedWithItself, .fusedTooEarly: [.badFusion]
        case .superinstruction: [.badSuperinstruction]
        }
    }

    /// The corrupted unit, or nil where the unit offers no place for it.
    func apply(_ unit: TranslatedUnit, _ generator: inout SeededGenerator) -> TranslatedUnit? {
        var work = Corruptor(unit: unit, generator: generator)
        defer { generator = work.generator }
        return work.apply(self) ? work.unit : nil
    }
}

/// A unit while it is being corrupted.  Every step says whether it found a place.
struct Corruptor {
    var unit: TranslatedUnit
    var generator: SeededGenerator

    mutating func apply(_ corruption: Corruption) -> Bool {
        switch corruption {
        case .slotOutsideFile: setSlot(UInt8.random(in: 64...255, using: &generator)) { $0.width > 0 }
        case .slotAcrossRegisters: setSlot(UInt8.random(in: 0..<15, using: &generator) * 4 + 3) { $0.width > 0 }
        case .writeToZero: setSlot(RegisterSlot.zero.offset) { $0.isWritten }
        case .segment: change({ $0.opcode.effects.usesSegment }) { $0.e = UInt8.random(in: 6...255, using: &$1) }
        case .scale: change({ $0.opcode.effects.usesScale }) { $0.d = UInt8.random(in: 4...255, using: &$1) }
        case .condition: change({ $0.opcode.effects.usesCondition }) { $0.d = UInt8.random(in: 16...255, using: &$1) }
        case .kind:
            change({ $0.opcode.kindCount != nil }) {
                $0.d = UInt8.random(in: ($0.opcode.kindCount ?? 0)...255, using: &$1)
            }
        case .shiftCount:
            change({ $0.opcode.isShiftByImmediate }) {
                $0.immediate = $1.oneIn(3) ? 0 : UInt32.random(in: 32 ... .max, using: &$1)
            }
        case .immediate:
            change({ Self.largest($0.opcode) != nil }) { $0.immediate = Self.wrongImmediate($0.opcode, &$1) }
        case .callNumber:
            change({ $0.opcode == .hypervisor }) {
                $0.c = UInt8.random(in: UInt8(HypervisorCall.allCases.count)...255, using: &$1)
            }
        case .callSize:
            change({ $0.hypervisorCall?.effects.sizes.isEmpty == false }) {
                $0.e = $0.e & ~7 | ([0, 3, 5, 6, 7].randomElement(using: &$1) ?? 0)
            }
        case .callIndex: corruptCallIndex()
        case .callAddressSize:
            change({ $0.opcode == .hypervisor }) {
                $0.e = $0.e & ~0x38 | ([0, 1, 3, 5, 6, 7].randomElement(using: &$1) ?? 0) << 3
            }
        case .callRepeated:
            change({ $0.opcode == .hypervisor && !Self.isString($0) }) { $0.e |= $1.oneIn(2) ? 0x80 : 0x40 }
        case .callSlot:
            change({ $0.hypervisorCall.map { $0.effects.first.width > 0 } ?? false }) {
                $0.a = UInt8.random(in: 61...255, using: &$1)
            }
        case .callImmediate:
            change({ [.int, .retFar].contains($0.hypervisorCall) }) {
                $0.immediate = UInt32.random(in: 0x1_0000 ... .max, using: &$1)
            }
        case .faultVector:
            change({ $0.opcode == .fault }) {
                $0.immediate = $1.oneIn(2) ? UInt32.random(in: 20 ... .max, using: &$1) : 15
            }
        case .faultErrorCode:
            change({ $0.opcode == .fault }) { $0.displacement = UInt32.random(in: 0x1_0000 ... .max, using: &$1) }
        default: applyToFlow(corruption)
        }
    }

    // MARK: Fields

    /// Changes one operation that fits.
    mutating func change(_ fits: (MicroOp) -> Bool, _ body: (inout MicroOp, inout SeededGenerator) -> Void) -> Bool {
        guard let index = pick(fits) else { return false }
        body(&unit.operations[index], &generator)
        return true
    }

    /// The index of one operation that fits.
    mutating func pick(_ fits: (MicroOp) -> Bool) -> Int? {
        unit.operations.indices.filter { fits(unit.operations[$0]) }.randomElement(using: &generator)
    }

    private mutating func setSlot(_ value: UInt8, _ fits: (SlotUse) -> Bool) -> Bool {
        guard
            let index = pick({ operation in
                let effects = operation.opcode.effects
                return [effects.a, effects.b, effects.c].contains(where: fits)
            })
        else { return false }
        let effects = unit.operations[index].opcode.effects
        if fits(effects.a) {
            unit.operations[index].a = value
        } else if fits(effects.b) {
            unit.operations[index].b = value
        } else {
            unit.operations[index].c = value
        }
        return true
    }

    private static func isString(_ operation: MicroOp) -> Bool { [.ins, .outs].contains(operation.hypervisorCall) }

    /// The largest immediate of the opcodes that limit it.
    private static func largest(_ opcode: MicroOpcode) -> UInt32? {
        switch opcode {
        case .aam, .aad: 255
        case .step16, .step32: 4
        case .probeWrite: 4096
        case .return32: 0xFFFF
        default: nil
        }
    }

    private static func wrongImmediate(_ opcode: MicroOpcode, _ generator: inout SeededGenerator) -> UInt32 {
        let isZeroWrong = opcode != .aad && opcode != .return32
        if isZeroWrong, generator.oneIn(3) { return 0 }
        return UInt32.random(in: ((largest(opcode) ?? 0) + 1) ... .max, using: &generator)
    }

    private mutating func corruptCallIndex() -> Bool {
        change({ $0.hypervisorCall.map { $0.effects.index != .none } ?? false }) { operation, generator in
            operation.d = UInt8.random(in: 8...255, using: &generator)
            switch operation.hypervisorCall?.effects.index {
            case .loadableSegment where generator.oneIn(2): operation.d = SegmentRegister.cs.rawValue
            case .control where generator.oneIn(2): operation.d = [1, 5, 6, 7].randomElement(using: &generator) ?? 1
            default: break
            }
        }
    }
}

import VellumIA32
import VellumMicroOps

extension Lowering {
    mutating func lowerShift() {
        let size = width
        switch instruction.operation {
        case .shl: lowerCounted(.shl8, .shl8i, size)
        case .shr: lowerCounted(.shr8, .shr8i, size)
        case .sar: lowerCounted(.sar8, .sar8i, size)
        case .rol: lowerCounted(.rotate8, .rotate8i, size, kind: 0)
        case .ror: lowerCounted(.rotate8, .rotate8i, size, kind: 1)
        case .rcl: lowerCounted(.rotate8, .rotate8i, size, kind: 2)
        case .rcr: lowerCounted(.rotate8, .rotate8i, size, kind: 3)
        default: lowerDoubleShift(right: instruction.operation == .shrd)
        }
    }

    private mutating func lowerCounted(
        _ slots: MicroOpcode, _ immediate: MicroOpcode, _ size: UInt8, kind: UInt8 = 0
    ) {
        let count = operand(row.operands.second)
        update(operand(row.operands.first, writing: true), size: size) { lowering, slot in
            if case .immediate(let value) = count {
                // A count of zero changes nothing, but a memory operand is still read and written.
                guard value & 31 != 0 else { return }
                lowering.emit(MicroOp(immediate.sized(size), a: slot, d: kind, immediate: value & 31))
            } else {
                lowering.emit(MicroOp(slots.sized(size), a: slot, b: RegisterSlot(.ecx), d: kind))
            }
        }
    }

    private mutating func lowerDoubleShift(right: Bool) {
        let source = RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)
        let size = self.size
        let count = operand(row.operands.third)
        update(operand(.ev, writing: true), size: size) { lowering, slot in
            if case .immediate(let value) = count {
                guard value & 31 != 0 else { return }
                let opcode = MicroOpcode.doubleShift16i.wordSized(size)
                lowering.emit(MicroOp(opcode, a: slot, b: source, d: right ? 1 : 0, immediate: value & 31))
            } else {
                let opcode = MicroOpcode.doubleShift16.wordSized(size)
                lowering.emit(MicroOp(opcode, a: slot, b: source, c: RegisterSlot(.ecx), d: right ? 1 : 0))
            }
        }
    }

    mutating func lowerBits() {
        switch instruction.operation {
        case .bsf, .bsr:
            let family: MicroOpcode = instruction.operation == .bsf ? .bsf16 : .bsr16
            let source = value(operand(.ev), size: size, in: .t0)
            let target = RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)
            emit(MicroOp(family.wordSized(size), a: target, b: source))
        case .bt: lowerBitTest(kind: 0)
        case .bts: lowerBitTest(kind: 1)
        case .btr: lowerBitTest(kind: 2)
        default: lowerBitTest(kind: 3)
        }
    }

    private mutating func lowerBitTest(kind: UInt8) {
        let size = self.size
        let number = operand(row.operands.second)
        guard instruction.isMemory else {
            return emitBit(operand(.ev), number, kind, size)
        }
        if case .register(let slot) = number { return lowerBitString(slot, kind) }
        emitBit(.memory(memoryReference(writing: kind != 0)), number, kind, size)
    }

    private mutating func emitBit(_ destination: Operand, _ number: Operand, _ kind: UInt8, _ size: UInt8) {
        let immediate = instruction.immediate
        func operation(_ slot: RegisterSlot) -> MicroOp {
            if case .register(let bit) = number {
                return MicroOp(MicroOpcode.bit16.wordSized(size), a: slot, b: bit, d: kind)
            }
            return MicroOp(MicroOpcode.bit16i.wordSized(size), a: slot, d: kind, immediate: immediate)
        }
        if kind == 0 {
            let slot = value(destination, size: size, in: .t0)
            emit(operation(slot))
        } else {
            update(destination, size: size) { lowering, slot in lowering.emit(operation(slot)) }
        }
    }

    /// A bit string in memory: the bit number, signed, reaches beyond the operand (SDM vol. 2, BT).
    private mutating func lowerBitString(_ number: RegisterSlot, _ kind: UInt8) {
        emit(MicroOp(MicroOpcode.bitOffset16.wordSized(size), a: .t3, b: number))
        let base = instruction.base == DecodedInstruction.noRegister ? nil : instruction.base
        let index = instruction.index == DecodedInstruction.noRegister ? nil : instruction.index
        emit(
            MicroOp(
                .leaX, a: .t3, b: .t3, c: index.map { RegisterSlot(encoded: $0, size: .dword) } ?? .zero,
                d: instruction.scale, displacement: instruction.displacement))
        let place = reference(
            segment: instruction.segment, base: .t3, index: base.map { RegisterSlot(encoded: $0, size: .dword) },
            writing: kind != 0)
        emitBit(.memory(place), .register(number), kind, size)
    }
}

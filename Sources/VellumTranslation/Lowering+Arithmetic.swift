import VellumIA32
import VellumMicroOps

extension Lowering {
    mutating func lowerArithmetic() {
        let size = width
        switch instruction.operation {
        case .cmp: lowerComparison(.cmp8, .cmp8i, size)
        case .test: lowerComparison(.test8, .test8i, size)
        case .inc: updateAlone(.inc8, size)
        case .dec: updateAlone(.dec8, size)
        case .neg: updateAlone(.neg8, size)
        case .not: updateAlone(.not8, size)
        case .add: lowerBinary(.add8, .add8i, size)
        case .or: lowerBinary(.or8, .or8i, size)
        case .adc: lowerBinary(.adc8, .adc8i, size)
        case .sbb: lowerBinary(.sbb8, .sbb8i, size)
        case .and: lowerBinary(.and8, .and8i, size)
        case .sub: lowerBinary(.sub8, .sub8i, size)
        default: lowerBinary(.xor8, .xor8i, size)
        }
    }

    private mutating func lowerBinary(_ slots: MicroOpcode, _ immediate: MicroOpcode, _ size: UInt8) {
        let destination = operand(row.operands.first, writing: true)
        if case .immediate(let value) = operand(row.operands.second) {
            update(destination, size: size) { lowering, slot in
                lowering.emit(MicroOp(immediate.sized(size), a: slot, immediate: value))
            }
        } else {
            let source = value(operand(row.operands.second), size: size, in: .t1)
            update(destination, size: size) { lowering, slot in
                lowering.emit(MicroOp(slots.sized(size), a: slot, b: source))
            }
        }
    }

    private mutating func lowerComparison(_ slots: MicroOpcode, _ immediate: MicroOpcode, _ size: UInt8) {
        let left = value(operand(row.operands.first), size: size, in: .t0)
        if case .immediate(let value) = operand(row.operands.second) {
            emit(MicroOp(immediate.sized(size), a: left, immediate: value))
        } else {
            let right = value(operand(row.operands.second), size: size, in: .t1)
            emit(MicroOp(slots.sized(size), a: left, b: right))
        }
    }

    private mutating func updateAlone(_ family: MicroOpcode, _ size: UInt8) {
        update(operand(row.operands.first, writing: true), size: size) { lowering, slot in
            lowering.emit(MicroOp(family.sized(size), a: slot))
        }
    }

    mutating func lowerMultiply() {
        let size = width
        switch instruction.operation {
        case .imulTwo:
            let source = value(operand(row.operands.second), size: size, in: .t0)
            let target = RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)
            emit(MicroOp(MicroOpcode.imulTwo16.wordSized(size), a: target, b: source))
        case .imulThree:
            let source = value(operand(row.operands.second), size: size, in: .t0)
            let target = RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)
            emit(
                MicroOp(
                    MicroOpcode.imulTwo16i.wordSized(size), a: target, b: source, immediate: instruction.immediate))
        default:
            let source = value(operand(row.operands.first), size: size, in: .t0)
            emit(MicroOp(accumulatorFamily.sized(size), b: source))
        }
    }

    private var accumulatorFamily: MicroOpcode {
        switch instruction.operation {
        case .mul: .mul8
        case .imul: .imul8
        case .div: .div8
        default: .idiv8
        }
    }

    mutating func lowerDecimal() {
        switch instruction.operation {
        case .daa: emit(MicroOp(.daa))
        case .das: emit(MicroOp(.das))
        case .aaa: emit(MicroOp(.aaa))
        case .aas: emit(MicroOp(.aas))
        case .aam:
            if instruction.immediate & 0xFF == 0 {
                finish(.fault(.divideError, errorCode: 0))
            } else {
                emit(MicroOp(.aam, immediate: instruction.immediate & 0xFF))
            }
        default: emit(MicroOp(.aad, immediate: instruction.immediate & 0xFF))
        }
    }

    mutating func lowerBound() {
        let first = memoryReference()
        load(.t0, from: first, size: size)
        load(.t1, from: second(of: first, after: UInt32(size)), size: size)
        let index = RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)
        emit(MicroOp(MicroOpcode.bound16.wordSized(size), a: index, b: .t0, c: .t1))
    }

    mutating func lowerARPL() {
        let source = RegisterSlot(encoded: instruction.reg, size: .word)
        update(operand(.ew, writing: true), size: 2) { lowering, slot in
            lowering.emit(MicroOp(.arpl, a: slot, b: source))
        }
    }
}

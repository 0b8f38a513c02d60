import VellumIA32
import VellumMicroOps

extension Lowering {
    mutating func lowerMove() {
        switch instruction.operation {
        case .mov: lowerMOV()
        case .movzx: lowerExtension(signed: false)
        case .movsx: lowerExtension(signed: true)
        case .lea: lowerLEA()
        case .xchg: lowerXCHG()
        case .bswap: emit(MicroOp(.swapBytes, a: RegisterSlot(encoded: instruction.opcode & 7, size: .dword)))
        case .xlat:
            emit(MicroOp(.zeroExtend8, a: .t0, b: RegisterSlot(.eax)))
            let table = reference(segment: instruction.segment, base: RegisterSlot(.ebx), index: .t0)
            load(RegisterSlot(.eax), from: table, size: 1)
        case .cbw: lowerCBW()
        case .cwd:
            let fill: MicroOpcode = size == 2 ? .signFill16 : .signFill32
            emit(MicroOp(fill, a: RegisterSlot(.edx), b: RegisterSlot(.eax)))
        case .lahf: emit(MicroOp(.lahf))
        case .sahf: emit(MicroOp(.sahf))
        case .salc: emit(MicroOp(.salc))
        case .cmov:
            // The source is read, and may fault, whether the condition holds or not.
            let source = value(operand(.ev), size: size, in: .t0)
            let target = RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)
            emit(
                MicroOp(
                    MicroOpcode.cmov16.wordSized(size), a: target, b: source, d: instruction.condition.rawValue))
        default:
            switch operand(.eb, writing: true) {
            case .register(let slot): emit(MicroOp(.setcc, a: slot, d: instruction.condition.rawValue))
            case let place:
                emit(MicroOp(.setcc, a: .t0, d: instruction.condition.rawValue))
                write(.t0, to: place, size: 1)
            }
        }
    }

    private mutating func lowerMOV() {
        let size = width
        let destination = operand(row.operands.first, writing: true)
        switch (destination, operand(row.operands.second)) {
        case (.register(let slot), .immediate(let value)):
            emit(MicroOp(MicroOpcode.set8.sized(size), a: slot, immediate: value))
        case (.register(let slot), .register(let source)): move(slot, source, size: size)
        case (.register(let slot), .memory(let memory)): load(slot, from: memory, size: size)
        case (.memory(let memory), .immediate(let value)): store(immediate: value, to: memory, size: size)
        case (.memory(let memory), .register(let source)): store(source, to: memory, size: size)
        default: break
        }
    }

    private mutating func lowerExtension(signed: Bool) {
        let sourceSize: UInt8 = row.operands.second.isByte ? 1 : 2
        let target = RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)
        let result = size == 4 ? target : RegisterSlot.t0
        switch operand(row.operands.second) {
        case .memory(let memory):
            if signed {
                loadSignExtended(result, from: memory, size: sourceSize)
            } else {
                loadZeroExtended(result, from: memory, size: sourceSize)
            }
        case .register(let source):
            let family: MicroOpcode = signed ? .signExtend8 : .zeroExtend8
            emit(MicroOp(family.offset(sourceSize == 1 ? 0 : 1), a: result, b: source))
        case .immediate: break
        }
        if size == 2 { move(target, .t0, size: 2) }
    }

    private mutating func lowerLEA() {
        let target = RegisterSlot(encoded: instruction.reg, size: instruction.operandSize)
        func slot(_ number: UInt8) -> RegisterSlot {
            number == DecodedInstruction.noRegister ? .zero : RegisterSlot(encoded: number, size: .dword)
        }
        let base = slot(instruction.base)
        let index = slot(instruction.index)
        let result = size == 4 ? target : RegisterSlot.t0
        if instruction.addressSize == .word {
            emit(MicroOp(.lea16, a: result, b: base, c: index, displacement: instruction.displacement))
        } else if instruction.index == DecodedInstruction.noRegister {
            emit(MicroOp(.leaB, a: result, b: base, displacement: instruction.displacement))
        } else {
            emit(
                MicroOp(
                    .leaX, a: result, b: base, c: index, d: instruction.scale,
                    displacement: instruction.displacement))
        }
        if size == 2 { move(target, .t0, size: 2) }
    }

    private mutating func lowerXCHG() {
        let size = width
        let first = operand(row.operands.first, writing: true)
        guard case .register(let source) = operand(row.operands.second) else { return }
        switch first {
        case .register(let slot):
            move(.t0, slot, size: size)
            move(slot, source, size: size)
        case .memory(let memory):
            loadForUpdate(.t0, from: memory, size: size)
            store(source, to: memory, size: size)
        case .immediate: return
        }
        move(source, .t0, size: size)
    }

    private mutating func lowerCBW() {
        let accumulator = RegisterSlot(.eax)
        if size == 4 {
            emit(MicroOp(.signExtend16, a: accumulator, b: accumulator))
        } else {
            emit(MicroOp(.signExtend8, a: .t0, b: accumulator))
            move(accumulator, .t0, size: 2)
        }
    }

    mutating func lowerExchange() {
        switch instruction.operation {
        case .xadd: lowerXADD()
        case .cmpxchg: lowerCMPXCHG()
        default: lowerCMPXCHG8B()
        }
    }

    /// The destination's old value goes to the source register, the sum to the destination; when both are one register
    /// it holds the sum.
    private mutating func lowerXADD() {
        let size = width
        guard case .register(let source) = operand(row.operands.second) else { return }
        switch operand(row.operands.first, writing: true) {
        case .register(let slot):
            move(.t0, slot, size: size)
            move(.t1, slot, size: size)
            emit(MicroOp(MicroOpcode.add8.sized(size), a: .t0, b: source))
            move(source, .t1, size: size)
            move(slot, .t0, size: size)
        case .memory(let memory):
            loadForUpdate(.t0, from: memory, size: size)
            move(.t1, .t0, size: size)
            emit(MicroOp(MicroOpcode.add8.sized(size), a: .t0, b: source))
            store(.t0, to: memory, size: size)
            move(source, .t1, size: size)
        case .immediate: break
        }
    }

    /// The destination is written in either case (SDM vol. 2, CMPXCHG).
    private mutating func lowerCMPXCHG() {
        let size = width
        guard case .register(let source) = operand(row.operands.second) else { return }
        let accumulator = RegisterSlot(.eax)
        let destination = operand(row.operands.first, writing: true)
        switch destination {
        case .register(let slot): move(.t0, slot, size: size)
        case .memory(let memory): loadForUpdate(.t0, from: memory, size: size)
        case .immediate: return
        }
        emit(MicroOp(MicroOpcode.cmp8.sized(size), a: accumulator, b: .t0))
        move(.t1, .t0, size: size)
        emit(MicroOp(.cmov32, a: .t1, b: widened(source, size), d: Condition.zero.rawValue))
        write(.t1, to: destination, size: size)
        // Equal: the accumulator already holds the value.
        if case .register(let slot) = destination, slot == accumulator { return }
        emit(MicroOp(.cmov32, a: .t0, b: widenedAccumulator(size), d: Condition.zero.rawValue))
        move(accumulator, .t0, size: size)
    }

    /// A slot whose low `size` bytes are the register's, readable as 32 bits.
    private mutating func widened(_ slot: RegisterSlot, _ size: UInt8) -> RegisterSlot {
        if size == 4 { return slot }
        move(.t2, slot, size: size)
        return .t2
    }

    private mutating func widenedAccumulator(_ size: UInt8) -> RegisterSlot { widened(RegisterSlot(.eax), size) }

    private mutating func lowerCMPXCHG8B() {
        // The comparison may change EAX and EDX before the operand is written back.
        let low = pinned(memoryReference(writing: true))
        let high = low.advanced(by: 4)
        // One operand of eight bytes: its limit comes before the pages of its halves, and 16-bit addresses do not wrap
        // inside it.
        probeWrite(low, bytes: 8)
        loadForUpdate(.t0, from: low, size: 4)
        loadForUpdate(.t1, from: high, size: 4)
        emit(MicroOp(.compareExchange8B))
        store(.t0, to: low, size: 4)
        store(.t1, to: high, size: 4)
    }
}

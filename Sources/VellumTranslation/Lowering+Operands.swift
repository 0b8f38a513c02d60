import VellumIA32
import VellumMicroOps

/// A memory operand as micro-ops address it.
struct MemoryReference {
    var segment: SegmentRegister
    var form: AddressForm
    var base: RegisterSlot
    var index: RegisterSlot = .zero
    var scale: UInt8 = 0
    var displacement: UInt32

    /// The same operand `bytes` further on.
    func advanced(by bytes: UInt32) -> MemoryReference {
        var moved = self
        moved.displacement = displacement &+ bytes
        return moved
    }
}

/// An operand: where it is and how wide.
enum Operand {
    case register(RegisterSlot)
    case memory(MemoryReference)
    case immediate(UInt32)
}

extension Lowering {
    // MARK: Addresses

    /// The effective address of the ModRM or moffs operand.  `offset` is added to it before any truncation.
    mutating func memoryReference(writing: Bool = false, offset: UInt32 = 0) -> MemoryReference {
        let base = slot(number: instruction.base)
        let index = slot(number: instruction.index)
        return reference(
            segment: instruction.segment, base: base, index: index, scale: instruction.scale,
            displacement: instruction.displacement &+ offset, writing: writing)
    }

    private func slot(number: UInt8) -> RegisterSlot? {
        number == DecodedInstruction.noRegister ? nil : RegisterSlot(encoded: number, size: .dword)
    }

    mutating func reference(
        segment: SegmentRegister, base: RegisterSlot?, index: RegisterSlot? = nil, scale: UInt8 = 0,
        displacement: UInt32 = 0, size: OperandSize? = nil, writing: Bool = false, temporary: RegisterSlot = .t5
    ) -> MemoryReference {
        // CS is never writable in protected mode, and its window says so.
        let flat = mode.isFlat(segment) && !(segment == .cs && writing)
        if (size ?? instruction.addressSize) == .word {
            if base == nil && index == nil {
                return MemoryReference(
                    segment: segment, form: flat ? .base : .segmented, base: .zero, displacement: displacement & 0xFFFF)
            }
            emit(MicroOp(.lea16, a: temporary, b: base ?? .zero, c: index ?? .zero, displacement: displacement))
            return MemoryReference(
                segment: segment, form: flat ? .base : .segmented, base: temporary, displacement: 0)
        }
        guard let index else {
            return MemoryReference(
                segment: segment, form: flat ? .base : .segmented, base: base ?? .zero, displacement: displacement)
        }
        if flat {
            return MemoryReference(
                segment: segment, form: .indexed, base: base ?? .zero, index: index, scale: scale,
                displacement: displacement)
        }
        emit(MicroOp(.leaX, a: temporary, b: base ?? .zero, c: index, d: scale, displacement: displacement))
        return MemoryReference(segment: segment, form: .segmented, base: temporary, displacement: 0)
    }

    /// Puts an operand's second part (a far pointer's selector, a pair's other half) at the right address: 16-bit
    /// addresses wrap at 64 KiB.
    mutating func second(of first: MemoryReference, after bytes: UInt32) -> MemoryReference {
        guard instruction.addressSize == .word else { return first.advanced(by: bytes) }
        emit(MicroOp(.lea16, a: .t6, b: first.base, displacement: first.displacement &+ bytes))
        var moved = first
        moved.base = .t6
        moved.displacement = 0
        return moved
    }

    /// The same operand with its address in a temporary, for instructions that change the registers it is made of.
    mutating func pinned(_ memory: MemoryReference) -> MemoryReference {
        if memory.form != .indexed && memory.base.isTemporary { return memory }
        emit(
            MicroOp(
                .leaX, a: .t5, b: memory.base, c: memory.index, d: memory.scale, displacement: memory.displacement))
        return MemoryReference(
            segment: memory.segment, form: memory.form == .segmented ? .segmented : .base, base: .t5, displacement: 0)
    }

    private mutating func access(_ family: MicroOpcode, _ slot: RegisterSlot, _ memory: MemoryReference) {
        emit(
            MicroOp(
                family.form(memory.form), a: slot, b: memory.base, c: memory.index, d: memory.scale,
                e: memory.segment.rawValue, displacement: memory.displacement))
    }

    mutating func load(_ slot: RegisterSlot, from memory: MemoryReference, size: UInt8) {
        access(MicroOpcode.load8B.memorySized(size), slot, memory)
    }

    /// Loads a byte or word zero-extended to 32 bits.
    mutating func loadZeroExtended(_ slot: RegisterSlot, from memory: MemoryReference, size: UInt8) {
        access(size == 4 ? .load32B : MicroOpcode.loadZX8B.memorySized(size), slot, memory)
    }

    mutating func loadSignExtended(_ slot: RegisterSlot, from memory: MemoryReference, size: UInt8) {
        access(size == 4 ? .load32B : MicroOpcode.loadSX8B.memorySized(size), slot, memory)
    }

    /// Loads with the right to write, for a read-modify-write.
    mutating func loadForUpdate(_ slot: RegisterSlot, from memory: MemoryReference, size: UInt8) {
        access(MicroOpcode.modify8B.memorySized(size), slot, memory)
    }

    mutating func store(_ slot: RegisterSlot, to memory: MemoryReference, size: UInt8) {
        access(MicroOpcode.store8B.memorySized(size), slot, memory)
    }

    mutating func store(immediate: UInt32, to memory: MemoryReference, size: UInt8) {
        emit(
            MicroOp(
                MicroOpcode.store8iB.memorySized(size).form(memory.form), b: memory.base, c: memory.index,
                d: memory.scale, e: memory.segment.rawValue, immediate: immediate, displacement: memory.displacement))
    }

    // MARK: Operands

    /// The operand of a kind; memory addresses are computed here.
    mutating func operand(_ kind: OperandKind, writing: Bool = false) -> Operand {
        switch kind {
        case .eb, .ew, .ev, .evw, .mq, .m, .ma, .ms, .mp:
            if instruction.isMemory { return .memory(memoryReference(writing: writing)) }
            return .register(RegisterSlot(encoded: instruction.rm, size: sizeOf(kind)))
        case .ob, .ov: return .memory(memoryReference(writing: writing))
        case .gb, .gw, .gv: return .register(RegisterSlot(encoded: instruction.reg, size: sizeOf(kind)))
        case .zb, .zv: return .register(RegisterSlot(encoded: instruction.opcode & 7, size: sizeOf(kind)))
        case .ib, .iw, .iv, .ibs: return .immediate(instruction.immediate)
        case .al: return .register(RegisterSlot(.eax))
        case .cl: return .register(RegisterSlot(.ecx))
        case .dx: return .register(RegisterSlot(.edx))
        case .eax: return .register(RegisterSlot(.eax))
        case .rd: return .register(RegisterSlot(encoded: instruction.rm, size: .dword))
        case .one: return .immediate(1)
        case .none, .jb, .jv, .ap, .sw, .cd, .dd, .xb, .xv, .yb, .yv, .es, .cs, .ss, .ds, .fs, .gs:
            return .immediate(0)
        }
    }

    func sizeOf(_ kind: OperandKind) -> OperandSize {
        kind.isByte ? .byte : kind.isWord ? .word : instruction.operandSize
    }

    /// The slot that holds an operand's value: the register itself, or `temporary` after a load or a move.
    mutating func value(_ operand: Operand, size: UInt8, in temporary: RegisterSlot) -> RegisterSlot {
        switch operand {
        case .register(let slot): return slot
        case .memory(let memory):
            load(temporary, from: memory, size: size)
            return temporary
        case .immediate(let value):
            emit(MicroOp(.set32, a: temporary, immediate: value))
            return temporary
        }
    }

    /// Writes a slot's value to a destination operand.
    mutating func write(_ slot: RegisterSlot, to operand: Operand, size: UInt8) {
        switch operand {
        case .register(let register): move(register, slot, size: size)
        case .memory(let memory): store(slot, to: memory, size: size)
        case .immediate: break
        }
    }

    mutating func move(_ to: RegisterSlot, _ from: RegisterSlot, size: UInt8) {
        emit(MicroOp(MicroOpcode.move8.sized(size), a: to, b: from))
    }

    /// The operation `family` (its 8-bit, slot-by-slot, flag-setting member) on a destination, with the value of `body`
    /// applied in place: registers directly, memory as a read-modify-write through t0.
    mutating func update(_ destination: Operand, size: UInt8, _ body: (inout Lowering, RegisterSlot) -> Void) {
        switch destination {
        case .register(let slot): body(&self, slot)
        case .memory(let memory):
            loadForUpdate(.t0, from: memory, size: size)
            body(&self, .t0)
            store(.t0, to: memory, size: size)
        case .immediate: break
        }
    }
}

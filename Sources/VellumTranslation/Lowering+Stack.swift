import VellumIA32
import VellumMicroOps

extension Lowering {
    /// SS needs no check and the stack pointer is ESP: the common case of 32-bit systems.
    var hasFlatStack: Bool { mode.contains(.stack32) && mode.isFlat(.ss) }

    /// What a 16-bit program pushes on its 16-bit stack.
    private func isShortStack(_ size: UInt8) -> Bool { size == 2 && !mode.contains(.stack32) }

    private var stackAddressSize: OperandSize { mode.contains(.stack32) ? .dword : .word }

    /// The stack at (E)SP + displacement.
    mutating func stackReference(_ displacement: UInt32, base: GeneralRegister = .esp) -> MemoryReference {
        reference(
            segment: .ss, base: RegisterSlot(base), displacement: displacement, size: stackAddressSize, temporary: .t6)
    }

    /// (E)SP += bytes, without flags.
    mutating func adjustStack(by bytes: UInt32) {
        if mode.contains(.stack32) {
            emit(MicroOp(.leaB, a: RegisterSlot(.esp), b: RegisterSlot(.esp), displacement: bytes))
        } else {
            emit(MicroOp(.add16in, a: RegisterSlot(.esp), immediate: bytes))
        }
    }

    mutating func push(_ slot: RegisterSlot, size: UInt8) {
        if hasFlatStack && size == 4 { return emit(MicroOp(.push32, a: slot)) }
        if isShortStack(size) { return emit(MicroOp(.push16, a: slot, e: SegmentRegister.ss.rawValue)) }
        let place = stackReference(0 &- UInt32(size))
        store(slot, to: place, size: size)
        adjustStack(by: 0 &- UInt32(size))
    }

    mutating func push(immediate: UInt32, size: UInt8) {
        if hasFlatStack && size == 4 { return emit(MicroOp(.push32i, immediate: immediate)) }
        if isShortStack(size) {
            return emit(MicroOp(.push16i, e: SegmentRegister.ss.rawValue, immediate: immediate))
        }
        let place = stackReference(0 &- UInt32(size))
        store(immediate: immediate, to: place, size: size)
        adjustStack(by: 0 &- UInt32(size))
    }

    mutating func pop(_ slot: RegisterSlot, size: UInt8) {
        if hasFlatStack && size == 4 { return emit(MicroOp(.pop32, a: slot)) }
        if isShortStack(size) { return emit(MicroOp(.pop16, a: slot, e: SegmentRegister.ss.rawValue)) }
        load(.t0, from: stackReference(0), size: size)
        adjustStack(by: UInt32(size))
        move(slot, .t0, size: size)
    }

    mutating func lowerStack() {
        switch instruction.operation {
        case .push:
            switch operand(row.operands.first) {
            case .register(let slot): push(slot, size: size)
            case .immediate(let value): push(immediate: value, size: size)
            case .memory(let memory):
                load(.t0, from: memory, size: size)
                push(.t0, size: size)
            }
        case .pop: lowerPOP()
        case .pusha: lowerPUSHA()
        case .popa: lowerPOPA()
        case .enter: lowerENTER()
        default:
            load(.t0, from: stackReference(0, base: .ebp), size: size)
            if mode.contains(.stack32) {
                emit(MicroOp(.leaB, a: RegisterSlot(.esp), b: RegisterSlot(.ebp), displacement: UInt32(size)))
            } else {
                emit(MicroOp(.lea16, a: .t1, b: RegisterSlot(.ebp), displacement: UInt32(size)))
                move(RegisterSlot(.esp), .t1, size: 2)
            }
            move(RegisterSlot(.ebp), .t0, size: size)
        }
    }

    /// POP to memory: an address with ESP as its base is computed after ESP was incremented (SDM vol. 2, POP).
    private mutating func lowerPOP() {
        guard row.operands.first == .ev, instruction.isMemory else {
            if case .register(let slot) = operand(row.operands.first) { pop(slot, size: size) }
            return
        }
        load(.t0, from: stackReference(0), size: size)
        let usesStackPointer = instruction.base == GeneralRegister.esp.rawValue && instruction.addressSize == .dword
        let place = memoryReference(writing: true, offset: usesStackPointer ? UInt32(size) : 0)
        store(.t0, to: place, size: size)
        adjustStack(by: UInt32(size))
    }

    mutating func probeWrite(_ place: MemoryReference, bytes: UInt32) {
        emit(
            MicroOp(
                .probeWrite, b: place.base, e: place.segment.rawValue, immediate: bytes,
                displacement: place.displacement))
    }

    /// ESP moves last, so a fault half way leaves only memory below the stack changed, as on the host processor.
    private mutating func lowerPUSHA() {
        let size = UInt32(self.size)
        for register in GeneralRegister.allCases {
            let place = stackReference(0 &- (UInt32(register.rawValue) + 1) &* size)
            store(RegisterSlot(register), to: place, size: self.size)
        }
        adjustStack(by: 0 &- 8 &* size)
    }

    private mutating func lowerPOPA() {
        let size = UInt32(self.size)
        // First touch what may fault, then load for good: no register changes before the last fault.
        for number in (hasFlatStack ? [0, 7] : Array(0...7)) as [UInt32] {
            load(.t0, from: stackReference(number &* size), size: self.size)
        }
        for register in GeneralRegister.allCases.reversed() where register != .esp {
            load(RegisterSlot(register), from: stackReference((7 - UInt32(register.rawValue)) &* size), size: self.size)
        }
        adjustStack(by: 8 &* size)
    }

    /// ENTER (SDM vol. 2): nesting level modulo 32; the place where the new stack pointer ends up must be writable.
    private mutating func lowerENTER() {
        let size = UInt32(self.size)
        let level = UInt32(instruction.immediate2 & 31)
        let allocation = instruction.immediate & 0xFFFF
        store(RegisterSlot(.ebp), to: stackReference(0 &- size), size: self.size)
        if level > 0 {
            for number in 1..<level {
                load(.t0, from: stackReference(0 &- number &* size, base: .ebp), size: self.size)
                store(.t0, to: stackReference(0 &- (number + 1) &* size), size: self.size)
            }
            frame(size)
            store(.t1, to: stackReference(0 &- (level + 1) &* size), size: self.size)
        }
        let drop = 0 &- ((level == 0 ? size : (level + 1) &* size) &+ allocation)
        probeWrite(stackReference(drop), bytes: 1)
        frame(size)
        move(RegisterSlot(.ebp), .t1, size: self.size)
        adjustStack(by: drop)
    }

    /// t1 = the frame pointer that ENTER makes: ESP after the first push.  With a 16-bit stack that keeps ESP's upper
    /// half, which a 32-bit operand size shows (SDM vol. 2, ENTER: FrameTemp is ESP, whatever the stack's size).
    private mutating func frame(_ size: UInt32) {
        if mode.contains(.stack32) {
            emit(MicroOp(.leaB, a: .t1, b: RegisterSlot(.esp), displacement: 0 &- size))
        } else {
            move(.t1, RegisterSlot(.esp), size: 4)
            emit(MicroOp(.lea16, a: .t2, b: RegisterSlot(.esp), displacement: 0 &- size))
            move(.t1, .t2, size: 2)
        }
    }
}

import VellumIA32
import VellumMicroOps

extension Lowering {
    /// The bits of EIP that a near transfer of the operand size can set.
    private var targetMask: UInt32 { size == 2 ? 0xFFFF : ~0 }

    private var relativeTarget: UInt32 { (next &+ instruction.immediate) & targetMask }

    /// True when a near transfer can leave the code segment, so that its target must be checked.
    private var needsLimitCheck: Bool { codeLimit < targetMask }

    mutating func lowerBranch() {
        switch instruction.operation {
        case .jcc: lowerJcc()
        case .jmp: lowerJMP()
        case .call: lowerCALL()
        case .ret: lowerRET()
        case .loop, .loope, .loopne: lowerLOOP()
        default:
            finish(
                .slotBranch(
                    RegisterSlot(.ecx), size: instruction.addressSize.rawValue, ifZero: true, taken: relativeTarget,
                    next: next))
        }
    }

    private mutating func lowerJcc() {
        let target = relativeTarget
        guard target > codeLimit else {
            return finish(.branch(instruction.condition, taken: target, next: next))
        }
        // A branch out of the segment faults at the branch, and only when taken.
        emit(MicroOp(.set32, a: .t0, immediate: next))
        emit(MicroOp(.set32, a: .t1, immediate: target))
        emit(MicroOp(.set32, a: .t2, immediate: 0))
        emit(MicroOp(.cmov32, a: .t0, b: .t1, d: instruction.condition.rawValue))
        emit(MicroOp(.cmov32, a: .t2, b: .t1, d: instruction.condition.rawValue))
        emit(MicroOp(.limitCheck, a: .t2, immediate: codeLimit))
        finish(.indirect(.t0))
    }

    private mutating func lowerJMP() {
        guard row.operands.first == .ev else {
            let target = relativeTarget
            return finish(target > codeLimit ? .fault(.generalProtection, errorCode: 0) : .jump(target))
        }
        let target = nearTarget()
        finish(.indirect(target))
    }

    /// The zero-extended r/m operand of an indirect transfer, checked against the code segment, in t0.
    private mutating func nearTarget() -> RegisterSlot {
        switch operand(.ev) {
        case .register(let slot): emit(MicroOp(size == 2 ? .zeroExtend16 : .move32, a: .t0, b: slot))
        case .memory(let memory): loadZeroExtended(.t0, from: memory, size: size)
        case .immediate: break
        }
        checkLimit(.t0)
        return .t0
    }

    private mutating func checkLimit(_ slot: RegisterSlot) {
        if needsLimitCheck { emit(MicroOp(.limitCheck, a: slot, immediate: codeLimit)) }
    }

    private mutating func lowerCALL() {
        if row.operands.first == .ev {
            let target = nearTarget()
            push(immediate: next, size: size)
            return finish(.indirect(target))
        }
        let target = relativeTarget
        guard target <= codeLimit else { return finish(.fault(.generalProtection, errorCode: 0)) }
        push(immediate: next, size: size)
        finish(.jump(target))
    }

    private mutating func lowerRET() {
        let dropped = row.operands.first == .iw ? instruction.immediate & 0xFFFF : 0
        if hasFlatStack, size == 4, !needsLimitCheck { return finish(.return32(dropped)) }
        loadZeroExtended(.t0, from: stackReference(0), size: size)
        checkLimit(.t0)
        adjustStack(by: UInt32(size) &+ dropped)
        finish(.indirect(.t0))
    }

    private mutating func lowerLOOP() {
        let counter = RegisterSlot(.ecx)
        let bytes = instruction.addressSize.rawValue
        guard relativeTarget <= codeLimit else { return finish(.fault(.generalProtection, errorCode: 0)) }
        decrementCounter()
        switch instruction.operation {
        case .loop: finish(.slotBranch(counter, size: bytes, ifZero: false, taken: relativeTarget, next: next))
        case .loope: finish(.loopWhile(counter, size: bytes, zero: true, taken: relativeTarget, next: next))
        default: finish(.loopWhile(counter, size: bytes, zero: false, taken: relativeTarget, next: next))
        }
    }
}

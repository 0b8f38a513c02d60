import VellumExecution
import VellumIA32
import VellumMicroOps

/// Far RET and the protected-mode part of IRET (SDM vol. 2, RET and IRET).
extension Hypervisor {
    func returnFar(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        var stack = currentStack
        let eip = try pop(size: arguments.size, from: &stack)
        let selector = UInt16(truncatingIfNeeded: try pop(size: arguments.size, from: &stack))
        stack.move(by: arguments.immediate)
        guard usesDescriptors else {
            try enterRealCode(selector, eip)
            cpu[.esp] = stack.pointer
            return .transfer
        }
        let code = try returnTarget(selector)
        let privilege = UInt8(selector & 3)
        if privilege == cpl {
            try requireInside(code, eip)
            cpu[.esp] = stack.pointer
            enter(code, eip: eip, privilege: privilege)
        } else {
            var outer = try outerStack(size: arguments.size, from: &stack, privilege: privilege)
            try requireInside(code, eip)
            outer.move(by: arguments.immediate)
            leave(to: code, eip, stack: outer, privilege: privilege)
        }
        return .transfer
    }

    /// The code segment that a return address names: of this level or an outer one.
    func returnTarget(_ selector: UInt16) throws(GuestFault) -> SegmentState {
        if isNull(selector) { throw .generalProtection() }
        let entry = try entry(selector, orThrow: .generalProtection)
        let state = entry.state
        let permitted = state.isConforming ? state.dpl <= entry.rpl : state.dpl == entry.rpl
        guard state.isCode, entry.rpl >= cpl, permitted else { throw .selector(.generalProtection, selector) }
        guard state.isPresent else { throw .selector(.segmentNotPresent, selector) }
        return try accept(entry)
    }

    /// Pops ESP and SS of an outer level.
    func outerStack(
        size: UInt8, from stack: inout StackCursor, privilege: UInt8
    ) throws(GuestFault) -> StackCursor {
        let esp = try pop(size: size, from: &stack)
        let selector = UInt16(truncatingIfNeeded: try pop(size: size, from: &stack))
        let segment = try stackSegment(selector, privilege: privilege, vector: .generalProtection)
        // A 16-bit stack takes SP only; the upper half of ESP stays the inner level's.
        let pointer = segment.isBig ? esp : cpu[.esp] & 0xFFFF_0000 | esp & 0xFFFF
        return StackCursor(segment: segment, pointer: pointer, isUser: privilege == 3)
    }

    /// Goes to an outer level: stack, code, privilege, and the data segments that are too good for it.
    func leave(to code: SegmentState, _ eip: UInt32, stack: StackCursor, privilege: UInt8) {
        switchStack(stack, privilege: privilege)
        enter(code, eip: eip, privilege: privilege)
        cpu.dropInnerSegments()
    }
}

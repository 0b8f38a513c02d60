import VellumExecution
import VellumIA32
import VellumMicroOps

/// Calls to an inner privilege level and the stack switch they share with interrupts (SDM vol. 3, sections 5.8.5 and
/// 7.2.1).
extension Hypervisor {
    /// SS and ESP for a privilege level, from the task-state segment.
    func innerStack(_ privilege: UInt8, external: UInt32 = 0) throws(GuestFault) -> StackCursor {
        let task = cpu.pointee.privileged.tr
        let isWide = task.type & 8 != 0
        let offset = UInt32(privilege) * (isWide ? 8 : 4) + (isWide ? 4 : 2)
        let size: UInt32 = isWide ? 4 : 2
        guard task.isPresent, offset + size + 1 <= task.limit else {
            throw .selector(.invalidTSS, task.selector, external: external)
        }
        let pointer = try mmu.read(task.base &+ offset, width: Int(size), user: false)
        let word = try mmu.read(task.base &+ offset &+ size, width: 2, user: false)
        let selector = UInt16(truncatingIfNeeded: word)
        let segment = try stackSegment(selector, privilege: privilege, vector: .invalidTSS, external: external)
        // A 16-bit stack takes SP only, as IRET does.
        let esp = segment.isBig ? pointer : cpu[.esp] & 0xFFFF_0000 | pointer & 0xFFFF
        return StackCursor(
            segment: segment, pointer: esp, isUser: privilege == 3, errorCode: UInt32(selector & 0xFFFC) | external)
    }

    /// CALL through a gate to an inner level: a new stack, the parameters copied over.
    func callInner(_ code: SegmentState, _ eip: UInt32, gate: Descriptor) throws(GuestFault) -> CallOutcome {
        let size = gate.gateSize
        let stack = try innerStack(code.dpl)
        let parameters = try readParameters(Int(gate.gateParameterCount), size: size)
        var frame = try openFrame(UInt32(parameters.count) + 4, size: size, on: stack)
        try requireInside(code, eip)
        try push(UInt32(cpu.pointee.privileged[.ss].selector), on: &frame)
        try push(cpu[.esp], on: &frame)
        for value in parameters.reversed() { try push(value, on: &frame) }
        try pushReturnAddress(on: &frame)
        switchStack(frame.stack, privilege: code.dpl)
        enter(code, eip: eip, privilege: code.dpl)
        return .transfer
    }

    /// The words on top of the caller's stack, the topmost first.
    private func readParameters(_ count: Int, size: UInt8) throws(GuestFault) -> [UInt32] {
        var stack = currentStack
        var values: [UInt32] = []
        for _ in 0..<count { values.append(try pop(size: size, from: &stack)) }
        return values
    }

    /// Makes a stack the current one; the caller loads CS and the privilege level next.
    func switchStack(_ stack: StackCursor, privilege: UInt8) {
        var segment = stack.segment
        segment.selector = segment.selector & ~3 | UInt16(privilege)
        cpu.setSegment(.ss, segment)
        cpu[.esp] = stack.pointer
    }
}

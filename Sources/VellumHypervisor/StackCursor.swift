import VellumExecution
import VellumIA32

extension SegmentState {
    /// True when `length` bytes at `offset` lie inside the segment (SDM vol. 3, section 5.3).
    func admits(_ offset: UInt32, length: UInt32) -> Bool {
        let (last, overflow) = offset.addingReportingOverflow(length &- 1)
        guard isPresent, isCodeOrData, !overflow else { return false }
        if isExpandDown { return offset > limit && last <= (isBig ? 0xFFFF_FFFF : 0xFFFF) }
        return last <= limit
    }
}

/// A stack that is being pushed to or popped from.
///
/// The pointer is a copy: it is written back to ESP only when nothing can fault any more.
struct StackCursor {
    let segment: SegmentState
    /// ESP; only its low half moves on a 16-bit stack (SDM vol. 1, section 6.2.3).
    var pointer: UInt32
    /// Accesses have CPL 3's rights.
    let isUser: Bool
    /// What #SS reports: zero, or the selector of an inner level's stack.
    var errorCode: UInt32 = 0

    var offset: UInt32 { segment.isBig ? pointer : pointer & 0xFFFF }

    mutating func move(by delta: UInt32) {
        let moved = pointer &+ delta
        pointer = segment.isBig ? moved : pointer & 0xFFFF_0000 | moved & 0xFFFF
    }

    /// The linear address of `length` bytes at the pointer, or #SS.
    func linear(length: UInt32) throws(GuestFault) -> UInt32 {
        guard segment.admits(offset, length: length) else { throw GuestFault(.stackFault, errorCode: errorCode) }
        return segment.base &+ offset
    }
}

extension Hypervisor {
    /// The stack in use.
    var currentStack: StackCursor {
        StackCursor(segment: cpu.pointee.privileged[.ss], pointer: cpu[.esp], isUser: isUser)
    }

    /// Pushes 2 or 4 bytes.
    func push(_ value: UInt32, size: UInt8, on stack: inout StackCursor) throws(GuestFault) {
        stack.move(by: 0 &- UInt32(size))
        let linear = try stack.linear(length: UInt32(size))
        try mmu.write(linear, value: value, width: Int(size), user: stack.isUser)
    }

    /// Pops 2 or 4 bytes, zero-extended.
    func pop(size: UInt8, from stack: inout StackCursor) throws(GuestFault) -> UInt32 {
        let linear = try stack.linear(length: UInt32(size))
        let value = try mmu.read(linear, width: Int(size), user: stack.isUser)
        stack.move(by: UInt32(size))
        return value
    }

    /// Checks that `count` pushes of `size` bytes will neither leave the stack segment nor meet a page fault, so that
    /// a frame is written whole or not at all.
    func probeFrame(_ count: UInt32, size: UInt8, on stack: StackCursor) throws(GuestFault) {
        var probe = stack
        for _ in 0..<count {
            probe.move(by: 0 &- UInt32(size))
            let linear = try probe.linear(length: UInt32(size))
            try mmu.probeWrite(linear, length: UInt32(size), user: probe.isUser)
        }
    }

    /// The linear address of a memory operand; #SS(0) for the stack segment and #GP(0) for the others.
    func linear(
        _ segment: SegmentRegister, _ offset: UInt32, length: UInt32, write: Bool
    ) throws(GuestFault) -> UInt32 {
        let state = cpu.pointee.privileged[segment]
        let permitted = write ? state.isWritable : state.isReadable
        guard permitted, state.admits(offset, length: length) else {
            throw segment == .ss ? GuestFault(.stackFault) : .generalProtection()
        }
        return state.base &+ offset
    }
}

import VellumExecution
import VellumIA32

extension SegmentState {
    /// True when `length` bytes at `offset` lie inside the segment (SDM vol. 3, section 5.3).
    @inline(__always) func admits(_ offset: UInt32, length: UInt32) -> Bool {
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

    @inline(__always) mutating func move(by delta: UInt32) {
        let moved = pointer &+ delta
        pointer = segment.isBig ? moved : pointer & 0xFFFF_0000 | moved & 0xFFFF
    }

    /// The linear address of `length` bytes at the pointer, or #SS.
    @inline(__always) func linear(length: UInt32) throws(GuestFault) -> UInt32 {
        guard segment.admits(offset, length: length) else { throw GuestFault(.stackFault, errorCode: errorCode) }
        return segment.base &+ offset
    }
}

/// A frame that is being pushed.
struct StackFrame {
    var stack: StackCursor
    let size: UInt8
    /// Where its last word lies, when all of it lies in plain memory of one page; then nothing more is to be checked.
    var top: UnsafeMutableRawPointer?
}

/// Words on top of a stack.
struct StackWords {
    let host: UnsafeRawPointer
    let size: UInt8

    @inline(__always) subscript(index: Int) -> UInt32 { SoftMMU.load(host + index * Int(size), Int(size)) }
}

extension Hypervisor {
    /// The stack in use.
    @inline(__always) var currentStack: StackCursor {
        StackCursor(segment: cpu.pointee.privileged[.ss], pointer: cpu[.esp], isUser: isUser)
    }

    /// Pushes 2 or 4 bytes.
    @inline(__always) func push(_ value: UInt32, size: UInt8, on stack: inout StackCursor) throws(GuestFault) {
        stack.move(by: 0 &- UInt32(size))
        let linear = try stack.linear(length: UInt32(size))
        try mmu.write(linear, value: value, width: Int(size), user: stack.isUser)
    }

    /// Pops 2 or 4 bytes, zero-extended.
    @inline(__always) func pop(size: UInt8, from stack: inout StackCursor) throws(GuestFault) -> UInt32 {
        let linear = try stack.linear(length: UInt32(size))
        let value = try mmu.read(linear, width: Int(size), user: stack.isUser)
        stack.move(by: UInt32(size))
        return value
    }

    /// Opens a frame of `count` words of `size` bytes, which will neither leave the stack segment nor meet a page fault:
    /// it is written whole or not at all.
    @inline(__always)
    func openFrame(_ count: UInt32, size: UInt8, on stack: StackCursor) throws(GuestFault) -> StackFrame {
        let length = count &* UInt32(size)
        let offset = stack.offset
        if offset >= length, stack.segment.admits(offset &- length, length: length),
            let host = mmu.plainWrite(
                stack.segment.base &+ (offset &- length), length: length, user: stack.isUser)
        {
            return StackFrame(stack: stack, size: size, top: host + Int(length))
        }
        try probeFrame(count, size: size, on: stack)
        return StackFrame(stack: stack, size: size, top: nil)
    }

    /// Pushes one of the words that the frame was opened for.
    @inline(__always)
    func push(_ value: UInt32, on frame: inout StackFrame) throws(GuestFault) {
        guard let top = frame.top else { return try push(value, size: frame.size, on: &frame.stack) }
        let word = top - Int(frame.size)
        SoftMMU.store(word, value, Int(frame.size))
        frame.top = word
        frame.stack.pointer &-= UInt32(frame.size)
    }

    /// The `count` words of `size` bytes on top of a stack where they lie together in plain memory; else nil, and they
    /// are popped one by one.
    @inline(__always)
    func plainWords(_ count: UInt32, size: UInt8, on stack: StackCursor) -> StackWords? {
        let length = count &* UInt32(size)
        let offset = stack.offset
        guard stack.segment.admits(offset, length: length),
            stack.segment.isBig || offset &+ length <= 0x1_0000,
            let host = mmu.plainRead(stack.segment.base &+ offset, length: length, user: stack.isUser)
        else { return nil }
        return StackWords(host: host, size: size)
    }

    @inline(never)
    private func probeFrame(_ count: UInt32, size: UInt8, on stack: StackCursor) throws(GuestFault) {
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

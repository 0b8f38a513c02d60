import VellumExecution
import VellumIA32
import VellumMicroOps

/// IRET in all its forms (SDM vol. 2, IRET; vol. 3, section 20.2).
extension Hypervisor {
    func interruptReturn(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let outcome: CallOutcome
        if !cpu.pointee.privileged.isProtected {
            outcome = try returnReal(arguments.size)
        } else if isVirtual8086 {
            outcome = try returnVirtual(arguments.size)
        } else if hasFlag(.nestedTask) {
            outcome = try returnTask()
        } else {
            outcome = try returnProtected(arguments.size)
        }
        // NMIs were held back since the last one was delivered (SDM vol. 3, section 6.7.1).
        if cpu.pointee.privileged.nmiBlocked {
            cpu.pointee.privileged.nmiBlocked = false
            cpu.pointee.engine.endRequested = true
        }
        return outcome
    }

    /// EIP, CS and EFLAGS off the stack, not yet checked.
    private struct Frame {
        var eip: UInt32
        var selector: UInt16
        var flags: UInt32
    }

    private func popFrame(_ size: UInt8, from stack: inout StackCursor) throws(GuestFault) -> Frame {
        if let words = plainWords(3, size: size, on: stack) {
            stack.move(by: 3 * UInt32(size))
            return Frame(eip: words[0], selector: UInt16(truncatingIfNeeded: words[1]), flags: words[2])
        }
        let eip = try pop(size: size, from: &stack)
        let selector = UInt16(truncatingIfNeeded: try pop(size: size, from: &stack))
        return Frame(eip: eip, selector: selector, flags: try pop(size: size, from: &stack))
    }

    private static let wideFlags = EFlags([.resume, .alignmentCheck, .identification]).rawValue

    private func returnReal(_ size: UInt8) throws(GuestFault) -> CallOutcome {
        var stack = currentStack
        let frame = try popFrame(size, from: &stack)
        try enterRealCode(frame.selector, frame.eip)
        cpu[.esp] = stack.pointer
        setFlags(frame.flags, mask: cpu.realReturnMask(size: size))
        return .transfer
    }

    private func returnVirtual(_ size: UInt8) throws(GuestFault) -> CallOutcome {
        let ownsFlags = cpu.pointee.privileged.iopl == 3
        guard ownsFlags || hasControl4(CR4.vme) && size == 2 else { throw .generalProtection() }
        var stack = currentStack
        let frame = try popFrame(size, from: &stack)
        try requireInside(realCode(frame.selector), frame.eip)
        if ownsFlags {
            let interrupt = EFlags.interrupt.rawValue
            setFlags(frame.flags, mask: CPUState.openFlags | interrupt | (size == 4 ? Hypervisor.wideFlags : 0))
        } else {
            _ = try setVirtualFlags(frame.flags)
        }
        try enterRealCode(frame.selector, frame.eip)
        cpu[.esp] = stack.pointer
        return .transfer
    }

    private func returnProtected(_ size: UInt8) throws(GuestFault) -> CallOutcome {
        var stack = currentStack
        let frame = try popFrame(size, from: &stack)
        if size == 4, cpl == 0, frame.flags & EFlags.virtual8086.rawValue != 0 {
            return try returnToVirtual8086(frame, &stack)
        }
        let code = try returnTarget(frame.selector)
        let privilege = UInt8(frame.selector & 3)
        // What may change depends on the level that is being left.
        let mask = cpu.returnMask(size: size)
        if privilege == cpl {
            try requireInside(code, frame.eip)
            cpu[.esp] = stack.pointer
            let changed = frame.flags & mask ^ cpu.pointee.privileged.systemFlags & mask
            noteMode(code, privilege: privilege, flags: changed)
            setFlags(frame.flags, mask: mask)
            enter(code, eip: frame.eip, privilege: privilege)
        } else {
            let outer = try outerStack(size: size, from: &stack, privilege: privilege)
            try requireInside(code, frame.eip)
            setFlags(frame.flags, mask: mask)
            leave(to: code, frame.eip, stack: outer, privilege: privilege)
        }
        return .transfer
    }

    private func returnToVirtual8086(_ frame: Frame, _ stack: inout StackCursor) throws(GuestFault) -> CallOutcome {
        var words: [UInt32] = []
        for _ in 0..<6 { words.append(try pop(size: 4, from: &stack)) }
        if frame.eip > 0xFFFF { throw .generalProtection() }
        setFlags(frame.flags, mask: ~0)
        let selectors: [(SegmentRegister, UInt32)] = [
            (.cs, UInt32(frame.selector)), (.ss, words[1]), (.es, words[2]), (.ds, words[3]), (.fs, words[4]),
            (.gs, words[5]),
        ]
        for (segment, word) in selectors {
            cpu.setSegment(segment, .realMode(UInt16(truncatingIfNeeded: word), dpl: 3))
        }
        cpu[.esp] = words[0]
        cpu.pointee.engine.eip = frame.eip
        setPrivilege(3)
        return .transfer
    }
}

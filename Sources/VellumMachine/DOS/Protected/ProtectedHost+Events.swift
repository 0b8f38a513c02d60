import VellumDOS
import VellumHypervisor
import VellumIA32

// Interrupts and exceptions in protected mode.
extension ProtectedHost {
    /// Names of exceptions, for reports.
    private static let names: [UInt8: String] = [
        0: "divide error", 6: "invalid opcode", 8: "double fault", 10: "invalid TSS", 11: "segment not present",
        12: "stack fault", 13: "general protection fault", 14: "page fault", 16: "floating-point error",
        17: "alignment check",
    ]

    /// The trap behind a gate.  The interrupted program's EIP, CS, EFLAGS, ESP and SS are on the stack of ring 0, below
    /// them an error code where the processor gives one.
    func gate(_ vector: UInt8) -> TrapOutcome? {
        guard isProtected, cpu.pointee.privileged.cpl == 0, let session else { return nil }
        let top = session.tables.base + ProtectedSession.stackTop
        var place = cpu[.esp]
        let hasError = top &- place == 24
        let error = hasError ? machine.readLong(place) : 0
        if hasError { place &+= 4 }
        var context = ProcessorContext(cpu)
        context.eip = machine.readLong(place)
        context.eflags = machine.readLong(place &+ 8)
        context.esp = machine.readLong(place &+ 12)
        guard let code = load(machine.readWord(place &+ 4), in: session),
            let stack = load(machine.readWord(place &+ 16), in: session)
        else { return die("protected mode without code or stack", context) }
        context[.cs] = code
        context[.ss] = stack
        if hasError { return exception(vector, error, context, session) }
        let instruction = machine.readBytes(code.base &+ context.eip &- 2, 2)
        let isSoftware = instruction == [0xCD, vector] || vector == 3 || vector == 4
        if isSoftware { return softwareInterrupt(vector, context, session) }
        return vector < 8 || vector == 16 ? exception(vector, 0, context, session) : hardware(vector, context, session)
    }

    // MARK: Software interrupts

    private func softwareInterrupt(
        _ vector: UInt8, _ context: ProcessorContext, _ session: ProtectedSession
    ) -> TrapOutcome {
        if vector == 0x31 { return service(context, session) }
        guard let handler = session.vectors[vector] else { return reflect(vector, context, session, flagsAt: nil) }
        return jump(to: handler, from: context, session)
    }

    /// Goes to a handler with an interrupt frame on the program's own stack.
    private func jump(
        to handler: ProtectedPointer, from context: ProcessorContext, _ session: ProtectedSession
    ) -> TrapOutcome {
        guard let code = load(handler.selector, in: session), code.isCode else {
            return die("a protected-mode vector that leads to no code", context)
        }
        var next = context
        push([context.eflags, UInt32(context[.cs].selector), context.eip], on: &next, session)
        next[.cs] = code
        next.eip = handler.offset
        next.eflags &= ~0x0300
        return resume(next, in: session)
    }

    /// Pushes words of the program's size.
    func push(_ words: [UInt32], on context: inout ProcessorContext, _ session: ProtectedSession) {
        let stack = context[.ss]
        for word in words {
            let pointer = context.esp &- (session.is32 ? 4 : 2)
            context.esp = stack.isBig ? pointer : context.esp & 0xFFFF_0000 | pointer & 0xFFFF
            let address = stack.base &+ (stack.isBig ? context.esp : context.esp & 0xFFFF)
            if session.is32 {
                machine.writeLong(address, word)
            } else {
                machine.writeWord(address, UInt16(truncatingIfNeeded: word))
            }
        }
    }

    /// The trap at a vector's default handler.  In protected mode somebody has chained to it; in real mode it stands in
    /// for a handler in protected mode.
    func defaultVector(_ vector: UInt8) -> TrapOutcome? {
        let context = ProcessorContext(cpu)
        guard isProtected else { return passUp(vector, context) }
        guard let session else { return nil }
        var next = context
        next.eip &+= 2
        if vector == 0x31 { return service(next, session, flagsOnStack: true) }
        let pointer = next[.ss].isBig ? next.esp : next.esp & 0xFFFF
        return reflect(vector, next, session, flagsAt: next[.ss].base &+ pointer &+ (session.is32 ? 8 : 4))
    }

    /// Lets real mode serve an interrupt with the program's registers.
    func reflect(
        _ vector: UInt8, _ context: ProcessorContext, _ session: ProtectedSession, flagsAt: UInt32?
    ) -> TrapOutcome {
        if vector == 0x21, context.ax >> 8 == 0x4C { return terminate(session, context) }
        if vector == 0x2F, context.ax == 0x1686 || context.ax == 0x168A {
            var answer = context
            // In protected mode; and no vendor's extensions.
            if context.ax == 0x1686 { answer.ax = 0 }
            return resume(answer, in: session)
        }
        guard wait(.reflected(flagsAt: flagsAt), context, session) else {
            return die("interrupts without end", context)
        }
        var real = realContext(session)
        real.takeResults(of: context)
        return callInterrupt(vector, real)
    }

    // MARK: Hardware interrupts

    private func hardware(_ vector: UInt8, _ context: ProcessorContext, _ session: ProtectedSession) -> TrapOutcome {
        guard wait(.interrupted, context, session) else { return die("interrupts without end", context) }
        guard let handler = session.vectors[vector] else { return callInterrupt(vector, realContext(session)) }
        return call(handler, returningTo: stubs.interruptReturn, from: context, session)
    }

    /// Calls a handler on the locked stack; its IRET leads to one of the host's stubs.
    func call(
        _ handler: ProtectedPointer, returningTo stub: UInt16, from context: ProcessorContext,
        _ session: ProtectedSession, prepare: (inout ProcessorContext) -> Void = { _ in }
    ) -> TrapOutcome {
        guard let code = load(handler.selector, in: session), code.isCode else {
            return die("a protected-mode vector that leads to no code", context)
        }
        var next = context
        enterLockedStack(&next, session)
        let flags = context.eflags & ~0x0300
        push([flags, UInt32(ProtectedSession.stubSelector), UInt32(stub)], on: &next, session)
        session.lockedTop = next.esp
        next[.cs] = code
        next.eip = handler.offset
        next.eflags = flags
        prepare(&next)
        return resume(next, in: session)
    }

    private func enterLockedStack(_ context: inout ProcessorContext, _ session: ProtectedSession) {
        if context[.ss].selector == session.lockedSelector { session.lockedTop = min(session.lockedTop, context.esp) }
        context[.ss] = load(session.lockedSelector, in: session) ?? .null()
        // The bytes below a program's stack pointer may be in use by real mode; they are its own slice's.
        context.esp = session.lockedTop & ~3
    }

    /// A protected-mode handler has come back with IRET.
    func handlerReturned() -> TrapOutcome? {
        guard isProtected, let entry = waiting.popLast() else { return nil }
        entry.session.lockedTop = entry.lockedTop
        if case .passedUp = entry.reason { return resumeReal(entry.context) }
        return resume(entry.context, in: entry.session)
    }

    /// A hardware or other interrupt in real mode whose handler is in protected mode.
    private func passUp(_ vector: UInt8, _ context: ProcessorContext) -> TrapOutcome {
        guard let session = sessions.last(where: { $0.hooked[vector] != nil }) else { return .next }
        guard let handler = session.vectors[vector], waiting.count < Self.depth else {
            // The handler is gone: what was there before.
            var real = context
            let target = session.hooked[vector] ?? FarPointer(0, 0)
            real[.cs] = .realMode(target.segment)
            real.eip = UInt32(target.offset)
            return resumeReal(real)
        }
        var real = context
        real.eip &+= 2
        _ = wait(.passedUp, real, session)
        var next = context
        for segment in [SegmentRegister.ds, .es, .fs, .gs] { next[segment] = .null() }
        next[.ss] = .null()
        return call(handler, returningTo: stubs.interruptReturn, from: next, session)
    }

    // MARK: Exceptions

    private func exception(
        _ vector: UInt8, _ error: UInt32, _ context: ProcessorContext, _ session: ProtectedSession
    ) -> TrapOutcome {
        guard let handler = session.exceptionHandlers[vector] else {
            // Those that are interrupts as well go the way of interrupts (DPMI 0.9, "Exceptions").
            if [1, 2, 3, 4, 5, 7].contains(vector) { return softwareInterrupt(vector, context, session) }
            let name = Self.names[vector] ?? "exception \(hex2(vector))h"
            return die("\(name) in protected mode, error code \(hex4(UInt16(truncatingIfNeeded: error)))h", context)
        }
        guard let code = load(handler.selector, in: session), code.isCode else {
            return die("an exception handler that is no code", context)
        }
        var next = context
        let saved = session.lockedTop
        enterLockedStack(&next, session)
        push(
            [
                UInt32(context[.ss].selector), context.esp, context.eflags, UInt32(context[.cs].selector), context.eip,
                error, UInt32(ProtectedSession.stubSelector), UInt32(stubs.exceptionReturn),
            ], on: &next, session)
        session.lockedTop = saved
        next[.cs] = code
        next.eip = handler.offset
        next.eflags &= ~0x0300
        return resume(next, in: session)
    }

    /// An exception handler has come back with RETF: the frame, which it may have changed, says where to go on.
    func exceptionReturned() -> TrapOutcome? {
        guard isProtected, let session else { return nil }
        var context = ProcessorContext(cpu)
        let size: UInt32 = session.is32 ? 4 : 2
        let base = context[.ss].base &+ (context[.ss].isBig ? context.esp : context.esp & 0xFFFF)
        func word(_ index: UInt32) -> UInt32 {
            session.is32 ? machine.readLong(base &+ index * size) : UInt32(machine.readWord(base &+ index * size))
        }
        context.eip = word(1)
        context.eflags = session.is32 ? word(3) : context.eflags & 0xFFFF_0000 | word(3)
        context.esp = word(4)
        guard let code = load(UInt16(truncatingIfNeeded: word(2)), in: session), code.isCode,
            let stack = load(UInt16(truncatingIfNeeded: word(5)), in: session), stack.isWritable
        else { return die("an exception handler returned to no code or stack", context) }
        context[.cs] = code
        context[.ss] = stack
        return resume(context, in: session)
    }
}

import VellumDOS
import VellumHypervisor
import VellumIA32

// Real mode on behalf of programs in protected mode, and back.
extension ProtectedHost {
    /// So many may wait, each with a slice of the real-mode stack.
    static var depth: Int { ProtectedSession.slices }

    /// Lets a context wait for a routine; false when too many wait already.
    func wait(_ reason: Waiting.Reason, _ context: ProcessorContext, _ session: ProtectedSession) -> Bool {
        guard waiting.count < Self.depth else { return false }
        waiting.append(
            Waiting(reason: reason, context: context, session: session, lockedTop: session.lockedTop))
        if isProtected, context[.ss].selector == session.lockedSelector {
            session.lockedTop = min(session.lockedTop, context.esp & ~3)
        }
        return true
    }

    /// Real mode with nothing in its registers, on the slice of stack of whoever waits last.
    func realContext(_ session: ProtectedSession) -> ProcessorContext {
        var real = ProcessorContext()
        real.segments = SegmentRegister.allCases.map { _ in .realMode(session.area) }
        real.esp = UInt32(max(waiting.count, 1)) * ProtectedSession.sliceBytes
        real.eflags = 0x0202
        return real
    }

    func pushReal(_ word: UInt16, on context: inout ProcessorContext) {
        context.esp = (context.esp &- 2) & 0xFFFF
        machine.writeWord(context[.ss].base + context.esp, word)
    }

    private func jump(_ context: inout ProcessorContext, to target: FarPointer) {
        context[.cs] = .realMode(target.segment)
        context.eip = UInt32(target.offset)
    }

    /// Calls a real-mode interrupt handler, which returns to the host's stub.
    func callInterrupt(_ vector: UInt8, _ real: ProcessorContext) -> TrapOutcome {
        callReal(realVector(vector), real, withFlags: true)
    }

    /// Where an interrupt leads in real mode, behind the stub of a program that has hooked it.
    func realVector(_ vector: UInt8) -> FarPointer {
        sessions.reversed().lazy.compactMap { $0.hooked[vector] }.first ?? machine.readFar(UInt32(vector) * 4)
    }

    /// Gives a vector back, unless another program has hooked it too.
    func unhook(_ vector: UInt8, of session: ProtectedSession) {
        guard let before = session.hooked.removeValue(forKey: vector) else { return }
        if sessions.allSatisfy({ $0.hooked[vector] == nil }) { machine.writeFar(UInt32(vector) * 4, before) }
    }

    func callReal(_ target: FarPointer, _ real: ProcessorContext, withFlags: Bool) -> TrapOutcome {
        var real = real
        if withFlags {
            pushReal(UInt16(truncatingIfNeeded: real.eflags), on: &real)
            real.eflags &= ~0x0300
        }
        pushReal(StubTable.segment, on: &real)
        pushReal(stubs.realReturn, on: &real)
        jump(&real, to: target)
        return resumeReal(real)
    }

    /// A real-mode routine has come back.
    func realModeReturned() -> TrapOutcome? {
        guard !isProtected, let entry = waiting.popLast() else { return nil }
        let session = entry.session
        session.lockedTop = entry.lockedTop
        let real = ProcessorContext(cpu)
        var context = entry.context
        switch entry.reason {
        case .reflected(let flagsAt):
            context.takeResults(of: real)
            if let flagsAt {
                let flags = machine.readWord(flagsAt)
                let kept = flags & ~UInt16(ProcessorContext.results)
                machine.writeWord(flagsAt, kept | UInt16(truncatingIfNeeded: real.eflags & ProcessorContext.results))
            }
        case .simulated(let structure):
            writeStructure(structure, real)
            context.carry = false
        case .interrupted, .passedUp, .callback: break
        }
        return resume(context, in: session)
    }

    // MARK: Real-mode call structures

    /// Offsets in the structure of function 0300h: EDI ESI EBP – EBX EDX ECX EAX, flags, ES DS FS GS, IP CS, SP SS.
    func readStructure(_ address: UInt32, _ real: inout ProcessorContext) {
        func long(_ offset: UInt32) -> UInt32 { machine.readLong(address &+ offset) }
        func word(_ offset: UInt32) -> UInt16 { machine.readWord(address &+ offset) }
        (real.edi, real.esi, real.ebp) = (long(0), long(4), long(8))
        (real.ebx, real.edx, real.ecx, real.eax) = (long(16), long(20), long(24), long(28))
        real.eflags = UInt32(word(32)) & 0x0FFF | 2
        for (index, segment) in [SegmentRegister.es, .ds, .fs, .gs].enumerated() {
            real[segment] = .realMode(word(34 + UInt32(index) * 2))
        }
        real[.cs] = .realMode(word(44))
        real.eip = UInt32(word(42))
        // A stack of zeros stands for the host's own.
        guard word(46) != 0 || word(48) != 0 else { return }
        real.esp = UInt32(word(46))
        real[.ss] = .realMode(word(48))
    }

    func writeStructure(_ address: UInt32, _ real: ProcessorContext, withPlace: Bool = false) {
        let longs: [(UInt32, UInt32)] = [
            (0, real.edi), (4, real.esi), (8, real.ebp), (16, real.ebx), (20, real.edx), (24, real.ecx), (28, real.eax),
        ]
        for (offset, value) in longs { machine.writeLong(address &+ offset, value) }
        machine.writeWord(address &+ 32, UInt16(truncatingIfNeeded: real.eflags))
        for (index, segment) in [SegmentRegister.es, .ds, .fs, .gs].enumerated() {
            machine.writeWord(address &+ 34 &+ UInt32(index) * 2, real[segment].selector)
        }
        guard withPlace else { return }
        machine.writeWord(address &+ 42, UInt16(truncatingIfNeeded: real.eip))
        machine.writeWord(address &+ 44, real[.cs].selector)
        machine.writeWord(address &+ 46, UInt16(truncatingIfNeeded: real.esp))
        machine.writeWord(address &+ 48, real[.ss].selector)
    }

    /// Functions 0300h to 0302h: BL the interrupt, CX words of the program's stack, ES:(E)DI the structure.
    func simulate(_ function: UInt16, _ context: ProcessorContext, _ session: ProtectedSession) -> TrapOutcome {
        let structure = context[.es].base &+ (session.is32 ? context.edi : context.edi & 0xFFFF)
        let stack = context[.ss].base &+ (context[.ss].isBig ? context.esp : context.esp & 0xFFFF)
        guard wait(.simulated(structure: structure), context, session) else {
            return die("real-mode calls without end", context)
        }
        var real = realContext(session)
        readStructure(structure, &real)
        let target = FarPointer(real[.cs].selector, UInt16(truncatingIfNeeded: real.eip))
        for index in (0..<UInt32(min(context.cx, 256))).reversed() {
            pushReal(machine.readWord(stack &+ index * 2), on: &real)
        }
        return function == 0x0300
            ? callInterrupt(context.bl, real) : callReal(target, real, withFlags: function == 0x0302)
    }

    // MARK: Callbacks

    /// A real-mode program calls an address that function 0303h gave.
    func callBack(_ number: Int) -> TrapOutcome? {
        let real = ProcessorContext(cpu)
        guard !isProtected, let session = sessions.last(where: { $0.callbacks[number] != nil }),
            let callback = session.callbacks[number],
            let structureSegment = load(callback.structure.selector, in: session)
        else { return nil }
        let structure = structureSegment.base &+ callback.structure.offset
        writeStructure(structure, real, withPlace: true)
        guard wait(.callback, real, session) else { return die("callbacks without end", real) }
        let index = Int(callback.stackSelector >> 3)
        write(
            Self.descriptor(base: real[.ss].base, limit: 0xFFFF, access: 0xF2, big: session.is32),
            at: session.ldt + UInt32(index) * 8)
        var next = real
        next[.ss] = .null()
        return call(callback.procedure, returningTo: stubs.callbackReturn, from: next, session) { context in
            context[.ds] = self.load(callback.stackSelector, in: session) ?? .null()
            context.esi = real.esp & 0xFFFF
            context[.es] = structureSegment
            context.edi = callback.structure.offset
            (context[.fs], context[.gs]) = (.null(), .null())
        }
    }

    /// The callback's procedure has come back: ES:(E)DI names the registers with which real mode goes on.
    func callbackReturned() -> TrapOutcome? {
        guard isProtected, let entry = waiting.popLast() else { return nil }
        let context = ProcessorContext(cpu)
        entry.session.lockedTop = entry.lockedTop
        var real = entry.context
        let offset = entry.session.is32 ? context.edi : context.edi & 0xFFFF
        readStructure(context[.es].base &+ offset, &real)
        return resumeReal(real)
    }

    // MARK: Raw switches

    /// Function 0306h, from real mode: AX DS, CX ES, DX SS, (E)BX (E)SP, SI CS, (E)DI (E)IP.
    func switchToProtected() -> TrapOutcome? {
        guard !isProtected, let session else { return nil }
        var context = ProcessorContext(cpu)
        guard let code = load(context.si, in: session), code.isCode, let stack = load(context.dx, in: session)
        else { return die("a switch to protected mode without code or stack", context) }
        context[.ds] = load(context.ax, in: session) ?? .null()
        context[.es] = load(context.cx, in: session) ?? .null()
        (context[.fs], context[.gs]) = (.null(), .null())
        context[.ss] = stack
        context[.cs] = code
        context.esp = session.is32 ? context.ebx : context.ebx & 0xFFFF
        context.eip = session.is32 ? context.edi : context.edi & 0xFFFF
        return resume(context, in: session)
    }

    func switchToReal() -> TrapOutcome? {
        guard isProtected else { return nil }
        var real = ProcessorContext(cpu)
        let registers = real
        real[.ds] = .realMode(registers.ax)
        real[.es] = .realMode(registers.cx)
        real[.ss] = .realMode(registers.dx)
        (real[.fs], real[.gs]) = (.realMode(0), .realMode(0))
        real.esp = registers.ebx & 0xFFFF
        jump(&real, to: FarPointer(registers.si, registers.di))
        return resumeReal(real)
    }
}

import VellumDOS
import VellumExecution
import VellumHypervisor
import VellumIA32

/// Why a call of INT 31h failed (DPMI 1.0's numbers, which say more than 0.9's carry alone).
enum ProtectedProblem: UInt16, Error {
    case unsupported = 0x8001
    case invalidState = 0x8010
    case descriptorsUnavailable = 0x8011
    case memoryUnavailable = 0x8013
    case callbackUnavailable = 0x8015
    case invalidValue = 0x8021
    case invalidSelector = 0x8022
    case invalidHandle = 0x8023
    case invalidCallback = 0x8024
    case invalidAddress = 0x8025
    /// DOS's own, for its memory.
    case lowMemory = 0x0008
    case lowBlock = 0x0009
}

// INT 31h.
extension ProtectedHost {
    func service(
        _ context: ProcessorContext, _ session: ProtectedSession, flagsOnStack: Bool = false
    ) -> TrapOutcome {
        switch context.ax {
        case 0x0300...0x0302: return simulate(context.ax, context, session)
        default: break
        }
        var answer = context
        do throws(ProtectedProblem) {
            try serve(&answer, session)
            answer.carry = false
        } catch {
            answer = context
            answer.carry = true
            answer.ax = error.rawValue
            if error == .lowMemory { answer.bx = kernel.arena.largest() }
            if error == .unsupported { machine.onNote("INT 31h: no function \(hex4(context.ax))h") }
        }
        if flagsOnStack {
            let pointer = answer[.ss].isBig ? answer.esp : answer.esp & 0xFFFF
            let place = answer[.ss].base &+ pointer &+ (session.is32 ? 8 : 4)
            machine.writeWord(place, machine.readWord(place) & ~1 | (answer.carry ? 1 : 0))
        }
        return resume(answer, in: session)
    }

    private func serve(_ context: inout ProcessorContext, _ session: ProtectedSession) throws(ProtectedProblem) {
        switch context.ax >> 8 {
        case 0x00: try descriptorService(&context, session)
        case 0x01: try lowMemoryService(&context, session)
        case 0x02: try vectorService(&context, session)
        case 0x03: try translationService(&context, session)
        case 0x05: try memoryService(&context, session)
        default: try otherService(&context, session)
        }
    }

    private func otherService(_ context: inout ProcessorContext, _ session: ProtectedSession) throws(ProtectedProblem) {
        switch context.ax {
        case 0x0400:
            // Version 0.90; 32-bit programs, no virtual memory, back to real mode for interrupts.
            context.ax = 0x005A
            context.bx = 0x0003
            context.ecx = context.ecx & ~0xFF | 6
            context.dx = 0x0870
        // Nothing is ever paged out.
        case 0x0600...0x0603, 0x0702, 0x0703: break
        case 0x0604: (context.bx, context.cx) = (0, 0x1000)
        // Without paging, physical addresses are linear ones.
        case 0x0800:
            let start = UInt64(context.bx) << 16 | UInt64(context.cx)
            let size = UInt64(context.si) << 16 | UInt64(context.di)
            guard start >= 0x10_0000, size > 0, start + size <= 1 << 32 else { throw .invalidValue }
        case 0x0801: break
        case 0x0900...0x0902:
            let wasOn = context.eflags & 0x200 != 0
            if context.ax != 0x0902 { context.eflags = context.eflags & ~0x200 | (context.ax == 0x0901 ? 0x200 : 0) }
            context.al = wasOn ? 1 : 0
        case 0x0E00:
            // A coprocessor of the processor's own, which is not emulated.
            let model = machine.processor.hypervisor.model
            context.ax = model.hasFPU ? 0x0045 : 0x0000
        case 0x0E01:
            let bits = UInt32(context.bx)
            cpu.pointee.privileged.cr0 =
                cpu.pointee.privileged.cr0 & ~(CR0.mp | CR0.em) | (bits & 1 != 0 ? CR0.mp : 0)
                | (bits & 2 != 0 ? CR0.em : 0)
        default: throw .unsupported
        }
    }

    /// Where ES:(E)DI points.
    func buffer(_ context: ProcessorContext, _ session: ProtectedSession) -> UInt32 {
        context[.es].base &+ (session.is32 ? context.edi : context.edi & 0xFFFF)
    }

    // MARK: 00xxh: descriptors

    private func descriptorService(
        _ context: inout ProcessorContext, _ session: ProtectedSession
    ) throws(ProtectedProblem) {
        switch context.ax {
        case 0x0000:
            guard context.cx > 0 else { throw .invalidValue }
            let fresh = Self.descriptor(base: 0, limit: 0, access: 0xF2)
            guard
                let first = addDescriptors([Descriptor](repeating: fresh, count: Int(context.cx)), to: session)
            else { throw .descriptorsUnavailable }
            context.ax = first
        case 0x0001:
            let index = try entry(context.bx, session)
            forget(context.bx, &context)
            session.descriptors.remove(index)
            write(Descriptor(low: 0, high: 0), at: session.ldt + UInt32(index) * 8)
        case 0x0002: context.ax = try segmentSelector(context.bx, session)
        case 0x0003: context.ax = 8
        case 0x0006:
            let base = readDescriptor(try entry(context.bx, session), of: session).base
            (context.cx, context.dx) = (UInt16(base >> 16), UInt16(base & 0xFFFF))
        case 0x0007:
            let base = UInt32(context.cx) << 16 | UInt32(context.dx)
            try change(context.bx, session, &context) { $0.set(base: base) }
        case 0x0008:
            let limit = UInt32(context.cx) << 16 | UInt32(context.dx)
            // Above 1 MiB limits are of whole pages.
            guard limit <= 0xF_FFFF || limit & 0xFFF == 0xFFF else { throw .invalidValue }
            try change(context.bx, session, &context) { $0.set(limit: limit) }
        case 0x0009:
            let rights = context.cx
            // Code or data of ring 3; the 32-bit bits are the program's choice.
            guard rights & 0x70 == 0x70 else { throw .invalidValue }
            try change(context.bx, session, &context) { $0.set(rights: rights) }
        case 0x000A:
            var alias = readDescriptor(try entry(context.bx, session), of: session)
            alias.high = alias.high & ~0x0F00 | 0x0200
            guard let selector = addDescriptor(alias, to: session) else { throw .descriptorsUnavailable }
            context.ax = selector
        case 0x000B:
            write(readDescriptor(try entry(context.bx, session), of: session), at: buffer(context, session))
        case 0x000C:
            let place = buffer(context, session)
            let given = Descriptor(low: machine.readLong(place), high: machine.readLong(place &+ 4))
            guard given.isCodeOrData, given.dpl == 3 else { throw .invalidValue }
            try change(context.bx, session, &context) { $0 = given }
        case 0x000D:
            let index = Int(context.bx >> 3)
            guard context.bx & 4 != 0, index < 16 else { throw .invalidSelector }
            guard !session.descriptors.contains(index) else { throw .descriptorsUnavailable }
            session.descriptors.insert(index)
            write(Self.descriptor(base: 0, limit: 0, access: 0xF2), at: session.ldt + UInt32(index) * 8)
        default: throw .unsupported
        }
    }

    private func entry(_ selector: UInt16, _ session: ProtectedSession) throws(ProtectedProblem) -> Int {
        guard let index = session.index(selector) else { throw .invalidSelector }
        return index
    }

    /// Changes an LDT entry, and the segment registers that hold it.
    private func change(
        _ selector: UInt16, _ session: ProtectedSession, _ context: inout ProcessorContext,
        _ body: (inout Descriptor) -> Void
    ) throws(ProtectedProblem) {
        let index = try entry(selector, session)
        var descriptor = readDescriptor(index, of: session)
        body(&descriptor)
        write(descriptor, at: session.ldt + UInt32(index) * 8)
        for segment in SegmentRegister.allCases where context[segment].selector | 3 == selector | 3 {
            if let state = load(context[segment].selector, in: session) { context[segment] = state }
        }
    }

    /// Registers that hold a selector which goes are loaded with null.
    func forget(_ selector: UInt16, _ context: inout ProcessorContext) {
        for segment in [SegmentRegister.ds, .es, .fs, .gs] where context[segment].selector | 3 == selector | 3 {
            context[segment] = .null()
        }
    }

    /// A segment's selector, always the same one.
    private func segmentSelector(_ segment: UInt16, _ session: ProtectedSession) throws(ProtectedProblem) -> UInt16 {
        if let known = session.segments[segment] { return known }
        let descriptor = Self.descriptor(base: UInt32(segment) << 4, limit: 0xFFFF, access: 0xF2)
        guard let selector = addDescriptor(descriptor, to: session) else { throw .descriptorsUnavailable }
        session.segments[segment] = selector
        return selector
    }

    // MARK: 02xxh: vectors

    private func vectorService(
        _ context: inout ProcessorContext, _ session: ProtectedSession
    ) throws(ProtectedProblem) {
        let vector = context.bl
        let offset = session.is32 ? context.edx : context.edx & 0xFFFF
        switch context.ax {
        case 0x0200:
            let pointer = realVector(vector)
            (context.cx, context.dx) = (pointer.segment, pointer.offset)
        case 0x0201:
            let pointer = FarPointer(context.cx, context.dx)
            if session.hooked[vector] != nil {
                session.hooked[vector] = pointer
            } else {
                machine.writeFar(UInt32(vector) * 4, pointer)
            }
        case 0x0202:
            guard vector < 32 else { throw .invalidValue }
            put(session.exceptionHandlers[vector] ?? defaultPointer(vector), in: &context, session)
        case 0x0203:
            guard vector < 32 else { throw .invalidValue }
            let pointer = try handler(context.cx, offset, session)
            session.exceptionHandlers[vector] = pointer == defaultPointer(vector) ? nil : pointer
        case 0x0204: put(session.vectors[vector] ?? defaultPointer(vector), in: &context, session)
        case 0x0205:
            let pointer = try handler(context.cx, offset, session)
            setVector(vector, pointer == defaultPointer(vector) ? nil : pointer, session)
        default: throw .unsupported
        }
    }

    private func defaultPointer(_ vector: UInt8) -> ProtectedPointer {
        ProtectedPointer(selector: ProtectedSession.stubSelector, offset: UInt32(stubs.vectors) + UInt32(vector) * 4)
    }

    private func put(_ pointer: ProtectedPointer, in context: inout ProcessorContext, _ session: ProtectedSession) {
        context.cx = pointer.selector
        if session.is32 {
            context.edx = pointer.offset
        } else {
            context.dx = UInt16(truncatingIfNeeded: pointer.offset)
        }
    }

    private func handler(
        _ selector: UInt16, _ offset: UInt32, _ session: ProtectedSession
    ) throws(ProtectedProblem) -> ProtectedPointer {
        guard let state = load(selector, in: session), state.isCode else { throw .invalidSelector }
        return ProtectedPointer(selector: selector, offset: offset)
    }

    /// Vectors of hardware, of the timer's tick, and of Ctrl-C and critical errors come from real mode as well: there a
    /// stub leads to the handler (DPMI 0.9, "Interrupts").
    private func setVector(_ vector: UInt8, _ pointer: ProtectedPointer?, _ session: ProtectedSession) {
        session.vectors[vector] = pointer
        let place = UInt32(vector) * 4
        switch vector {
        case 0x08...0x0F, 0x70...0x77, 0x1B, 0x1C, 0x23, 0x24:
            if pointer != nil, session.hooked[vector] == nil {
                // Whoever hooked it before sleeps meanwhile: a parent in protected mode.
                session.hooked[vector] = realVector(vector)
                machine.writeFar(place, FarPointer(StubTable.segment, stubs.vectors + UInt16(vector) * 4))
            } else if pointer == nil, session.hooked[vector] != nil {
                unhook(vector, of: session)
            }
        default: break
        }
    }

    // MARK: 03xxh: translation

    private func translationService(
        _ context: inout ProcessorContext, _ session: ProtectedSession
    ) throws(ProtectedProblem) {
        let source = session.is32 ? context.esi : context.esi & 0xFFFF
        switch context.ax {
        case 0x0303:
            guard
                let number = (0..<Self.callbackCount).first(where: { number in
                    sessions.allSatisfy { $0.callbacks[number] == nil }
                })
            else { throw .callbackUnavailable }
            let procedure = try handler(context[.ds].selector, source, session)
            guard let stack = addDescriptor(Self.descriptor(base: 0, limit: 0xFFFF, access: 0xF2), to: session) else {
                throw .descriptorsUnavailable
            }
            let offset = session.is32 ? context.edi : context.edi & 0xFFFF
            session.callbacks[number] = ProtectedSession.Callback(
                procedure: procedure, structure: ProtectedPointer(selector: context[.es].selector, offset: offset),
                stackSelector: stack)
            (context.cx, context.dx) = (StubTable.segment, stubs.callbacks + UInt16(number) * 4)
        case 0x0304:
            let number = Int(context.dx &- stubs.callbacks) / 4
            guard context.cx == StubTable.segment, let callback = session.callbacks.removeValue(forKey: number) else {
                throw .invalidCallback
            }
            let index = Int(callback.stackSelector >> 3)
            session.descriptors.remove(index)
            write(Descriptor(low: 0, high: 0), at: session.ldt + UInt32(index) * 8)
        case 0x0305:
            context.ax = 0
            (context.bx, context.cx) = (StubTable.segment, stubs.saveState)
            setPointer(stubs.saveState, &context, session)
        case 0x0306:
            (context.bx, context.cx) = (StubTable.segment, stubs.toProtected)
            setPointer(stubs.toReal, &context, session)
        default: throw .unsupported
        }
    }

    /// SI:(E)DI of a stub.
    private func setPointer(_ stub: UInt16, _ context: inout ProcessorContext, _ session: ProtectedSession) {
        context.si = ProtectedSession.stubSelector
        if session.is32 { context.edi = UInt32(stub) } else { context.di = stub }
    }
}

extension Descriptor {
    mutating func set(base: UInt32) {
        low = low & 0xFFFF | base << 16
        high = high & 0x00FF_FF00 | base & 0xFF00_0000 | base >> 16 & 0xFF
    }

    mutating func set(limit: UInt32) {
        let inPages = limit > 0xF_FFFF
        let raw = inPages ? limit >> 12 : limit
        low = low & 0xFFFF_0000 | raw & 0xFFFF
        high = high & ~0x008F_0000 | raw & 0xF_0000 | (inPages ? 1 << 23 : 0)
    }

    /// Type and rights in the low byte, granularity and size in bits 14 and 15.
    mutating func set(rights: UInt16) {
        high = high & ~0x00F0_FF00 | UInt32(rights & 0xFF) << 8 | UInt32(rights & 0xF000) << 8
    }
}

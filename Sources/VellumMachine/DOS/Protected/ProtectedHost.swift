import VellumDOS
import VellumExecution
import VellumHypervisor
import VellumIA32

/// A host for programs in protected mode: DPMI 0.9 for clients of 16 and 32 bits (DPMI Committee, "DOS Protected Mode
/// Interface (DPMI) Specification, version 0.9", 1990).
///
/// Programs run in ring 3 with an LDT of their own and without paging.  Every gate of the IDT leads to a stub in ring 0
/// with a trap; what is not protected mode's is passed to real mode, where DOS and the BIOS are.  The host itself keeps a
/// stack of those who wait: for a real-mode routine, for a handler, for a callback.
final class ProtectedHost {
    unowned let machine: DOSMachine
    let driver: ExtendedMemoryDriver
    let kernel: DOSKernel
    private(set) var sessions: [ProtectedSession] = []
    var waiting: [Waiting] = []
    var stubs = Stubs()

    /// Who goes on when a routine returns.
    struct Waiting {
        enum Reason {
            /// A real-mode interrupt whose results a program gets; where its flags stand on a stack, they go there.
            case reflected(flagsAt: UInt32?)
            /// A program that a hardware interrupt came over.
            case interrupted
            /// A real-mode call by registers in a structure.
            case simulated(structure: UInt32)
            /// Real mode, while a protected-mode handler of an interrupt runs.
            case passedUp
            /// Real mode, while a callback runs.
            case callback
        }

        var reason: Reason
        var context: ProcessorContext
        var session: ProtectedSession
        var lockedTop: UInt32
    }

    /// Offsets in the stubs' segment.
    struct Stubs {
        /// A trap for each gate, and one for each vector that returns by IRET; four bytes apart.
        var gates: UInt16 = 0
        var vectors: UInt16 = 0
        var callbacks: UInt16 = 0
        var entry: UInt16 = 0
        var realReturn: UInt16 = 0
        var interruptReturn: UInt16 = 0
        var exceptionReturn: UInt16 = 0
        var callbackReturn: UInt16 = 0
        var toProtected: UInt16 = 0
        var toReal: UInt16 = 0
        var saveState: UInt16 = 0
    }

    static let callbackCount = 16

    init(machine: DOSMachine, kernel: DOSKernel, driver: ExtendedMemoryDriver) {
        self.machine = machine
        self.kernel = kernel
        self.driver = driver
    }

    var cpu: CPU { machine.processor.cpu }
    var isProtected: Bool { cpu.pointee.privileged.isProtected }
    /// The program that is in protected mode, or was last.
    private(set) weak var session: ProtectedSession?

    // MARK: Set-up

    /// Puts the stubs into the ROM and answers INT 2Fh AX=1687h.
    func install() {
        // UD2, IRET, NOP.
        let trap: [UInt8] = [0x0F, 0x0B, 0xCF, 0x90]
        func put(_ count: Int) -> UInt16 {
            machine.stubs.put(code: Array([[UInt8]](repeating: trap, count: count).joined())).offset
        }
        stubs.gates = put(256)
        stubs.vectors = put(256)
        stubs.callbacks = put(Self.callbackCount)
        let single: [(WritableKeyPath<Stubs, UInt16>, (ProtectedHost) -> () -> TrapOutcome?)] = [
            (\.entry, ProtectedHost.enter), (\.realReturn, ProtectedHost.realModeReturned),
            (\.interruptReturn, ProtectedHost.handlerReturned), (\.exceptionReturn, ProtectedHost.exceptionReturned),
            (\.callbackReturn, ProtectedHost.callbackReturned), (\.toProtected, ProtectedHost.switchToProtected),
            (\.toReal, ProtectedHost.switchToReal),
        ]
        for (stub, handler) in single {
            stubs[keyPath: stub] = put(1)
            machine.rawHandlers[stubs[keyPath: stub]] = { [unowned self] in handler(self)() }
        }
        // There is no state to save: the call returns.
        stubs.saveState = machine.stubs.put(code: [0xCB]).offset
        for number in 0..<Self.callbackCount {
            machine.rawHandlers[stubs.callbacks + UInt16(number) * 4] = { [unowned self] in callBack(number) }
        }
        for vector in UInt8.min...UInt8.max {
            machine.rawHandlers[stubs.gates + UInt16(vector) * 4] = { [unowned self] in gate(vector) }
            machine.rawHandlers[stubs.vectors + UInt16(vector) * 4] = { [unowned self] in defaultVector(vector) }
        }
        kernel.multiplex[0x16] = { [unowned self] in multiplex(&$0) }
        kernel.onProcessExit.append { [unowned self] in processEnded($0) }
    }

    /// INT 2Fh AX=1687h in real mode; the rest is as if no host were there.
    private func multiplex(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        switch registers.al {
        case 0x80: registers.al = 0
        case 0x87 where machine.processor.hypervisor.model.level >= .i386:
            registers.ax = 0
            // 32-bit programs too; a 386, 486, or something later; version 0.90.
            registers.bx = 1
            let level = machine.processor.hypervisor.model.level
            registers.cl = level == .i386 ? 3 : level == .i486 ? 4 : level == .pentium ? 5 : 6
            registers.dx = 0x005A
            registers.si = ProtectedSession.areaParagraphs
            (registers.es, registers.di) = (StubTable.segment, stubs.entry)
        default: break
        }
        return .done
    }

    // MARK: Modes

    /// Makes the processor that of a session, in ring 3; registers are the caller's.
    func enterProtectedMode(_ session: ProtectedSession) {
        let base = session.tables.base
        cpu.pointee.privileged.cr0 |= CR0.pe
        cpu.pointee.privileged.gdtr = TableRegister(base: base, limit: 0xFF)
        cpu.pointee.privileged.idtr = TableRegister(base: base + ProtectedSession.idtOffset, limit: 0x7FF)
        cpu.pointee.privileged.ldtr = SegmentState(
            selector: ProtectedSession.ldtSelector, base: session.ldt,
            limit: UInt32(ProtectedSession.ldtEntries) * 8 - 1, access: 0x82)
        cpu.pointee.privileged.tr = SegmentState(
            selector: ProtectedSession.taskSelector, base: base + ProtectedSession.tssOffset, limit: 0x67, access: 0x8B)
        cpu.pointee.privileged.cpl = 3
    }

    func enterRealMode() {
        cpu.pointee.privileged.cr0 &= ~CR0.pe
        cpu.pointee.privileged.idtr = TableRegister(base: 0, limit: 0x3FF)
        cpu.pointee.privileged.cpl = 0
    }

    /// Goes on with a program in protected mode.
    func resume(_ context: ProcessorContext, in session: ProtectedSession) -> TrapOutcome {
        enterProtectedMode(session)
        self.session = session
        var context = context
        // I/O and the interrupt flag are the program's own.
        context.eflags = context.eflags & ~0x0002_0000 | 0x3000
        context.restore(cpu)
        machine.processor.mmu.modeChanged()
        return .transfer
    }

    func resumeReal(_ context: ProcessorContext) -> TrapOutcome {
        enterRealMode()
        var context = context
        context.eflags &= 0x0FFF
        context.restore(cpu)
        machine.processor.mmu.modeChanged()
        return .transfer
    }

    /// A segment register's contents for a selector, as ring 3 may load it; nil when that would fault.
    func load(_ selector: UInt16, in session: ProtectedSession) -> SegmentState? {
        if selector & ~3 == 0 { return .null(selector) }
        let isLocal = selector & 4 != 0
        let table = isLocal ? session.ldt : session.tables.base
        let offset = UInt32(selector & ~7)
        guard isLocal || offset < 0x100 else { return nil }
        let descriptor = Descriptor(low: machine.readLong(table + offset), high: machine.readLong(table + offset + 4))
        guard descriptor.isPresent, descriptor.isCodeOrData, descriptor.dpl == 3 else { return nil }
        return descriptor.loaded(selector: selector)
    }

    /// The stubs' segment, for a program's CS.
    func stubSegment(_ session: ProtectedSession) -> SegmentState {
        load(ProtectedSession.stubSelector, in: session) ?? .null()
    }

    // MARK: The first switch

    /// The far call that makes a real-mode program one of protected mode.  AX bit 0 asks for 32 bits, ES has the host's
    /// data area.
    private func enter() -> TrapOutcome? {
        guard !isProtected else { return nil }
        var real = ProcessorContext(cpu)
        let stack = FarPointer(real[.ss].selector, UInt16(truncatingIfNeeded: real.esp))
        let target = machine.readFar(stack.linear)
        real.esp = UInt32(stack.offset &+ 4)
        real.eip = UInt32(target.offset)
        real[.cs] = .realMode(target.segment)
        // Tables lie above 1 MiB.
        machine.writePort(0x92, machine.readPort(0x92) | 2)
        guard let session = makeSession(real) else {
            real.carry = true
            real.ax = 0x8010
            return resumeReal(real)
        }
        sessions.append(session)
        var context = real
        context.carry = false
        func make(_ segment: UInt16, code: Bool = false, limit: UInt32 = 0xFFFF) -> SegmentState {
            let descriptor = Self.descriptor(base: UInt32(segment) << 4, limit: limit, access: code ? 0xFA : 0xF2)
            let selector = addDescriptor(descriptor, to: session) ?? 0
            return load(selector, in: session) ?? .null()
        }
        let psp = UInt32(session.process) << 4
        context[.cs] = make(target.segment, code: true)
        context[.ds] = make(real[.ds].selector)
        context[.ss] = real[.ss].selector == real[.ds].selector ? context[.ds] : make(real[.ss].selector)
        context[.es] = make(session.process, limit: 0xFF)
        context[.fs] = .null()
        context[.gs] = .null()
        session.environment = machine.readWord(psp + 0x2C)
        if session.environment != 0 { machine.writeWord(psp + 0x2C, make(session.environment).selector) }
        let locked = Self.descriptor(
            base: UInt32(session.area) << 4 + UInt32(ProtectedSession.slices) * ProtectedSession.sliceBytes,
            limit: ProtectedSession.lockedBytes - 1, access: 0xF2, big: session.is32)
        session.lockedSelector = addDescriptor(locked, to: session) ?? 0
        session.lockedTop = ProtectedSession.lockedBytes
        return resume(context, in: session)
    }

    private func makeSession(_ real: ProcessorContext) -> ProtectedSession? {
        guard let (handle, base) = driver.allocate(bytes: ProtectedSession.tableBytes) else { return nil }
        let session = ProtectedSession(
            process: kernel.currentProcess, is32: real.ax & 1 != 0, tables: (handle, base), area: real[.es].selector)
        machine.fill(base, count: Int(ProtectedSession.tableBytes))
        writeTables(session)
        return session
    }

    private func writeTables(_ session: ProtectedSession) {
        let base = session.tables.base
        let stubs = UInt32(StubTable.segment) << 4
        let global: [(UInt16, Descriptor)] = [
            (ProtectedSession.gateSelector, Self.descriptor(base: stubs, limit: 0xFFFF, access: 0x9A, big: true)),
            (ProtectedSession.dataSelector, Self.descriptor(base: 0, limit: ~0, access: 0x92, big: true)),
            (
                ProtectedSession.taskSelector,
                Self.descriptor(base: base + ProtectedSession.tssOffset, limit: 0x67, access: 0x8B)
            ),
            (
                ProtectedSession.ldtSelector,
                Self.descriptor(
                    base: session.ldt, limit: UInt32(ProtectedSession.ldtEntries) * 8 - 1, access: 0x82)
            ),
            (
                ProtectedSession.stubSelector,
                Self.descriptor(base: stubs, limit: 0xFFFF, access: 0xFA, big: session.is32)
            ),
            (ProtectedSession.biosSelector, Self.descriptor(base: 0x400, limit: 0xFFFF, access: 0xF2)),
        ]
        for (selector, descriptor) in global { write(descriptor, at: base + UInt32(selector & ~7)) }
        for vector in UInt32(0)..<256 {
            let offset = UInt32(self.stubs.gates) + vector * 4
            // Interrupt gates that ring 3 may use.
            let gate = Descriptor(
                low: UInt32(ProtectedSession.gateSelector) << 16 | offset & 0xFFFF, high: 0xEE00 | offset & 0xFFFF_0000)
            write(gate, at: base + ProtectedSession.idtOffset + vector * 8)
        }
        let task = base + ProtectedSession.tssOffset
        machine.writeLong(task + 4, base + ProtectedSession.stackTop)
        machine.writeWord(task + 8, ProtectedSession.dataSelector)
        // No I/O map: ring 3 has IOPL 3.
        machine.writeWord(task + 0x66, 0x68)
    }

    // MARK: The end

    private func processEnded(_ process: UInt16) {
        while let session = sessions.last, session.process == process {
            sessions.removeLast()
            self.session = sessions.last
            waiting.removeAll { $0.session === session }
            for vector in session.hooked.keys { unhook(vector, of: session) }
            for handle in session.blocks { driver.release(handle) }
            driver.release(session.tables.handle)
            if session.environment != 0 { machine.writeWord(UInt32(process) << 4 + 0x2C, session.environment) }
        }
    }

    /// Ends the program from protected mode as AH=4Ch does.
    func terminate(_ session: ProtectedSession, _ context: ProcessorContext) -> TrapOutcome {
        waiting.removeAll { $0.session === session }
        var real = realContext(session)
        real.eax = context.eax
        return callInterrupt(0x21, real)
    }

    /// A fault that nobody handles ends the program with a report.
    func die(_ what: String, _ context: ProcessorContext) -> TrapOutcome {
        enterRealMode()
        let place = FarPointer(context[.cs].selector, UInt16(truncatingIfNeeded: context.eip))
        if let session { realContext(session).restore(cpu) }
        machine.processor.mmu.modeChanged()
        return machine.serve { [kernel] in kernel.fault(BIOS.Fault(what: what, place: place), &$0) }
    }

    // MARK: Descriptors

    static func descriptor(base: UInt32, limit: UInt32, access: UInt8, big: Bool = false) -> Descriptor {
        let inPages = limit > 0xF_FFFF
        let raw = inPages ? limit >> 12 : limit
        let flags: UInt32 = (inPages ? 1 << 23 : 0) | (big ? 1 << 22 : 0)
        return Descriptor(
            low: base << 16 | raw & 0xFFFF,
            high: base & 0xFF00_0000 | base >> 16 & 0xFF | UInt32(access) << 8 | raw & 0xF_0000 | flags)
    }

    func write(_ descriptor: Descriptor, at address: UInt32) {
        machine.writeLong(address, descriptor.low)
        machine.writeLong(address + 4, descriptor.high)
    }

    func readDescriptor(_ index: Int, of session: ProtectedSession) -> Descriptor {
        let address = session.ldt + UInt32(index) * 8
        return Descriptor(low: machine.readLong(address), high: machine.readLong(address + 4))
    }

    /// Makes consecutive LDT entries; nil when there are not so many in a row.
    func addDescriptors(_ descriptors: [Descriptor], to session: ProtectedSession) -> UInt16? {
        // The first sixteen are for those who ask for certain ones.
        var first = 16
        var run = 0
        while run < descriptors.count {
            guard first + run < ProtectedSession.ldtEntries else { return nil }
            if session.descriptors.contains(first + run) {
                first += run + 1
                run = 0
            } else {
                run += 1
            }
        }
        for (offset, descriptor) in descriptors.enumerated() {
            session.descriptors.insert(first + offset)
            write(descriptor, at: session.ldt + UInt32(first + offset) * 8)
        }
        return ProtectedSession.selector(first)
    }

    func addDescriptor(_ descriptor: Descriptor, to session: ProtectedSession) -> UInt16? {
        addDescriptors([descriptor], to: session)
    }
}

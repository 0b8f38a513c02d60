import VellumDOS
import VellumDevices
import VellumExecution
import VellumHypervisor
import VellumIA32

/// DOS and the BIOS on a machine: carries services between guests' registers and `VellumDOS`.
package final class DOSMachine {
    package private(set) var stubs = StubTable()
    /// What is done at traps, in whichever mode, by those who look after the processor's registers themselves; by offset in
    /// the stubs' segment.  Nil makes the trap the undefined opcode that it is elsewhere.
    var rawHandlers: [UInt16: () -> TrapOutcome?] = [:]
    var protectedHost: ProtectedHost?
    /// Takes what programs write to the console.
    package var consoleOutput: (UInt8) -> Void = { _ in }
    /// Takes lines about services that are not there.
    package var onNote: (String) -> Void = { _ in }
    package let startTime: Int64

    /// Character generators for the screen.
    private let fonts: Fonts
    /// The screen's generation as it would be if only services had drawn.
    private(set) var ownGeneration: UInt64 = 0
    let processor: VirtualProcessor
    let board: Board
    /// The images that INT 13h reaches.
    let drives: DriveSet
    private let program: DOSProgram
    /// Set once, when both are there.
    package private(set) var kernel: DOSKernel?
    package private(set) var bios: BIOS?
    /// Why the program could not be loaded.
    private(set) var loadProblem: DOSError?

    init(
        processor: VirtualProcessor, board: Board, drives: DriveSet, program: DOSProgram, startTime: Int64, fonts: Fonts
    ) {
        self.processor = processor
        self.board = board
        self.drives = drives
        self.program = program
        self.startTime = startTime
        self.fonts = fonts
        processor.traps = self
    }

    /// Lets go of everything that holds on to this: services know their host.
    func disconnect() {
        rawHandlers = [:]
        protectedHost = nil
        stubs = StubTable()
        (kernel, bios) = (nil, nil)
    }

    // MARK: The start

    /// Less has no room for upper memory and what lies above.
    static let leastMemory = 2 << 20

    /// Sets memory up and loads the program.
    func start() {
        // All fresh, since a machine may start more than once.
        let bios = BIOS(host: self)
        stubs = StubTable()
        bios.fonts = fonts
        bios.register(stubs)
        let kernel = DOSKernel(host: self, stubs: stubs, bios: bios)
        (self.bios, self.kernel) = (bios, kernel)
        rawHandlers = [:]
        for part in DOSMachine.extensions { part.install(on: self, kernel: kernel) }
        program.mount(on: kernel)
        writePort(0x92, 0)
        var registers = ServiceRegisters()
        let top = UInt16(MemoryMap.conventionalEnd >> 4)
        do {
            try kernel.boot(program.boot, memoryTop: top, registers: &registers)
        } catch {
            loadProblem = error
        }
        bios.powerOn(
            secondsOfDay: startTime % 86_400, hasCoprocessor: processor.hypervisor.model.hasFPU)
        bios.startWatchingScreen()
        writeROM()
        store(registers, hasFrame: false)
        ownGeneration = board.chips.display.generation
    }

    /// The stubs in memory that guests cannot write.
    private func writeROM() {
        write(UInt32(StubTable.segment) << 4, stubs.rom)
        // 440FX data sheet, PAM0 (59h): reads from RAM, writes nowhere.
        board.writePort(0xCF8, value: 0x8000_0058, width: 4)
        board.writePort(0xCFD, value: 0x10, width: 1)
        board.writePort(0xCF8, value: 0, width: 4)
    }

    private func write(_ address: UInt32, _ bytes: [UInt8]) { bytes.withUnsafeBytes { write(address, from: $0) } }

    // MARK: Registers

    private var cpu: CPU { processor.cpu }

    private func load(hasFrame: Bool) -> ServiceRegisters {
        var registers = ServiceRegisters()
        registers.eax = cpu[.eax]
        registers.ecx = cpu[.ecx]
        registers.edx = cpu[.edx]
        registers.ebx = cpu[.ebx]
        registers.esp = cpu[.esp]
        registers.ebp = cpu[.ebp]
        registers.esi = cpu[.esi]
        registers.edi = cpu[.edi]
        let privileged = cpu.pointee.privileged
        registers.cs = privileged[.cs].selector
        registers.ds = privileged[.ds].selector
        registers.es = privileged[.es].selector
        registers.ss = privileged[.ss].selector
        registers.fs = privileged[.fs].selector
        registers.gs = privileged[.gs].selector
        registers.ip = UInt16(truncatingIfNeeded: cpu.pointee.engine.eip)
        registers.flags = hasFrame ? readWord(flagsAddress) : UInt16(truncatingIfNeeded: cpu.eflags)
        return registers
    }

    /// Where INT put the flags.
    private var flagsAddress: UInt32 {
        cpu.pointee.privileged[.ss].base &+ ((cpu[.esp] &+ 4) & 0xFFFF)
    }

    /// - Parameter hasFrame: the flags go to the interrupt frame on the stack, not to the processor.
    private func store(_ registers: ServiceRegisters, hasFrame: Bool) {
        cpu[.eax] = registers.eax
        cpu[.ecx] = registers.ecx
        cpu[.edx] = registers.edx
        cpu[.ebx] = registers.ebx
        cpu[.esp] = registers.esp
        cpu[.ebp] = registers.ebp
        cpu[.esi] = registers.esi
        cpu[.edi] = registers.edi
        let segments: [(SegmentRegister, UInt16)] = [
            (.ds, registers.ds), (.es, registers.es), (.ss, registers.ss), (.fs, registers.fs), (.gs, registers.gs),
            (.cs, registers.cs),
        ]
        for (segment, selector) in segments where cpu.pointee.privileged[segment].selector != selector {
            cpu.setSegment(segment, .realMode(selector, dpl: cpu.pointee.privileged.cpl))
        }
        cpu.pointee.engine.eip = UInt32(registers.ip)
        if hasFrame {
            writeWord(flagsAddress, registers.flags)
        } else {
            cpu.eflags = cpu.eflags & ~0xFFFF | UInt32(registers.flags)
        }
    }
}

extension DOSMachine {
    /// Lets a service work on the processor's own registers, in real mode.
    func serve(_ handler: ServiceHandler) -> TrapOutcome {
        var registers = load(hasFrame: false)
        let outcome = handler(&registers)
        store(registers, hasFrame: false)
        return outcome == .suspend ? .suspend : .transfer
    }
}

extension DOSMachine: TrapHandler {
    package var trapRange: Range<UInt32> { 0xF0000..<0x10_0000 }

    package func handleTrap(at physical: UInt32) -> TrapOutcome? {
        let offset = UInt16(truncatingIfNeeded: physical)
        if let handler = rawHandlers[offset] { return handler() }
        let privileged = cpu.pointee.privileged
        if privileged.isProtected, !privileged.isVirtual8086 { return nil }
        guard let stub = stubs.stub(at: offset) else { return nil }
        let before = board.chips.display.generation
        defer { ownGeneration &+= board.chips.display.generation &- before }
        var registers = load(hasFrame: stub.hasFrame)
        let ip = registers.ip
        switch stub.handler(&registers) {
        case .done:
            store(registers, hasFrame: stub.hasFrame)
            return .next
        case .wait:
            registers.ip = ip &+ (stub.waitOffset &- offset)
            store(registers, hasFrame: stub.hasFrame)
            return .transfer
        case .suspend:
            if kernel?.fault != nil { store(registers, hasFrame: false) }
            return .suspend
        case .transfer:
            store(registers, hasFrame: false)
            return .transfer
        }
    }
}

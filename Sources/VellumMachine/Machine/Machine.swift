import VellumEvents
import VellumExecution
import VellumHypervisor
import VellumIA32

/// Why a machine could not be made.
public enum MachineError: Error, Equatable, Sendable, CustomStringConvertible {
    case image(ImageError)
    /// The host does not give the memory, or the size is out of range.
    case memory(Int)
    /// The decoder library did not start.
    case decoder(String)

    public var description: String {
        switch self {
        case .image(let error): error.description
        case .memory(let size):
            "cannot make \(size) bytes of guest memory: between 1M and 3G, and no more than the host has"
        case .decoder(let reason): "cannot start the instruction decoder (\(reason)): is libcapstone 4 installed?"
        }
    }

    /// The exit status of `vellum run`.
    public var exitStatus: Int32 {
        switch self {
        case .image(let error): error.exitStatus
        case .memory, .decoder: 70
        }
    }
}

/// An IA-32 PC with an image loaded, ready to run.
public final class Machine {
    public let configuration: MachineConfiguration
    /// What the image turned out to be.
    public let kind: ImageKind
    /// Told of what happens while the machine runs.
    public weak var observer: (any MachineObserver)? { didSet { connectPostCodes() } }

    let plan: BootPlan
    let memory: PhysicalMemory
    let drives: DriveSet
    private let mapper: MemoryMapper
    /// DOS, for its programs.
    package private(set) var dos: DOSMachine?
    package let board: Board
    package let processor: VirtualProcessor
    /// External events of this run, in order.
    package internal(set) var log = EventLog()
    /// Events to play back, with the clock of the run in which they were recorded.
    package var playback: EventLog?
    /// The last fault that could not be delivered.
    package internal(set) var lastShutdown: ShutdownReport?
    /// The processor executed HLT and waits for an interrupt.
    var isHalted = false
    /// Device events in a row that did not wake the halted processor.
    var skipsSinceWake = 0

    /// Loads the image into a new machine.
    ///
    /// - Parameter evictionRule: decides what leaves a full translation cache; without one, the configuration's policy does.
    public init(
        _ configuration: MachineConfiguration, evictionRule: (any EvictionRule)? = nil
    ) throws(MachineError) {
        self.configuration = configuration
        let program: DOSProgram?
        do {
            let plan = try BootPlan(configuration)
            self.plan = plan
            program = try plan.program.map { (bytes) throws(ImageError) in
                try DOSProgram(configuration, bytes: bytes)
            }
            drives = try DriveSet(configuration.drives(for: plan.kind))
        } catch {
            throw .image(error.about(configuration.image.name))
        }
        kind = plan.kind
        guard MachineConfiguration.memoryRange.contains(configuration.memory),
            let memory = PhysicalMemory(size: configuration.memory)
        else { throw .memory(configuration.memory) }
        self.memory = memory
        var setup = BoardSetup(memory: configuration.memory)
        setup.time = configuration.startTime + configuration.dos.zoneOffset
        setup.debugExitPort = configuration.debugExit.number(for: plan.kind)
        setup.boot = configuration.bootSetup(plan)
        board = Board(timebase: configuration.timebase, setup: setup, drives: drives)
        do {
            processor = try VirtualProcessor(
                memory: memory, bus: board, interrupts: board, time: board, options: EngineOptions(configuration),
                rule: evictionRule)
        } catch {
            throw .decoder("\(error)")
        }
        mapper = MemoryMapper(
            memory: memory, processor: processor, bridge: board.chips.host,
            display: board.chips.display.memory)
        if let firmware = plan.firmware, !mapper.install(firmware: firmware.system) {
            throw .memory(configuration.memory)
        }
        let expansion = setup.boot.expansionROM
        if !expansion.isEmpty, !mapper.install(expansion: expansion) { throw .memory(configuration.memory) }
        board.connect(mapper)
        board.processor = ProcessorAdapter(processor)
        board.serialOutput = { [unowned self] in observer?.machine(self, didSendSerial: $0) }
        board.debugOutput = { [unowned self] in observer?.machine(self, didWriteDebug: $0, port: $1) }
        if let program { try connectDOS(program) }
        start()
    }

    deinit {
        dos?.disconnect()
        board.processor = nil
    }

    private func connectDOS(_ program: DOSProgram) throws(MachineError) {
        guard configuration.memory >= DOSMachine.leastMemory else { throw .memory(configuration.memory) }
        let dos = DOSMachine(
            processor: processor, board: board, drives: drives, program: program,
            startTime: configuration.startTime + configuration.dos.zoneOffset,
            fonts: configuration.firmware.fonts)
        dos.consoleOutput = { [unowned self] in observer?.machine(self, didWriteConsole: $0) }
        dos.onNote = { [unowned self] in observer?.machine(self, didNote: $0) }
        self.dos = dos
    }

    /// Puts the image into memory and everything into the state it starts in.
    func start() {
        processor.reset()
        board.reset()
        if plan.firmware == nil {
            board.initializeLikeFirmware()
            load(BootPlan.Region(address: 0x400, bytes: Board.dataArea))
            for table in board.firmwareTables(for: processor.hypervisor.model) where kind.isKernel { load(table) }
        }
        board.request = nil
        isHalted = false
        for region in plan.regions { load(region) }
        processor.codeChanged()
        processor.cpu.enter(plan.entry)
        dos?.start()
        processor.mmu.modeChanged()
    }

    private func load(_ region: BootPlan.Region) {
        region.bytes.withUnsafeBytes { _ = memory.load($0, at: UInt64(region.address)) }
        let rest = Int(region.size) - region.bytes.count
        let end = Int(region.address) + Int(region.size)
        if rest > 0, end <= memory.size { zero(memory.ram + (end - rest), rest) }
    }

    /// Fresh RAM is zero already; clearing it again would make it resident.
    private func zero(_ start: UnsafeMutableRawPointer, _ count: Int) {
        if board.now > 0 { start.initializeMemory(as: UInt8.self, repeating: 0, count: count) }
    }
}

extension EngineOptions {
    init(_ configuration: MachineConfiguration) {
        self.init()
        cpu = configuration.processor.level
        chaining = configuration.chaining
        passes = configuration.passes
        cacheSize = configuration.cacheSize
        blockLimit = configuration.blockLimit
        eviction = configuration.eviction
        callsInCache = configuration.callsInCache
        deprivileged = configuration.deprivileged
    }
}

/// Lets the board reach the processor without knowing the engine.
private final class ProcessorAdapter: BoardProcessor {
    private let processor: VirtualProcessor

    init(_ processor: VirtualProcessor) { self.processor = processor }

    var cpu: CPU { processor.cpu }

    func readMemory(_ address: UInt32, into bytes: UnsafeMutableRawBufferPointer) {
        processor.mmu.readPhysical(address, into: bytes)
    }

    func writeMemory(_ address: UInt32, from bytes: UnsafeRawBufferPointer) {
        processor.mmu.writePhysical(address, from: bytes)
    }

    func setAddressLine20(_ open: Bool) {
        processor.cpu.pointee.privileged.a20 = open
        processor.mmu.modeChanged()
        processor.cpu.pointee.engine.endRequested = true
    }
}

import VellumDecoder
import VellumEvents
import VellumExecution
import VellumIA32
import VellumMicroOps
import VellumTranslation

/// The virtual processor: registers, memory management, hypervisor, translator, cache and backend around one run loop.
package final class VirtualProcessor {
    package let cpu: CPU
    package let memory: PhysicalMemory
    package let mmu: SoftMMU
    package let hypervisor: Hypervisor
    package let options: EngineOptions
    package let cache: TranslationCache
    package let translator: Translator
    let interrupts: InterruptSource
    private let paging: PagingUnit
    package let events: EventStream
    private var backend: Interpreter?
    /// Serves trap instructions; its owner keeps it alive.
    package weak var traps: (any TrapHandler)?
    /// Told of sensitive instructions of kernels, while somebody watches hypervisor calls.
    package weak var sensitiveWatcher: (any SensitiveWatcher)?

    /// The context that fragments run in now, and its number.
    var context = FragmentContext(mode: [], codeBase: 0, codeLimit: 0)
    var contextNumber: UInt32 = 0
    /// The fetch fault that made a lookup fail.
    var fetchFault: GuestFault?
    /// How often each hypervisor call was made, by its number.
    let callCounts: UnsafeMutablePointer<UInt64>
    var classCounts: (UInt64, UInt64, UInt64) = (0, 0, 0)
    let jumpCache = JumpCache()
    var translationNanoseconds: UInt64 = 0
    /// Bytes of an instruction that lies across pages or on the bus.
    var scratch = [UInt8](repeating: 0, count: 16)
    /// Physical second page of the straddling instruction being translated.
    var straddledPage = Fragment.noPage
    private var stopAsked = false
    private var faultsInARow = 0
    private var instructionsAtFault: UInt64 = 0
    /// What a debugger outside the machine wants.
    var debugger = DebuggerState()
    /// A debug trap that is due after the instruction that just retired: DR6 bits.
    private var pendingTrap: UInt32 = 0

    package init(
        memory: PhysicalMemory, bus: PhysicalBus, interrupts: InterruptSource, time: TimeSource, options: EngineOptions,
        rule: (any EvictionRule)? = nil
    ) throws(DecoderError) {
        self.memory = memory
        self.interrupts = interrupts
        self.options = options
        cpu = .allocate(capacity: 1)
        cpu.initialize(to: CPUState())
        callCounts = .allocate(capacity: HypervisorCall.allCases.count)
        callCounts.initialize(repeating: 0, count: HypervisorCall.allCases.count)
        paging = PagingUnit(cpu: cpu)
        mmu = SoftMMU(memory: memory, bus: bus, walker: paging, cpu: cpu)
        hypervisor = Hypervisor(
            cpu: cpu, mmu: mmu, paging: paging, bus: bus, interrupts: interrupts, time: time,
            model: ProcessorModel(options.cpu))
        events = mmu.events
        let policy = options.eviction == .flush ? nil : options.eviction.makeRule()
        cache = TranslationCache(
            memory: memory, mmu: mmu, cpu: cpu, capacity: options.cacheSize, rule: rule ?? policy)
        translator = try Translator(cpu: options.cpu, hasFPU: hypervisor.model.hasFPU)
        backend = Interpreter(cpu: cpu, mmu: mmu, host: ProcessorDoor(self), jumps: jumpCache)
        events.clock = self
        events.callCounts = callCounts
        cpu.pointee.engine.leavesCalls = !options.callsInCache
        reset()
    }

    deinit {
        jumpCache.deallocate()
        callCounts.deallocate()
        cpu.deinitialize(count: 1)
        cpu.deallocate()
    }

    /// Instructions retired so far; exact at any moment, also while a running fragment's access is being handled.
    package var instructions: UInt64 { cpu.instructions }

    /// Makes `run` return as soon as the running fragment allows; may be called from a handler or a device.
    package func requestStop() {
        stopAsked = true
        cpu.pointee.engine.endRequested = true
    }

    /// Puts the processor into its state after RESET; memory and the cache stay.
    package func reset() {
        hypervisor.reset()
        mmu.modeChanged()
        mmu.flushAll()
        pendingTrap = 0
    }

    /// Forgets every translation: memory was rewritten from outside.
    package func codeChanged() {
        cache.empty()
        cache.collect()
        mmu.flushAll()
    }

    // MARK: The run loop

    /// Runs until `instructions` reaches `limit`, or earlier for the reason returned.
    package func run(until limit: UInt64) -> StopReason {
        cpu.pointee.engine.endRequested = false
        while true {
            cache.collect()
            let before = cpu.pointee.engine.deliveries
            if let reason = attend(limit) { return reason }
            if debugger.isActive, let stop = debuggerStop(before) { return .debugger(stop) }
            if let reason = runSlice(limit) { return reason }
            if debugger.isActive, let stop = debuggerStop(before) { return .debugger(stop) }
        }
    }

    /// What comes between instructions: traps, interrupts, halting, limits (SDM vol. 3, table 6-2).
    private func attend(_ limit: UInt64) -> StopReason? {
        if stopAsked {
            stopAsked = false
            return .stopRequested
        }
        if pendingTrap != 0 {
            let bits = pendingTrap
            pendingTrap = 0
            let delivery = observed(vector: ExceptionVector.debug.rawValue) { hypervisor.deliverDebugTrap(dr6: bits) }
            if delivery == .shutdown { return shutdown(GuestFault(.debug)) }
        }
        if interrupts.nonMaskablePending, hypervisor.canTakeNMI {
            cpu.pointee.privileged.halted = false
            interrupts.acknowledgeNonMaskable()
            if events.wants(.interrupts) { events.send(.interrupted(vector: 2), .interrupts) }
            if observed(vector: 2, { hypervisor.deliverNMI() }) == .shutdown {
                return shutdown(GuestFault(.generalProtection))
            }
        }
        if interrupts.interruptPending, hypervisor.canTakeInterrupt {
            cpu.pointee.privileged.halted = false
            let vector = interrupts.acknowledge()
            if events.wants(.interrupts) { events.send(.interrupted(vector: vector), .interrupts) }
            if observed(vector: vector, { hypervisor.deliverInterrupt(vector: vector) }) == .shutdown {
                return shutdown(GuestFault(.generalProtection))
            }
        }
        if cpu.pointee.privileged.halted { return .halted }
        if instructions >= limit { return .limit }
        if cpu.pointee.engine.endRequested {
            cpu.pointee.engine.endRequested = false
            return .events
        }
        return nil
    }

    private func shutdown(_ fault: GuestFault) -> StopReason {
        .shutdown(ShutdownReport(fault: fault, eip: cpu.pointee.engine.eip))
    }

    /// Runs fragments until one hands back.
    private func runSlice(_ limit: UInt64) -> StopReason? {
        refreshContext()
        if debugger.isActive, let stop = breakpointStop() { return .debugger(stop) }
        let singly = beginSingleInstruction()
        if singly.breakpoint, let fault = hypervisor.codeBreakpoint() { return deliver(fault) }
        hypervisor.clearResumeFlag()
        let eip = cpu.pointee.engine.eip
        let room = Int64(clamping: limit &- instructions)
        events.note(EntryWord.runLoop)
        guard var fragment = singly.needed ? lookup(eip: eip, limit: 1) : find(eip: eip) else {
            return deliverFetchFault()
        }
        if fragment.pointee.count > room {
            // The event is due inside the fragment: single instructions lead up to it.
            deferred(fragment)
            guard let cut = lookup(eip: eip, limit: 1) else { return deliverFetchFault() }
            fragment = cut
        }
        entered(fragment)
        begin(budget: singly.needed ? fragment.pointee.count : room)
        guard let exit = backend?.enter(fragment) else { return .stopRequested }
        settle()
        if case .fault(let fault) = exit {
            // An instruction that faults has no trap of its own; what data breakpoints it met it will meet again.
            mmu.watchpointHits = 0
            mmu.observation = nil
            return deliver(fault)
        }
        collectTraps(singly)
        return nil
    }

    private func begin(budget: Int64) {
        cpu.pointee.engine.horizon = instructions &+ UInt64(bitPattern: budget)
        cpu.pointee.engine.budget = budget
    }

    private func settle() {
        cpu.pointee.engine.horizon = instructions
        cpu.pointee.engine.budget = 0
    }

    private func deliver(_ fault: GuestFault) -> StopReason? {
        switch serveTrap(fault) {
        case .suspend: return .stopRequested
        case .next, .transfer:
            // A trap instruction retires like any other.
            cpu.pointee.engine.horizon &+= 1
            return nil
        case nil: break
        }
        chargeFault()
        tell(fault)
        let delivery = observed(vector: fault.vector.rawValue) { hypervisor.deliver(fault) }
        return delivery == .shutdown ? shutdown(fault) : nil
    }

    /// A handler whose first instruction faults can go round for ever without retiring anything (an interrupt vector
    /// that points to nothing, in real mode).  Virtual time must go on all the same: from the thousandth fault in a row
    /// on, each counts as an instruction.
    private func chargeFault() {
        faultsInARow = instructions == instructionsAtFault ? faultsInARow + 1 : 0
        if faultsInARow >= VirtualProcessor.freeFaults { cpu.pointee.engine.horizon &+= 1 }
        instructionsAtFault = instructions
    }

    private static let freeFaults = 1_000

    private func deliverFetchFault() -> StopReason? {
        guard let fault = fetchFault else { return nil }
        fetchFault = nil
        return deliver(fault)
    }

    // MARK: One instruction at a time

    /// Why a single instruction must run alone, if it must.
    private struct SingleInstruction {
        var needed = false
        var stepping = false
        var breakpoint = false
        var deliveries: UInt64 = 0
    }

    private func beginSingleInstruction() -> SingleInstruction {
        var single = SingleInstruction()
        let mode = context.mode
        if cpu.pointee.privileged.shadow != .none {
            // The shadow covers exactly the instruction that runs next.
            single.needed = true
            cpu.pointee.privileged.shadow = .none
        }
        if mode.contains(.singleStep) {
            single.needed = true
            single.stepping = true
        }
        if mode.contains(.breakpoints) {
            single.needed = true
            single.breakpoint = true
        }
        if debugger.runsSingly { single.needed = true }
        single.deliveries = cpu.pointee.engine.deliveries
        return single
    }

    private func collectTraps(_ single: SingleInstruction) {
        if mmu.watchpointHits != 0 {
            pendingTrap |= mmu.watchpointHits
            mmu.watchpointHits = 0
        }
        // A trap is due when TF was set as the instruction began, unless the instruction itself went through a gate;
        // MOV SS and POP SS hold it back.
        if single.stepping, single.deliveries == cpu.pointee.engine.deliveries, instructions > 0,
            cpu.pointee.privileged.shadow != .movSS
        {
            pendingTrap |= DR6.bs
        }
    }
}

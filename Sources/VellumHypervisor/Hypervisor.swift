import VellumExecution
import VellumIA32
import VellumMicroOps

/// What became of an exception or interrupt.
package enum Delivery: Equatable, Sendable {
    /// EIP stands at the handler's first instruction.
    case delivered
    /// A fault met while a double fault was being delivered: the processor shuts down.
    case shutdown
}

/// Everything that translated code may not do by itself: the privileged and sensitive instructions, exceptions and
/// interrupts, segmentation, tasks, and the registers behind them.
///
/// Handlers check everything that can fault before they change anything; the one exception is a task switch, whose
/// later faults belong to the new task (SDM vol. 3, section 7.3).
package final class Hypervisor {
    package let cpu: CPU
    package let mmu: SoftMMU
    package let paging: PagingUnit
    package let model: ProcessorModel
    package unowned(unsafe) let bus: PhysicalBus
    package unowned(unsafe) let interrupts: InterruptSource
    package unowned(unsafe) let time: TimeSource
    /// What went to handlers lately.
    package internal(set) var history = DeliveryHistory()

    package init(
        cpu: CPU, mmu: SoftMMU, paging: PagingUnit, bus: PhysicalBus, interrupts: InterruptSource, time: TimeSource,
        model: ProcessorModel
    ) {
        self.cpu = cpu
        self.mmu = mmu
        self.paging = paging
        self.bus = bus
        self.interrupts = interrupts
        self.time = time
        self.model = model
        paging.mmu = mmu
        paging.hasPSE36 = model.hasPSE36
        cpu.pointee.engine.flagsMask = model.flagsMask
    }

    /// Runs one sensitive instruction.
    ///
    /// `engine.eip` is the instruction's EIP and `engine.nextEIP` the following one's; after `.transfer` the former is
    /// where to go on.  On a throw nothing has changed, unless a task switch had passed its commit point: then
    /// `engine.eip` is the new task's.
    @inline(__always)
    package func perform(_ call: HypervisorCall, _ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        switch cpu.performInCache(call, arguments, mmu) {
        case .no: break
        case .next: return .next
        case .transfer: return .transfer
        }
        switch call {
        case .pushf: return try pushFlags(arguments)
        case .popf: return try popFlags(arguments)
        case .cli: return try clearInterruptFlag()
        case .sti: return try setInterruptFlag(arguments)
        case .hlt: return try halt()
        case .clts: return try clearTaskSwitched()
        case .int: return try softwareInterrupt(UInt8(truncatingIfNeeded: arguments.immediate))
        case .int3: return try breakpointInterrupt()
        case .into: return try overflowInterrupt()
        case .icebp: return try debugInterrupt()
        case .iret: return try interruptReturn(arguments)
        case .jmpFar: return try jumpFar(arguments)
        case .callFar: return try callFar(arguments)
        case .retFar: return try returnFar(arguments)
        // What the cache does not do of these, nobody does.
        case .readSegment, .sgdt, .sidt, .smsw, .sldt, .str: throw .invalidOpcode
        case .loadSegment: return try loadSegment(arguments)
        case .lgdt: return try loadTable(&cpu.pointee.privileged.gdtr, arguments)
        case .lidt: return try loadTable(&cpu.pointee.privileged.idtr, arguments)
        case .lldt: return try loadLocalTable(arguments)
        case .ltr: return try loadTaskRegister(arguments)
        case .lmsw: return try loadMachineStatus(arguments)
        case .lar: return try loadAccessRights(arguments)
        case .lsl: return try loadSegmentLimit(arguments)
        case .verr: return try verify(arguments, forWrite: false)
        case .verw: return try verify(arguments, forWrite: true)
        case .readControl: return try readControl(arguments)
        case .writeControl: return try writeControl(arguments)
        case .readDebug: return try readDebug(arguments)
        case .writeDebug: return try writeDebug(arguments)
        case .invlpg: return try invalidatePage(arguments)
        case .invd, .wbinvd: return try flushCaches()
        case .rdtsc: return try readTimestamp()
        case .rdpmc: return try readPerformanceCounter()
        case .rdmsr: return try readModelSpecific()
        case .wrmsr: return try writeModelSpecific()
        case .cpuid: return try identify()
        case .sysenter: return try systemEnter()
        case .sysexit: return try systemExit()
        case .portIn: return try portIn(arguments)
        case .portOut: return try portOut(arguments)
        case .ins: return try inputString(arguments)
        case .outs: return try outputString(arguments)
        }
    }
}

// MARK: Mode and privilege

extension Hypervisor {
    /// Protected mode proper: selectors name descriptors.
    var usesDescriptors: Bool { cpu.pointee.privileged.isProtected && !cpu.pointee.privileged.isVirtual8086 }
    var isVirtual8086: Bool { cpu.pointee.privileged.isProtected && cpu.pointee.privileged.isVirtual8086 }
    var cpl: UInt8 { cpu.pointee.privileged.cpl }
    /// Memory accesses at the current privilege use CPL 3's rights.
    var isUser: Bool { cpu.pointee.privileged.cpl == 3 }

    func setPrivilege(_ level: UInt8) {
        cpu.pointee.privileged.cpl = level & 3
        mmu.modeChanged()
    }

    /// Most privileged instructions need CPL 0 and say so with #GP(0).
    func requireSupervisor() throws(GuestFault) {
        if cpl != 0 { throw .generalProtection() }
    }

    /// Instructions that real and virtual-8086 mode do not recognise.
    func requireProtected() throws(GuestFault) {
        if !usesDescriptors { throw .invalidOpcode }
    }

    func hasFlag(_ flag: EFlags) -> Bool { cpu.pointee.privileged.systemFlags & flag.rawValue != 0 }

    func hasControl4(_ bit: UInt32) -> Bool { cpu.pointee.privileged.cr4 & bit != 0 }

    /// Low `size` bytes of a value.
    func truncate(_ value: UInt32, _ size: UInt8) -> UInt32 {
        size == 2 ? value & 0xFFFF : size == 1 ? value & 0xFF : value
    }
}

import Glibc
import VellumExecution
import VellumIA32

// Stands in for the run loop until that is here: it runs a handful of opcodes, enough to bring up the board.

/// How the engine is set; none of it but `cpu` changes what a guest computes.
package struct EngineOptions: Equatable, Sendable {
    package var cpu = CPULevel.pentium3
    package var chaining = true
    package var passes = true
    package var cacheSize = 64 << 20
    /// Instructions a block may hold; zero means the default.
    package var blockLimit = 0

    package init() {}
}

/// What a processor that shut down was doing.
package struct ShutdownReport: Equatable, Sendable {
    package var description: String
}

package enum StopReason: Equatable, Sendable {
    case limit, events, halted, shutdown(ShutdownReport), stopRequested
}

/// The engine's counters.
package struct EngineStatistics: Equatable, Sendable {
    package init() {}
}

package final class VirtualProcessor {
    package let cpu: CPU
    package let memory: PhysicalMemory
    private unowned let bus: PhysicalBus
    private let privateWalker = NoPaging()
    package let mmu: SoftMMU
    package private(set) var instructions: UInt64 = 0
    package var statistics: EngineStatistics { EngineStatistics() }

    package init(
        memory: PhysicalMemory, bus: PhysicalBus, interrupts: InterruptSource, time: TimeSource, options: EngineOptions
    ) {
        cpu = .allocate(capacity: 1)
        cpu.initialize(to: CPUState())
        self.memory = memory
        self.bus = bus
        mmu = SoftMMU(memory: memory, bus: bus, walker: privateWalker, cpu: cpu)
    }

    deinit {
        cpu.deinitialize(count: 1)
        cpu.deallocate()
    }

    package func reset() {
        cpu.pointee = CPUState()
        cpu.eflags = 2
        for segment in SegmentRegister.allCases { cpu.setSegment(segment, .realMode(0)) }
        mmu.flushAll()
        mmu.modeChanged()
    }

    package func run(until limit: UInt64) -> StopReason {
        cpu.pointee.engine.endRequested = false
        while instructions < limit {
            if let stop = step() { return stop }
            if cpu.pointee.engine.endRequested { return .events }
        }
        return .limit
    }

    private func step() -> StopReason? {
        let eip = cpu.pointee.engine.eip
        let base = cpu.pointee.privileged[.cs].base
        guard let host = memory.host(frame: (base &+ eip) >> 12) else {
            return .shutdown(ShutdownReport(description: "stub"))
        }
        let at = host + Int((base &+ eip) & 0xFFF)
        let immediate8 = at.load(fromByteOffset: 1, as: UInt8.self)
        var length: UInt32 = 1
        var stop: StopReason?
        switch at.load(as: UInt8.self) {
        case 0x90: break
        case 0xFA: cpu.pointee.privileged.systemFlags &= ~0x200
        case 0xFB: cpu.pointee.privileged.systemFlags |= 0x200
        case 0xF4: stop = .halted
        case 0xB0:
            cpu[.eax] = cpu[.eax] & ~0xFF | UInt32(immediate8)
            length = 2
        case 0xBA:
            cpu[.edx] = at.loadUnaligned(fromByteOffset: 1, as: UInt32.self)
            length = 5
        case 0xE4:
            cpu[.eax] = cpu[.eax] & ~0xFF | bus.readPort(UInt16(immediate8), width: 1)
            length = 2
        case 0xE6:
            bus.writePort(UInt16(immediate8), value: cpu[.eax] & 0xFF, width: 1)
            length = 2
        case 0xEE: bus.writePort(UInt16(truncatingIfNeeded: cpu[.edx]), value: cpu[.eax] & 0xFF, width: 1)
        case 0xEF: bus.writePort(UInt16(truncatingIfNeeded: cpu[.edx]), value: cpu[.eax], width: 4)
        case 0xEB: length = 2 &+ UInt32(bitPattern: Int32(Int8(bitPattern: immediate8)))
        default: return .shutdown(ShutdownReport(description: "stub"))
        }
        cpu.pointee.engine.eip = eip &+ length
        instructions += 1
        return stop
    }
}

private final class NoPaging: PageWalker {
    func translate(_ linear: UInt32, access: MemoryAccess, user: Bool) throws(GuestFault) -> PageTranslation {
        PageTranslation(page: linear & ~0xFFF, writable: true, global: false)
    }
}

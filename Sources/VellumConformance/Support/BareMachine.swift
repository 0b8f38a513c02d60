import VellumExecution
import VellumHypervisor
import VellumIA32

/// A bus on which nothing answers: reads give all ones, as the vector sets and the oracle expect.
package final class OpenBus: PhysicalBus {
    package init() {}
    package func readMemory(_ address: UInt32, width: Int) -> UInt32 { OpenBus.ones(width) }
    package func writeMemory(_ address: UInt32, value: UInt32, width: Int) {}
    package func readPort(_ port: UInt16, width: Int) -> UInt32 { OpenBus.ones(width) }
    package func writePort(_ port: UInt16, value: UInt32, width: Int) {}

    package static func ones(_ width: Int) -> UInt32 { width == 1 ? 0xFF : width == 2 ? 0xFFFF : 0xFFFF_FFFF }
}

/// No interrupt ever comes.
package final class NoInterrupts: InterruptSource {
    package init() {}
    package var interruptPending: Bool { false }
    package func acknowledge() -> UInt8 { 0 }
}

/// Time stands still.
package final class StoppedTime: TimeSource {
    package init() {}
    package func timestampCounter(at instructions: UInt64) -> UInt64 { 0 }
}

/// The host could not give the memory for a guest.
package struct OutOfMemory: Error, CustomStringConvertible {
    package init() {}
    package var description: String { "not enough memory for the guest" }
}

/// A processor with RAM and nothing else: no device, no firmware, no legacy hole.
package final class BareMachine {
    package let memory: PhysicalMemory
    package let processor: VirtualProcessor
    // The processor does not own its surroundings.
    private let bus: PhysicalBus
    private let interrupts: InterruptSource
    private let time: TimeSource

    /// - Parameter size: bytes of RAM.
    package init(
        size: Int, options: EngineOptions, bus: PhysicalBus = OpenBus(), interrupts: InterruptSource = NoInterrupts(),
        time: TimeSource = StoppedTime()
    ) throws {
        guard let memory = PhysicalMemory(size: size) else { throw OutOfMemory() }
        for frame in UInt32(0xA0)..<UInt32(0xC0) { memory.setFrame(frame, .ram) }
        self.memory = memory
        self.bus = bus
        self.interrupts = interrupts
        self.time = time
        processor = try VirtualProcessor(
            memory: memory, bus: bus, interrupts: interrupts, time: time, options: options)
    }

    package var cpu: CPU { processor.cpu }

    /// Puts the processor into real mode, everything at its reset value but A20, which is open.
    package func enterRealMode() {
        cpu.pointee.privileged = Privileged()
        cpu.pointee.engine.endRequested = false
        cpu.floating.initialize()
        for register in GeneralRegister.allCases { cpu[register] = 0 }
        for segment in SegmentRegister.allCases { cpu.setSegment(segment, .realMode(0)) }
        cpu.eflags = EFlags.fixed.rawValue
        processor.mmu.modeChanged()
    }

    /// A byte of RAM; zero outside of it.
    package func byte(_ address: UInt32) -> UInt8 {
        Int(address) < memory.size ? memory.ram.load(fromByteOffset: Int(address), as: UInt8.self) : 0
    }

    /// Writes a byte as a device would: translated code that it changes is dropped.
    package func setByte(_ address: UInt32, _ value: UInt8) {
        processor.mmu.writePhysical(address, value: UInt32(value), width: 1)
    }
}

import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMachine

/// An interrupt that was taken: when and where.
package struct TakenInterrupt: Equatable, Sendable {
    package var instruction: UInt64
    package var eip: UInt32
}

/// How a program ended under one setting of the engine.
package struct EngineOutcome: Equatable, Sendable {
    package var instructions: UInt64
    package var state: UInt64
    package var interrupts: [TakenInterrupt]
    package var registers: [UInt32]
    package var eip: UInt32
    package var eflags: UInt32
}

/// A timer that ticks when the harness says so, and notes when it is acknowledged.
private final class TickSource: InterruptSource {
    var interruptPending = false
    var onAcknowledge: () -> Void = {}

    func acknowledge() -> UInt8 {
        interruptPending = false
        onAcknowledge()
        return EngineProgram.timer
    }
}

/// A time-stamp counter that counts instructions: it shows any difference in counting to the guest.
private final class InstructionClock: TimeSource {
    var origin: UInt64 = 0
    func timestampCounter(at instructions: UInt64) -> UInt64 { instructions &- origin }
}

/// Runs engine programs under one setting of the engine.
package final class EngineMachine {
    private let machine: BareMachine
    private let ticks = TickSource()
    private let clock = InstructionClock()
    private var interrupts: [TakenInterrupt] = []

    package init(options: EngineOptions) throws {
        machine = try BareMachine(size: GuestTables.memorySize, options: options, interrupts: ticks, time: clock)
        for (address, value) in GuestTables.words() + ProgramTables.words() { write(address, value) }
        ticks.onAcknowledge = { [unowned self] in noteInterrupt() }
    }

    private func write(_ address: UInt32, _ value: UInt32) {
        machine.processor.mmu.writePhysical(address, value: value, width: 4)
    }

    private func write(_ bytes: [UInt8], at address: UInt32) {
        for (offset, byte) in bytes.enumerated() { machine.setByte(address + UInt32(offset), byte) }
    }

    private func noteInterrupt() {
        let now = machine.processor.instructions &- clock.origin
        interrupts.append(TakenInterrupt(instruction: now, eip: machine.cpu.pointee.engine.eip))
    }

    /// Runs a program for its length.
    package func run(_ program: EngineProgram) -> EngineOutcome {
        load(program)
        let processor = machine.processor
        let origin = processor.instructions
        clock.origin = origin
        interrupts = []
        ticks.interruptPending = false
        var next = program.period
        while processor.instructions - origin < program.length {
            let reason = processor.run(until: origin + min(next, program.length))
            switch reason {
            case .limit:
                if processor.instructions - origin >= next {
                    ticks.interruptPending = true
                    next += program.period
                }
            case .events: continue
            case .halted, .shutdown, .stopRequested, .debugger:
                print(reason, processor.cpu.pointee.engine.eip); return outcome(origin)
            }
        }
        return outcome(origin)
    }

    private func load(_ program: EngineProgram) {
        write(program.code, at: GuestTables.code)
        write(Arena.patterns[program.pattern], at: GuestTables.data)
        for (address, bytes) in ProgramTables.code(is16: program.is16) { write(bytes, at: address) }
        write(0x7F00, 0)
        for offset in stride(from: UInt32(0), to: 0x1000, by: 4) { write(GuestTables.stackTop - 0x1000 + offset, 0) }
        machine.enterUserMode(is16: program.is16)
        let cpu = machine.cpu
        for register in GeneralRegister.allCases { cpu[register] = program.registers[Int(register.rawValue)] }
        cpu.eflags = program.eflags
        cpu.pointee.engine.eip = EngineProgram.entry(0, is16: program.is16)
        machine.processor.mmu.modeChanged()
        // What earlier programs made of A and D bits must not show.
        for (address, value) in GuestTables.words() + ProgramTables.words() where address < 0x5000 {
            write(address, value)
        }
        machine.processor.mmu.flushAll()
    }

    private func outcome(_ origin: UInt64) -> EngineOutcome {
        let cpu = machine.cpu
        var hash = StateHash()
        let registers = GeneralRegister.allCases.map { cpu[$0] }
        for register in registers { hash.add(UInt64(register)) }
        hash.add(UInt64(cpu.eflags))
        hash.add(UInt64(cpu.pointee.engine.eip))
        hash.add(UInt64(cpu.pointee.privileged.cr2))
        for segment in SegmentRegister.allCases { hash.add(UInt64(cpu.pointee.privileged[segment].selector)) }
        hash.add(UnsafeRawBufferPointer(start: machine.memory.ram, count: 0x1_0000))
        return EngineOutcome(
            instructions: machine.processor.instructions &- origin, state: hash.value, interrupts: interrupts,
            registers: registers, eip: cpu.pointee.engine.eip, eflags: cpu.eflags)
    }
}

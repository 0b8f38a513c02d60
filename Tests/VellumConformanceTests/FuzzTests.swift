import Testing
import VellumHypervisor
import VellumIA32

@testable import VellumConformance

/// A seeded part of what `vellum-conformance fuzz` runs.
@Suite struct FuzzTests {
    private let rows = InstructionTable.rows.indices.filter { InstructionTable.rows[$0].span > 0 }

    @Test func randomStreamsComeToAnEnd() throws {
        let seed: UInt64 = 555
        let machine = try FuzzMachine(options: EngineOptions())
        let watchdog = Watchdog(seconds: 120)
        var instructions: UInt64 = 0
        for number in 0..<5_000 {
            watchdog.begin("seed \(seed) stream \(number)")
            instructions += machine.run(FuzzCase(seed: RandomSource.seed(seed, item: UInt64(number)), rows: rows))
            watchdog.end()
        }
        #expect(instructions > 100_000, "seed \(seed)")
    }

    @Test func streamsReachEveryMode() {
        let cases = (0..<200).map { FuzzCase(seed: $0, rows: rows) }
        for mode in FuzzMode.allCases { #expect(cases.contains { $0.mode == mode }) }
        #expect(FuzzCase(seed: 3, rows: rows) == cases[3])
    }

    /// An interrupt vector that leads nowhere faults for ever; the run must still end.
    @Test func endlessFaultsReachTheLimit() throws {
        let machine = try BareMachine(size: 1 << 20, options: EngineOptions())
        machine.enterRealMode()
        for address in 0..<UInt32(1024) { machine.setByte(address, 0xFF) }
        // UD2, with a handler at FFFF:FFFF, where there is nothing.
        machine.setByte(0x1000, 0x0F)
        machine.setByte(0x1001, 0x0B)
        machine.cpu.pointee.engine.eip = 0x1000
        let limit = machine.processor.instructions + 500
        #expect(machine.processor.run(until: limit) == .limit)
        #expect(machine.processor.instructions == limit)
    }

    /// Without CR0.NE, and with nobody at IRQ 13, x87 instructions run on although an unmasked exception waits; the
    /// host's unit must not take notice.
    @Test func waitingX87ExceptionsStayInTheGuest() throws {
        let machine = try BareMachine(size: 1 << 20, options: EngineOptions())
        machine.enterRealMode()
        // FNINIT; FLDCW [2000h]; FLD1; FLDZ; FDIVP; FLD1; FADD ST0,ST1; FNSTSW AX; HLT
        let code: [UInt8] = [
            0xDB, 0xE3, 0xD9, 0x2E, 0x00, 0x20, 0xD9, 0xE8, 0xD9, 0xEE, 0xDE, 0xF9, 0xD9, 0xE8, 0xD8, 0xC1, 0xDF, 0xE0,
            0xF4,
        ]
        for (offset, byte) in code.enumerated() { machine.setByte(0x1000 + UInt32(offset), byte) }
        machine.setByte(0x2000, 0x40)
        machine.setByte(0x2001, 0x03)
        machine.cpu.pointee.engine.eip = 0x1000
        var reason = machine.processor.run(until: machine.processor.instructions + 100)
        while reason == .events { reason = machine.processor.run(until: machine.processor.instructions + 100) }
        #expect(reason == .halted)
        // ZE, ES and B.
        #expect(machine.cpu[.eax] & 0x8084 == 0x8084)
    }
}

import Testing
import VellumConformance
import VellumExecution
import VellumHypervisor

/// Stores to bytes of a code page that are not code take a short way; it must close when they become code.
@Suite struct StoreBesideCodeTests {
    @Test func dataThatBecameCodeIsWatched() throws {
        let machine = try BareMachine(size: 1 << 20, options: EngineOptions())
        machine.enterRealMode()
        // MOV byte [1100h],INC AX; MOV byte [1101h],RET; MOV byte [1100h],INC AX; CALL 1100h; MOV byte [1100h],DEC AX;
        // CALL 1100h; MOV byte [1200h],1, twice; INC byte [1200h]; HLT
        let code: [UInt8] = [
            0xC6, 0x06, 0x00, 0x11, 0x40, 0xC6, 0x06, 0x01, 0x11, 0xC3, 0xC6, 0x06, 0x00, 0x11, 0x40, 0xE8, 0xEE, 0x00,
            0xC6, 0x06, 0x00, 0x11, 0x48, 0xE8, 0xE6, 0x00, 0xC6, 0x06, 0x00, 0x12, 0x01, 0xC6, 0x06, 0x00, 0x12, 0x01,
            0xFE, 0x06, 0x00, 0x12, 0xF4,
        ]
        for (offset, byte) in code.enumerated() { machine.setByte(0x1000 + UInt32(offset), byte) }
        machine.cpu[.esp] = 0x8000
        machine.cpu.pointee.engine.eip = 0x1000
        var reason = machine.processor.run(until: machine.processor.instructions + 100)
        while reason == .events { reason = machine.processor.run(until: machine.processor.instructions + 100) }
        #expect(reason == .halted)
        #expect(machine.cpu[.eax] == 0)
        #expect(machine.byte(0x1100) == 0x48 && machine.byte(0x1200) == 2)
        // Three before the first call and three behind the second.
        #expect(machine.processor.statistics.spuriousWrites == 6)
    }
}

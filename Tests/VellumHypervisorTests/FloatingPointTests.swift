import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32

/// INTR, FERR# and IGNNE# in the hands of a test.
final class NumericInterrupts: InterruptSource {
    var interruptPending: Bool { error && !masked }
    private(set) var error = false
    private(set) var changes: [Bool] = []
    var masked = false
    var ignoresNumericErrors = false

    /// IRQ 13 behind the usual second controller.
    func acknowledge() -> UInt8 {
        masked = true
        return 0x75
    }

    func setNumericError(_ active: Bool) {
        error = active
        changes.append(active)
    }
}

/// Real-mode code that runs until an exception or interrupt; every vector leads to a HLT of its own.
final class NumericBench {
    private let memory: PhysicalMemory
    private let bus = StubBus()
    private let time = StubTime()
    let interrupts = NumericInterrupts()
    let processor: VirtualProcessor
    var cpu: CPU { processor.cpu }

    static let code: UInt32 = 0x1000
    static let data: UInt32 = 0x4000

    init() throws {
        memory = try #require(PhysicalMemory(size: 1 << 20))
        processor = try VirtualProcessor(
            memory: memory, bus: bus, interrupts: interrupts, time: time, options: EngineOptions())
        for vector in 0..<UInt32(256) {
            poke(vector * 4, 0x2000 + vector)
            poke(0x2000 + vector, 0xF4, width: 1)
        }
        for segment in SegmentRegister.allCases { cpu.setSegment(segment, .realMode(0)) }
        cpu[.esp] = 0x8000
        cpu[.ebx] = NumericBench.data
        cpu.pointee.privileged.cr0 = CR0.et | CR0.ne
        cpu.pointee.privileged.cr4 = CR4.osfxsr | CR4.osxmmexcpt
    }

    func poke(_ address: UInt32, _ value: UInt32, width: Int = 4) {
        processor.mmu.writePhysical(address, value: value, width: width)
    }

    func peek(_ address: UInt32, width: Int = 4) -> UInt32 { processor.mmu.readPhysical(address, width: width) }

    func words(_ count: Int) -> [UInt32] {
        (0..<UInt32(count)).map { peek(NumericBench.data + $0 * 2, width: 2) }
    }

    /// Runs code with INT 40h behind it; returns the vector that ended it.
    @discardableResult func run(_ bytes: [UInt8], interruptFlag: Bool = false) -> UInt32 {
        for (offset, byte) in (bytes + [0xCD, 0x40]).enumerated() {
            poke(NumericBench.code + UInt32(offset), UInt32(byte), width: 1)
        }
        cpu.eflags = interruptFlag ? 0x202 : 2
        cpu.pointee.engine.eip = NumericBench.code
        cpu.pointee.privileged.halted = false
        let limit = processor.instructions + 1000
        var reason = processor.run(until: limit)
        while reason == .events { reason = processor.run(until: limit) }
        return cpu.pointee.engine.eip &- 0x2001
    }

    /// EIP that the last exception pushed.
    var returnAddress: UInt32 { peek(cpu[.esp], width: 2) }
}

/// What x87, MMX and SSE ask of the system around them; what they compute is compared with the host elsewhere.
@Suite struct FloatingPointTests {
    private static let fninit: [UInt8] = [0xDB, 0xE3]
    private static let wait: [UInt8] = [0x9B]
    /// Divides one by zero with that exception unmasked: FNINIT; FLDCW [data]; FLDZ; FLD1; FDIV ST, ST(1).
    private static let divide: [UInt8] = fninit + [0xD9, 0x2F, 0xD9, 0xEE, 0xD9, 0xE8, 0xD8, 0xF1]

    @Test func coprocessorBitsOfCR0() throws {
        let cases: [(cr0: UInt32, code: [UInt8], vector: UInt32)] = [
            (CR0.em, Self.fninit, 7), (CR0.ts, Self.fninit, 7), (CR0.mp, Self.fninit, 0x40),
            (CR0.em, Self.wait, 0x40), (CR0.ts, Self.wait, 0x40), (CR0.ts | CR0.mp, Self.wait, 7),
            // PXOR MM0, MM0; XORPS XMM0, XMM0; FXSAVE [BX]; SFENCE.
            (CR0.em, [0x0F, 0xEF, 0xC0], 6), (CR0.ts, [0x0F, 0xEF, 0xC0], 7), (CR0.em, [0x0F, 0x57, 0xC0], 6),
            (CR0.ts, [0x0F, 0x57, 0xC0], 7), (CR0.em, [0x0F, 0xAE, 0x07], 7), (CR0.ts, [0x0F, 0xAE, 0x07], 7),
            (CR0.em, [0x0F, 0xAE, 0xF8], 0x40),
        ]
        for item in cases {
            let bench = try NumericBench()
            bench.cpu.pointee.privileged.cr0 |= item.cr0
            #expect(bench.run(item.code) == item.vector, "CR0 \(item.cr0), \(item.code)")
        }
    }

    @Test func systemsThatDoNotKnowSSE() throws {
        let bench = try NumericBench()
        bench.cpu.pointee.privileged.cr4 = 0
        #expect(bench.run([0x0F, 0x57, 0xC0]) == 6)
        // What SSE added to MMX needs no support: PMINUB MM0, MM1.
        #expect(bench.run([0x0F, 0xDA, 0xC1]) == 0x40)
        #expect(bench.run([0x0F, 0xAE, 0x07]) == 0x40)
    }

    @Test func unmaskedExceptionsOfSSE() throws {
        for (cr4, vector) in [(CR4.osfxsr | CR4.osxmmexcpt, UInt32(19)), (CR4.osfxsr, 6)] {
            let bench = try NumericBench()
            bench.cpu.pointee.privileged.cr4 = cr4
            // LDMXCSR [BX]; DIVPS XMM0, XMM1: zero by zero.
            bench.poke(NumericBench.data, 0x1F00)
            #expect(bench.run([0x0F, 0xAE, 0x17, 0x0F, 0x5E, 0xC1]) == vector)
            #expect(bench.cpu.pointee.floating.mxcsr == 0x1F01)
        }
    }

    @Test func pendingExceptionsWaitForAWaitingInstruction() throws {
        let bench = try NumericBench()
        bench.poke(NumericBench.data, 0x37B, width: 2)
        // FNSTSW AX does not wait, WAIT does.
        #expect(bench.run(Self.divide + [0xDF, 0xE0] + Self.wait) == 16)
        #expect(bench.returnAddress == NumericBench.code + UInt32(Self.divide.count) + 2)
        #expect(bench.cpu[.eax] & 0xFFFF == 0xB084)
        // The division itself was withheld.
        #expect(bench.cpu.floating.statusWord & 0x3800 == 0x3000)
        #expect(bench.run([0x0F, 0xEF, 0xC0]) == 16)
        #expect(bench.run([0xDB, 0xE2] + Self.wait) == 0x40)
    }

    @Test func ferrLeadsToAnInterrupt() throws {
        let bench = try NumericBench()
        bench.cpu.pointee.privileged.cr0 &= ~CR0.ne
        bench.poke(NumericBench.data, 0x37B, width: 2)
        let code = Self.divide + [0x90] + Self.wait + [0x90]
        #expect(bench.run(code, interruptFlag: true) == 0x75)
        #expect(bench.returnAddress == NumericBench.code + UInt32(Self.divide.count) + 1)
        #expect(bench.interrupts.changes == [true])
        // The handler asserts IGNNE#, and may then use x87: FLD1, FNCLEX.
        bench.interrupts.ignoresNumericErrors = true
        #expect(bench.run([0xD9, 0xE8, 0xDB, 0xE2]) == 0x40)
        #expect(bench.interrupts.changes == [true, false])
    }

    @Test func withoutInterruptsTheInstructionRuns() throws {
        let bench = try NumericBench()
        bench.cpu.pointee.privileged.cr0 &= ~CR0.ne
        bench.poke(NumericBench.data, 0x37B, width: 2)
        #expect(bench.run(Self.divide + Self.wait) == 0x40)
        #expect(bench.interrupts.changes == [true])
    }

    @Test func environmentOfRealMode() throws {
        let bench = try NumericBench()
        // FLD DWORD [BX] at linear 12003h, then FNSTENV [BX] with 16- and 32-bit operands.
        let place = UInt32(0x1_2000)
        for (offset, byte) in (Self.fninit + [0x90, 0xD9, 0x07, 0xD9, 0x37, 0xCD, 0x40] as [UInt8]).enumerated() {
            bench.poke(place + UInt32(offset), UInt32(byte), width: 1)
        }
        bench.cpu.setSegment(.ds, .realMode(0x300))
        bench.cpu[.ebx] = 0x1000
        // JMP 1200h:0.
        #expect(bench.run([0xEA, 0, 0, 0, 0x12]) == 0x40)
        #expect(bench.words(7) == [0x37F, 0x3800, 0x7FFF, 0x2003, 0x1107, 0x4000, 0])
    }

    @Test func wideEnvironmentOfRealMode() throws {
        let bench = try NumericBench()
        bench.cpu.floating.pointee.instruction = 0x2_3456
        bench.cpu.floating.pointee.opcode = 0x123
        bench.cpu.floating.pointee.data = 0xA_BCDE
        bench.cpu.floating.pointee.control = 0x37F
        // FNSTENV, then FLDENV, with 32-bit operands.
        #expect(bench.run([0x66, 0xD9, 0x37]) == 0x40)
        #expect(bench.peek(NumericBench.data + 12) & 0xFFFF == 0x3456)
        #expect(bench.peek(NumericBench.data + 16) == 0x2123)
        #expect(bench.peek(NumericBench.data + 20) & 0xFFFF == 0xBCDE)
        #expect(bench.peek(NumericBench.data + 24) == 0xA000)
        bench.cpu.floating.initialize()
        #expect(bench.run([0x66, 0xD9, 0x27]) == 0x40)
        #expect(bench.cpu.pointee.floating.instruction == 0x2_3456)
        #expect(bench.cpu.pointee.floating.data == 0xA_BCDE)
        #expect(bench.cpu.pointee.floating.opcode == 0x123)
    }

    @Test func powerOnAndInitialization() throws {
        let bench = try NumericBench()
        #expect(bench.cpu.floating.controlWord == 0x40)
        #expect(bench.cpu.floating.tagWord == 0x5555)
        #expect(bench.cpu.pointee.floating.mxcsr == 0x1F80)
        bench.run(Self.fninit)
        #expect(bench.cpu.floating.controlWord == 0x37F)
        #expect(bench.cpu.floating.tagWord == 0xFFFF)
    }

    @Test func stateIsAValue() throws {
        let bench = try NumericBench()
        bench.poke(NumericBench.data, 0x3F80_0000)
        // FNINIT; FLDPI; FLD1; MOVSS XMM3, [BX].
        bench.run(Self.fninit + [0xD9, 0xEB, 0xD9, 0xE8, 0xF3, 0x0F, 0x10, 0x1F])
        let saved = FloatingPointSnapshot(bench.cpu.floating)
        let other = try NumericBench()
        saved.restore(other.cpu.floating)
        #expect(FloatingPointSnapshot(other.cpu.floating) == saved)
        #expect(other.cpu.floating.image == bench.cpu.floating.image)
    }
}

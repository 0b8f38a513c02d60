import Testing
import VellumDevices
import VellumHypervisor

@testable import VellumMachine

/// Collects what a guest sends.
private final class Recorder: MachineObserver {
    var serial: [UInt8] = []
    var restarts: [String] = []
    func machine(_ machine: Machine, didSendSerial byte: UInt8) { serial.append(byte) }
    func machineWillRestart(_ machine: Machine, because reason: String) { restarts.append(reason) }
}

@Suite struct MachineTests {
    private func machine(
        _ code: [UInt8], change: (inout MachineConfiguration) -> Void = { _ in }
    ) throws -> Machine {
        var image = BootImage(name: "guest", bytes: code)
        image.flat = FlatLayout(load: 0x10000, entry: 0x10000)
        var configuration = MachineConfiguration(image: image)
        configuration.memory = 2 << 20
        change(&configuration)
        return try Machine(configuration)
    }

    /// Pages 8 MiB apart share an entry of the TLB; a copy from one to the other goes by blocks all the same.
    @Test(arguments: [UInt32(0x10_0000), UInt32(0x80_0000), UInt32(0x80_000C)]) func distantCopiesGoByBlocks(
        distance: UInt32
    ) throws {
        func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) } }
        // cli; cld; mov edi, 400000h; mov ecx, 10000h; mov eax, ecx; again: stosd; inc eax; loop again;
        // mov esi, 400000h; mov edi, 400000h + distance; mov ecx, 10000h; rep movsd; hlt
        var code: [UInt8] = [0xFA, 0xFC, 0xBF] + word(0x40_0000) + [0xB9] + word(0x1_0000)
        code += [0x89, 0xC8, 0xAB, 0x40, 0xE2, 0xFC, 0xBE] + word(0x40_0000) + [0xBF] + word(0x40_0000 + distance)
        code += [0xB9] + word(0x1_0000) + [0xF3, 0xA5, 0xF4]
        let machine = try machine(code) { $0.memory = 24 << 20 }
        #expect(machine.run(maximumInstructions: 1_000_000).reason == .halted)
        #expect(
            machine.readMemory(at: 0x40_0000 + distance, count: 0x4_0000)
                == machine.readMemory(at: 0x40_0000, count: 0x4_0000))
        // Three entries an iteration of STOS and LOOP at most; of MOVS a few a page.
        #expect(machine.statistics.entries < 0x1_0000 * 2 + 1000)
    }

    @Test func aMachineLeavesNothingBehind() throws {
        weak var board: Board?
        weak var processor: VirtualProcessor?
        do {
            let machine = try machine(Images.exitCode)
            machine.run()
            (board, processor) = (machine.board, machine.processor)
            #expect(board != nil && processor != nil)
        }
        #expect(board == nil)
        #expect(processor == nil)
    }

    @Test func runsToTheDebugExit() throws {
        let machine = try machine(Images.exitCode)
        let report = machine.run()
        #expect(report.reason == .debugExit)
        #expect(report.status == 7)
        #expect(machine.instructions == 2)
        #expect(try self.machine(Images.exitCode) { $0.debugExitRaw = true }.run().status == 3)
    }

    @Test func haltWithInterruptsOffIsForGood() throws {
        let machine = try machine([0xFA, 0xF4])
        #expect(machine.run().status == 120)
        #expect(machine.instructions == 2)
    }

    @Test func theLimitIsExact() throws {
        for limit: UInt64 in [1, 2, 3, 999, 100_000] {
            let machine = try machine([0x90, 0xEB, 0xFD])
            #expect(machine.run(maximumInstructions: limit).reason == .instructionLimit)
            #expect(machine.instructions == limit)
        }
    }

    @Test func serialOutputReachesTheObserver() throws {
        // mov edx, 3F8h; mov al, 'V'; out dx, al; hlt
        let machine = try machine([0xFA, 0xBA, 0xF8, 0x03, 0, 0, 0xB0, 0x56, 0xEE, 0xF4])
        let recorder = Recorder()
        machine.observer = recorder
        machine.run()
        #expect(recorder.serial == Array("V".utf8))
    }

    @Test func anUndeliverableFaultIsATripleFault() throws {
        // An IDT of four bytes, and UD2: no vector can be delivered.
        let machine = try machine([0x0F, 0x01, 0x1D, 0x10, 0, 1, 0, 0x0F, 0x0B, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0])
        let report = machine.run()
        #expect(report.reason == .tripleFault)
        #expect(report.status == 121)
        #expect(report.message.contains("invalidOpcode"))
    }

    @Test func anEmptyIDTMakesItAPlannedReset() throws {
        let code: [UInt8] = [0x0F, 0x01, 0x1D, 0x10, 0, 1, 0, 0x0F, 0x0B, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(try machine(code).run().reason == .reset)
    }

    @Test func resetStartsAgainWhereToldTo() throws {
        // Counts runs in memory that a reset keeps… and a restart loads again: mov al, 0FEh; out 64h, al; hlt
        let machine = try machine([0xB0, 0xFE, 0xE6, 0x64, 0xF4]) { $0.onReset = .reboot }
        let recorder = Recorder()
        machine.observer = recorder
        #expect(machine.run(maximumInstructions: 10).reason == .instructionLimit)
        #expect(recorder.restarts.count == 5)
        #expect(try self.machine([0xB0, 0xFE, 0xE6, 0x64, 0xF4]).run().reason == .reset)
    }

    @Test func memoryAndRegistersCanBeRead() throws {
        let machine = try machine([0xB8, 0x78, 0x56, 0x34, 0x12, 0xA3, 0x00, 0x20, 0, 0, 0xFA, 0xF4])
        machine.run()
        #expect(machine.registers.eax == 0x1234_5678)
        #expect(machine.readMemory(at: 0x2000, count: 4) == [0x78, 0x56, 0x34, 0x12])
        #expect(machine.readMemory(at: 0xFFFF_FFFF, count: 1) == [0xFF])
        machine.writeMemory([1, 2], at: 0x3000)
        #expect(machine.readMemory(at: 0x3000, count: 2) == [1, 2])
    }

    @Test func memorySizesOutOfRangeAreRefused() {
        #expect(throws: MachineError.self) { try machine([0xF4]) { $0.memory = 4096 } }
        #expect(throws: MachineError.self) { try machine([0xF4]) { $0.memory = 4 << 30 } }
    }

    // MARK: Determinism

    /// A guest with the timer running: an IDT gate for vector 8 whose handler counts, and a loop that counts too.
    private static let ticking: [UInt8] = {
        var code = ByteWriter(count: 0x200)
        // mov word [10100h + 40h], 10080h…: the gate of vector 8, built by hand below; lidt; sti; loop: inc ebx; jmp.
        code.set([0x0F, 0x01, 0x1D, 0xF8, 0x00, 0x01, 0x00, 0xFB, 0x43, 0xEB, 0xFD], at: 0)
        // Handler: push eax; inc dword [2000h]; mov al, 20h; out 20h, al; pop eax; iret
        code.set([0x50, 0xFF, 0x05, 0x00, 0x20, 0, 0, 0xB0, 0x20, 0xE6, 0x20, 0x58, 0xCF], at: 0x80)
        code.put16(0x7FF, at: 0xF8)
        code.put32(0x10100, at: 0xFA)
        code.put32(0x0008_0080, at: 0x140)
        code.put32(0x0001_8E00, at: 0x144)
        return code.bytes
    }()

    @Test func engineSettingsChangeNothing() throws {
        func run(_ change: (inout MachineConfiguration) -> Void) throws -> (UInt64, UInt64) {
            let machine = try machine(MachineTests.ticking, change: change)
            machine.run(maximumInstructions: 20_000_000)
            return (machine.instructions, machine.stateHash)
        }
        let plain = try run { _ in }
        #expect(try run { $0.chaining = false } == plain)
        #expect(try run { $0.passes = false } == plain)
        #expect(try run { $0.blockLimit = 1 } == plain)
        #expect(try run { $0.cacheSize = 256 << 10 } == plain)
    }

    @Test func whereARunIsCutChangesNothing() throws {
        let whole = try machine(MachineTests.ticking)
        whole.run(maximumInstructions: 12_000_000)
        let cut = try machine(MachineTests.ticking)
        var limit: UInt64 = 0
        while limit < 12_000_000 {
            limit = min(12_000_000, limit + 777_777)
            #expect(cut.advance(to: limit) == .ran)
        }
        #expect(cut.stateHash == whole.stateHash)
        #expect(whole.readMemory(at: 0x2000, count: 1) == [2])
    }

    @Test func aRestoredStateGoesOnAlike() throws {
        let first = try machine(MachineTests.ticking)
        first.run(maximumInstructions: 7_000_000)
        let state = first.saveState()
        first.run(maximumInstructions: 15_000_000)
        let second = try machine([0xF4])
        second.restore(state)
        #expect(second.saveState().pages == state.pages)
        second.run(maximumInstructions: second.instructions + 8_000_000)
        #expect(second.registers == first.registers)
        #expect(second.stateHash == first.stateHash)
    }

    /// Waits for a key or a byte with HLT, and for good with interrupts on.
    @Test func aLogPlaysBackToTheBit() throws {
        let first = try machine(MachineTests.ticking)
        _ = first.advance(to: 1_234_567)
        first.deliver(.key(.press(.a)))
        _ = first.advance(to: 6_000_001)
        first.deliver(.skip(60_000_000))
        first.sendSerial(Array("hi".utf8))
        _ = first.advance(to: 9_000_000)
        let second = try machine(MachineTests.ticking)
        second.playback = EventLog(first.log.events)
        second.run(maximumInstructions: 9_000_000)
        #expect(second.log.events == first.log.events)
        #expect(second.stateHash == first.stateHash)
        let third = try machine(MachineTests.ticking)
        third.run(maximumInstructions: 9_000_000)
        #expect(third.stateHash != first.stateHash)
    }

    @Test func haltedTimeIsSkippedToTheNextTick() throws {
        // sti; hlt; cli; hlt with a handler for the timer.
        var code = MachineTests.ticking
        code.replaceSubrange(7..<11, with: [0xFB, 0xF4, 0xFA, 0xF4])
        let machine = try machine(code)
        let report = machine.run(maximumInstructions: 1000)
        #expect(report.reason == .halted)
        #expect(machine.readMemory(at: 0x2000, count: 1) == [1])
        #expect(machine.instructions == 3 + 6 + 2)
        #expect((54_000_000...56_000_000).contains(machine.virtualTime))
    }
}

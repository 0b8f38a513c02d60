import Testing

@testable import VellumMachine

/// The machine under a debugger: where it stops, and that the guest cannot tell.
@Suite struct DebuggingTests {
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

    /// Counts ECX down from 5, adding it to [2000h] and pushing it; then the debug exit.
    private static let counting: [UInt8] = [
        0xB9, 5, 0, 0, 0,  // 10000: mov ecx, 5
        0x51,  // 10005: push ecx
        0x01, 0x0D, 0x00, 0x20, 0, 0,  // 10006: add [2000h], ecx
        0x58,  // 1000C: pop eax
        0x49,  // 1000D: dec ecx
        0x75, 0xF5,  // 1000E: jnz 10005
        0xB0, 3, 0xE6, 0xF4, 0xFA, 0xF4,
    ]

    /// An interrupt handler for the timer, and a loop.
    private static let ticking: [UInt8] = {
        var code = ByteWriter(count: 0x200)
        code.set([0x0F, 0x01, 0x1D, 0xF8, 0x00, 0x01, 0x00, 0xFB, 0x43, 0xEB, 0xFD], at: 0)
        code.set([0x50, 0xFF, 0x05, 0x00, 0x20, 0, 0, 0xB0, 0x20, 0xE6, 0x20, 0x58, 0xCF], at: 0x80)
        code.put16(0x7FF, at: 0xF8)
        code.put32(0x10100, at: 0xFA)
        code.put32(0x0008_0080, at: 0x140)
        code.put32(0x0001_8E00, at: 0x144)
        return code.bytes
    }()

    /// Runs to the end, going on after each stop; returns the stops with the EIP of each.
    private func stops(_ machine: Machine, to limit: UInt64 = .max) -> [(DebuggerStop, UInt32)] {
        var list: [(DebuggerStop, UInt32)] = []
        while case .stopped(let stop) = machine.advance(to: limit) { list.append((stop, machine.registers.eip)) }
        return list
    }

    private static let engines: [@Sendable (inout MachineConfiguration) -> Void] = [
        { _ in }, { $0.chaining = false }, { $0.blockLimit = 1 }, { $0.passes = false },
    ]

    @Test(arguments: engines.indices) func aBreakpointStopsBeforeItsInstructionEachTime(engine: Int) throws {
        let whole = try machine(Self.counting)
        whole.run()
        let machine = try machine(Self.counting, change: Self.engines[engine])
        machine.breakpoints = [0x10006]
        let list = stops(machine)
        #expect(list.count == 5)
        #expect(list.allSatisfy { $0 == (.breakpoint(address: 0x10006), 0x10006) })
        #expect(machine.instructions == whole.instructions)
        #expect(machine.stateHash == whole.stateHash)
    }

    @Test func countsAtABreakpointAreExact() throws {
        let machine = try machine(Self.counting)
        machine.breakpoints = [0x1000C]
        #expect(machine.advance(to: .max) == .stopped(.breakpoint(address: 0x1000C)))
        #expect(machine.instructions == 3)
        #expect(machine.registers.ecx == 5)
        #expect(machine.readMemory(at: 0x2000, count: 1) == [5])
        #expect(machine.advance(to: .max) == .stopped(.breakpoint(address: 0x1000C)))
        #expect(machine.instructions == 8)
    }

    @Test func aBreakpointThatCodeAlreadyRanOverHolds() throws {
        let machine = try machine(Self.ticking)
        machine.run(maximumInstructions: 1000)
        machine.breakpoints = [0x10009]
        #expect(machine.advance(to: 2000) == .stopped(.breakpoint(address: 0x10009)))
        #expect(machine.instructions <= 1002)
        machine.breakpoints = []
        #expect(machine.advance(to: 2000) == .ran)
    }

    @Test func aBreakpointInsideAnInstructionNeverStops() throws {
        let machine = try machine(Self.counting)
        machine.breakpoints = [0x10001, 0x10007]
        #expect(stops(machine).isEmpty)
    }

    @Test func stepsShowEveryInstruction() throws {
        let whole = try machine(Self.counting)
        whole.run()
        let machine = try machine(Self.counting)
        machine.breakpoints = [0x10006]
        var places: [UInt32] = []
        while case .stopped(.step) = machine.step() { places.append(machine.registers.eip) }
        #expect(places.prefix(6) == [0x10005, 0x10006, 0x1000C, 0x1000D, 0x1000E, 0x10005])
        #expect(places.count == Int(whole.instructions) - 1)
        #expect(machine.stateHash == whole.stateHash)
    }

    @Test func aStepOntoAnInterruptStopsAtItsHandler() throws {
        let whole = try machine(Self.ticking)
        whole.run(maximumInstructions: 12_000_000)
        let machine = try machine(Self.ticking)
        machine.breakpoints = [0x10080]
        #expect(machine.advance(to: .max) == .stopped(.breakpoint(address: 0x10080)))
        let tick = machine.instructions
        let second = try self.machine(Self.ticking)
        #expect(second.advance(to: tick - 1) == .ran)
        var steps = 0
        while second.registers.eip != 0x10080, steps < 3 {
            #expect(second.step() == .stopped(.step))
            steps += 1
        }
        #expect(second.instructions == tick)
        second.run(maximumInstructions: 12_000_000)
        #expect(second.stateHash == whole.stateHash)
        machine.run(maximumInstructions: 12_000_000)
        #expect(machine.stateHash == whole.stateHash)
    }

    @Test func watchesStopAfterTheAccess() throws {
        let whole = try machine(Self.counting)
        whole.run()
        let machine = try machine(Self.counting)
        let watch = Watch(address: 0x2002, length: 2, kind: .write)
        machine.watches = [watch]
        let list = stops(machine)
        #expect(list.count == 5)
        #expect(list.allSatisfy { $0 == (.watchpoint(watch, isWrite: true), 0x1000C) })
        #expect(machine.instructions == whole.instructions)
        #expect(machine.stateHash == whole.stateHash)
    }

    @Test func aWatchForReadsLetsWritesPass() throws {
        // mov [2000h], eax; mov [2004h], eax; mov eax, [2000h]; cli; hlt
        let code: [UInt8] = [0xA3, 0, 0x20, 0, 0, 0xA3, 4, 0x20, 0, 0, 0xA1, 0, 0x20, 0, 0, 0xFA, 0xF4]
        for (kind, places) in [(Watch.Kind.read, [0x1000F]), (.write, [0x10005]), (.access, [0x10005, 0x1000F])] {
            let machine = try machine(code)
            machine.watches = [Watch(address: 0x2000, length: 4, kind: kind)]
            #expect(stops(machine).map { Int($0.1) } == places)
        }
    }

    @Test func watchesThatAreTakenAwayGiveTheFastPathBack() throws {
        let machine = try machine(Self.counting)
        machine.watches = [Watch(address: 0x2000, length: 4, kind: .write)]
        _ = machine.advance(to: .max)
        machine.watches = []
        #expect(stops(machine).isEmpty)
        #expect(machine.readMemory(at: 0x2000, count: 1) == [15])
    }

    /// A guest under paging that clears accessed bits behind the TLB's back: a walk more or less would show.
    @Test func settingWatchesDoesNotWalkThePageTables() throws {
        let code = Self.paging
        let whole = try machine(code)
        whole.run()
        let machine = try machine(code)
        machine.breakpoints = [0x10000 + 0x40]
        #expect(machine.advance(to: .max) == .stopped(.breakpoint(address: 0x10040)))
        machine.watches = [Watch(address: 0x3000, length: 4, kind: .access)]
        #expect(machine.physicalAddress(of: 0x3000) == 0x3000)
        #expect(machine.readLinear(at: 0x2FFE, count: 4) == machine.readMemory(at: 0x2FFE, count: 4))
        #expect(machine.physicalAddress(of: 0x40_0000) == nil)
        #expect(machine.readLinear(at: 0x3F_FFFC, count: 16).count == 4)
        while case .stopped = machine.advance(to: .max) {}
        #expect(machine.instructions == whole.instructions)
        #expect(machine.stateHash == whole.stateHash)
    }

    /// Maps the first 4 MiB to itself, reads 3000h, clears that page's accessed bit, and reads again by a stale entry.
    private static let paging: [UInt8] = {
        var code = ByteWriter(count: 0x60)
        code.set(
            [
                0xBF, 0, 0, 0x04, 0,  // mov edi, 40000h
                0xC7, 0x07, 7, 0x10, 0x04, 0,  // mov dword [edi], 41007h
                0x0F, 0x22, 0xDF,  // mov cr3, edi
                0xBF, 0, 0x10, 0x04, 0,  // mov edi, 41000h
                0xB8, 7, 0, 0, 0,  // mov eax, 7
                0xB9, 0, 4, 0, 0,  // mov ecx, 400h
                0xAB,  // stosd
                0x05, 0, 0x10, 0, 0,  // add eax, 1000h
                0xE2, 0xF8,  // loop
                0x0F, 0x20, 0xC0, 0x0D, 0, 0, 0, 0x80, 0x0F, 0x22, 0xC0,  // mov eax, cr0; or; mov cr0, eax
                0xA1, 0, 0x30, 0, 0,  // mov eax, [3000h]
            ], at: 0)
        code.set(
            [
                0x83, 0x25, 0x0C, 0x10, 0x04, 0, 0xDF,  // and dword [4100Ch], ~20h
                0xA1, 0, 0x30, 0, 0,  // mov eax, [3000h]
                0xB0, 3, 0xE6, 0xF4, 0xFA, 0xF4,
            ], at: 0x40)
        // What lies between is NOPs.
        for index in 0x35..<0x40 { code.set([0x90], at: index) }
        return code.bytes
    }()

    @Test func registersAreWrittenAsTheProcessorWouldLoadThem() throws {
        let machine = try machine([0x90, 0xF4])
        for (number, register) in MachineRegister.allCases.prefix(9).enumerated() {
            #expect(machine.setRegister(register, to: UInt32(0x1000 + number)))
            #expect(machine[register] == UInt32(0x1000 + number))
        }
        #expect(machine.setRegister(.eflags, to: 0x2_00D7))
        #expect(machine[.eflags] == 0xD7, "VM stays")
        #expect(!machine.setRegister(.cs, to: 0x1234))
        #expect(!machine.setRegister(.cr0, to: 0x8000_0000), "paging without protection")
        #expect(!machine.setRegister(.ds, to: 0xFFF0), "beyond the table")
        #expect(machine.setRegister(.ds, to: 0))
    }

    @Test func floatingPointRegistersComeBackAsWritten() throws {
        // fninit; fldpi; hlt
        let machine = try machine([0xDB, 0xE3, 0xD9, 0xEB, 0xFA, 0xF4])
        machine.run()
        var state = machine.floatingPoint
        #expect(state.stack[0] == [0x35, 0xC2, 0x68, 0x21, 0xA2, 0xDA, 0x0F, 0xC9, 0x00, 0x40])
        #expect(state.tags == 0x3FFF)
        state.stack[0][9] = 0xC0
        state.xmm[7] = Array(1...16)
        state.mxcsr = 0xFFFF_FFFF
        machine.floatingPoint = state
        state.mxcsr = 0xFFBF
        #expect(machine.floatingPoint == state)
    }

    @Test func memoryIsWrittenThroughThePageTables() throws {
        let machine = try machine([0x90, 0xF4])
        #expect(machine.writeLinear([1, 2, 3], at: 0x2FFE))
        #expect(machine.readMemory(at: 0x2FFE, count: 3) == [1, 2, 3])
        #expect(!machine.writeLinear([1], at: 0xB_8000))
        #expect(!machine.writeLinear([1], at: 0xFFFF_FFFF))
    }
}

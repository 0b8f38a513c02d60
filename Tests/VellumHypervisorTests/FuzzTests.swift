import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

/// A small generator whose runs repeat (SplitMix64).
struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

/// Nothing that a guest can set up may trap the host.
@Suite struct FuzzTests {
    @Test(arguments: [UInt64(1), 2, 3, 4]) func randomCallsOnRandomStates(seed: UInt64) throws {
        var random = Random(state: seed)
        let bench = try Bench()
        for _ in 0..<250 {
            disturb(bench, &random)
            for _ in 0..<200 { step(bench, &random) }
        }
    }

    /// Mostly small values, so that tables, limits and selectors meet.
    private func value(_ random: inout Random) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: random.next())
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return bits
        case 1: return bits & 0xFFFF
        case 2: return bits & 0xFF
        case 3: return 0 &- (bits & 0xF)
        case 4: return bits & 0x3F_FFFF
        default: return bits & 0xFFFC
        }
    }

    /// A selector of the tables at hand, mostly with a privilege that fits.
    private func selector(_ random: inout Random) -> UInt32 {
        let known: [UInt16] = [
            Bench.code0, Bench.data0, Bench.code3, Bench.data3, Bench.task, Bench.localTable, Bench.conforming0,
            0x43, 0x48,
        ]
        if Bool.random(using: &random) { return UInt32(known.randomElement(using: &random) ?? 0) }
        return UInt32.random(in: 0x40..<0x100, using: &random) & ~4
    }

    private func disturb(_ bench: Bench, _ random: inout Random) {
        bench.hypervisor.reset()
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bench.enterProtected()
        case 1: bench.enterVirtual(iopl: UInt32.random(in: 0...3, using: &random), vme: Bool.random(using: &random))
        case 2:
            bench.enterProtected()
            bench.setLevel(3)
        default: break
        }
        for _ in 0..<400 { bench.poke(UInt32.random(in: 0x400..<0x1800, using: &random) & ~3, value(&random) << 16) }
        for index in 0..<256 {
            let access = UInt8.random(in: 0...255, using: &random) | 0x80
            let target = UInt16(truncatingIfNeeded: selector(&random))
            bench.gate(index, .gate(target, value(&random), access: access))
        }
        for index in Bench.free..<32 {
            let access = UInt16(truncatingIfNeeded: random.next()) & 0xF0FF | 0x80
            if Bool.random(using: &random) {
                let target = UInt16(truncatingIfNeeded: selector(&random))
                bench.describe(
                    index,
                    .gate(target, value(&random), access: UInt8(access & 0xE0 | 12), count: value(&random) & 31))
            } else {
                bench.describe(
                    index, .segment(base: value(&random), limit: value(&random) & 0xF_FFFF, access: access))
            }
        }
        bench.cpu.pointee.privileged.sysenterCS = 8
        bench.cpu.pointee.privileged.cr4 = value(&random) & 0x3BF
        if Bool.random(using: &random) {
            bench.cpu.pointee.privileged.tr.limit = value(&random)
            bench.cpu.pointee.privileged.tr.base = value(&random)
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            bench.cpu.pointee.privileged.cr0 |= CR0.pg | CR0.pe
            bench.cpu.pointee.privileged.cr3 = value(&random)
        }
        bench.mmu.flushAll()
        bench.mmu.modeChanged()
    }

    /// Now and then back to a state in which much can succeed.
    private func settle(_ bench: Bench, _ random: inout Random) {
        let choice = Int.random(in: 0..<16, using: &random)
        guard choice < 3 else { return }
        bench.enterProtected()
        bench.cpu.pointee.privileged.cr0 &= ~CR0.pg
        bench.cpu.eflags = value(&random) & ~EFlags.virtual8086.rawValue
        // A call gate for everyone, another task, and a TSS with its bitmaps.
        bench.describe(8, .gate(Bench.code0, 0x4000, access: UInt8(0xE4 + choice % 2 * 8), count: value(&random) & 31))
        bench.describe(9, .segment(base: 0x6000, limit: 0x67, access: choice == 0 ? 0x89 : 0x81))
        for word in UInt32(0)..<26 { bench.poke(0x6000 + word * 4, word < 18 ? value(&random) : selector(&random)) }
        bench.poke(0x6024, value(&random) & ~EFlags.virtual8086.rawValue)
        bench.poke(Bench.tss + 100, 0x88 << 16)
        bench.cpu.pointee.privileged.tr.limit = 0x2FF
        if choice == 1 { bench.setLevel(3) }
        if choice == 2 { bench.enterVirtual(iopl: value(&random) & 3, vme: Bool.random(using: &random)) }
        bench.mmu.flushAll()
        bench.mmu.modeChanged()
    }

    private func step(_ bench: Bench, _ random: inout Random) {
        settle(bench, &random)
        for register in GeneralRegister.allCases { bench.cpu[register] = value(&random) }
        bench.cpu[.t0] = value(&random)
        bench.cpu[.t1] = value(&random)
        if Bool.random(using: &random) {
            bench.cpu[.t0] = selector(&random)
            bench.cpu[.t1] = selector(&random)
            bench.cpu[.esp] = 0x8000
            // A frame that returns somewhere, most of the time.
            for word in UInt32(0)..<9 {
                let isSelector = word != 0 && word != 2 && word != 3
                bench.poke(0x8000 + word * 4, isSelector ? selector(&random) : value(&random))
            }
        }
        bench.setEIP(value(&random))
        guard let call = HypervisorCall.allCases.randomElement(using: &random) else { return }
        let isPort = [HypervisorCall.portIn, .portOut, .ins, .outs].contains(call)
        let arguments = CallArguments(
            size: isPort ? [1, 2, 4].randomElement(using: &random) ?? 4 : Bool.random(using: &random) ? 2 : 4,
            addressSize: Bool.random(using: &random) ? 2 : 4, index: UInt8.random(in: 0..<8, using: &random),
            repeats: Bool.random(using: &random),
            immediate: Bool.random(using: &random) ? 0 : value(&random) & 0xFFFF)
        perform(bench, call, arguments)
        switch Int.random(in: 0..<16, using: &random) {
        case 0: _ = bench.hypervisor.deliverInterrupt(vector: UInt8.random(in: 0...255, using: &random))
        case 1: _ = bench.hypervisor.deliverDebugTrap(dr6: value(&random))
        case 2: _ = bench.hypervisor.deliverNMI()
        case 3: _ = bench.hypervisor.codeBreakpoint()
        case 4: _ = bench.cpu.fragmentMode
        default: break
        }
    }

    /// A fault leaves registers, segments, flags and modes as they were, unless another task was reached.
    private func perform(_ bench: Bench, _ call: HypervisorCall, _ arguments: CallArguments) {
        let before = bench.cpu.pointee.privileged
        let registers = GeneralRegister.allCases.map { bench.cpu[$0] }
        let flags = bench.cpu.eflags
        guard let fault = bench.fault(call, arguments) else { return }
        let isTaskReturn = call == .iret && before.systemFlags & EFlags.nestedTask.rawValue != 0
        if bench.cpu.pointee.privileged.tr == before.tr, !isTaskReturn {
            #expect(bench.cpu.pointee.privileged == before, "\(call) \(fault)")
            #expect(GeneralRegister.allCases.map { bench.cpu[$0] } == registers, "\(call) \(fault)")
            #expect(bench.cpu.eflags == flags, "\(call) \(fault)")
        }
        if bench.hypervisor.deliver(fault) == .shutdown { bench.hypervisor.reset() }
    }
}

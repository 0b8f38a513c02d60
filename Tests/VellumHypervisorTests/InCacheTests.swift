import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps
import VellumTestSupport

/// What the cache makes of a call is what the hypervisor makes of it: registers, memory, faults, the accessed bits.
@Suite struct InCacheTests {
    private static let calls: [HypervisorCall] = [
        .int, .iret, .jmpFar, .callFar, .retFar, .loadSegment, .pushf, .popf, .writeControl,
    ]

    /// What selectors are.
    private enum Selectors: CaseIterable { case descriptors, paragraphs, virtual8086 }

    /// Two benches in the same random state; the second leaves calls to the hypervisor.
    private struct Pair {
        let inCache: Bench
        let left: Bench

        init(seed: UInt64, _ selectors: Selectors, size: UInt8) throws {
            (inCache, left) = (try Bench(), try Bench())
            left.cpu.pointee.engine.leavesCalls = true
            for bench in [inCache, left] {
                var generator = SeededGenerator(seed: seed)
                if selectors == .descriptors {
                    prepare(bench, &generator)
                } else {
                    prepareParagraphs(bench, isVirtual: selectors == .virtual8086, size, &generator)
                }
                fillTLB(bench, &generator)
            }
        }

        /// Real or virtual-8086 mode; now and then with what protected mode leaves in the segment registers.
        private func prepareParagraphs(
            _ bench: Bench, isVirtual: Bool, _ size: UInt8, _ generator: inout SeededGenerator
        ) {
            func pick<T>(_ values: [T]) -> T { values.randomElement(using: &generator) ?? values[0] }
            var flags: EFlags = []
            for flag in [EFlags.interrupt, .carry, .zero, .direction, .resume, .identification] where generator.oneIn(2)
            {
                flags.insert(flag)
            }
            for flag in [EFlags.trap, .nestedTask, .alignmentCheck] where generator.oneIn(12) { flags.insert(flag) }
            if isVirtual {
                bench.enterProtected()
                bench.setLevel(3)
                flags.insert(.virtual8086)
                if generator.oneIn(2) { flags.insert(.ioPrivilege) }
            }
            bench.cpu.eflags = 2 | flags.rawValue
            for segment in SegmentRegister.allCases {
                var state = SegmentState.realMode(pick([0, 0x10, 0x120, 0x333]), dpl: isVirtual ? 3 : 0)
                if !isVirtual, generator.oneIn(5) {
                    state.limit = pick([~0, 0xFFF, 0])
                    state.access = pick([0xC093, 0x4093, 0x91, 0x97, 0, 0x9B])
                }
                if segment == .ss { state.base = pick([0, 0x100, 0x1000]) }
                bench.cpu.setSegment(segment, state)
            }
            for vector in UInt32(0x40)..<0x44 {
                bench.poke(vector * 4, pick([0x0123_4567, 0x0040_FFFF, 0xF000_0010, 0]))
            }
            if !isVirtual, generator.oneIn(6) { bench.cpu.pointee.privileged.idtr.limit = 0x107 }
            bench.cpu[.esp] = pick([0x7000, 0x7000, 0x7008, 0x1_7000, 0x6FFD, 4, 2, 0, 12, 0xFFFF_FFF8, 0xFFFE])
            bench.pushWords(
                [
                    pick([0x5000, 0xFFFF, 0x1_0000]), pick([0, 0x120, 0xFFFF]),
                    pick([flags.rawValue, flags.rawValue ^ 0x200, .random(in: 0...(.max), using: &generator)]),
                ], size: UInt32(size))
            bench.cpu.pointee.privileged.nmiBlocked = generator.oneIn(20)
            bench.mmu.modeChanged()
        }

        /// What the accesses before have left in the TLB, as a running guest has.
        private func fillTLB(_ bench: Bench, _ generator: inout SeededGenerator) {
            for page in stride(from: UInt32(0), to: 0x20000, by: 0x1000) where !generator.oneIn(10) {
                _ = try? bench.mmu.translate(page, access: .write, user: false)
                _ = try? bench.mmu.translate(page, access: .write, user: true)
            }
        }

        /// Protected mode at some level with flags, descriptors, gates and stack words that are usual most of the time.
        private func prepare(_ bench: Bench, _ generator: inout SeededGenerator) {
            func pick<T>(_ values: [T]) -> T { values.randomElement(using: &generator) ?? values[0] }
            bench.enterProtected()
            let level: UInt8 = pick([0, 3])
            if level != 0 { bench.setLevel(level) }
            if !generator.oneIn(4) {
                for index in [1, 2, 3, 4, 7] {
                    let place = Bench.gdt + UInt32(index) * 8 + 5
                    bench.poke(place, bench.peek(place, width: 1) | 1, width: 1)
                }
            }
            let flags: [EFlags] = [
                .interrupt, .ioPrivilege, .alignmentCheck, .direction, .carry, .zero, .overflow, .sign, .identification,
                .resume, .nestedTask, .trap,
            ]
            var image: UInt32 = 2
            for flag in flags where generator.oneIn(flag == .trap || flag == .nestedTask ? 12 : 3) {
                image |= flag.rawValue
            }
            bench.cpu.eflags = image
            if generator.oneIn(3) { bench.cpu.pointee.privileged.cr0 |= CR0.am }
            bench.mmu.modeChanged()
            let accesses: [UInt8] = [
                0x9B, 0x9B, 0x93, 0x93, 0xFB, 0xF3, 0x9A, 0x92, 0x1B, 0x91, 0x97, 0x9F, 0xFF, 0x82, 0x89, 0x99,
            ]
            for index in Bench.free..<(Bench.free + 8) {
                let limit: UInt32 = pick([0xFFFFF, 0xFFFFF, 0xFFF, 0])
                let high = UInt32(pick(accesses)) << 8 | limit & 0xF0000 | pick([0xC0_0000, 0xC0_0000, 0x40_0000, 0])
                let base: UInt32 = pick([0, 0, 0, 0x1_0000])
                bench.poke(Bench.gdt + UInt32(index) * 8, limit & 0xFFFF | (base & 0xFFFF) << 16)
                bench.poke(Bench.gdt + UInt32(index) * 8 + 4, high | base >> 16 & 0xFF)
            }
            for vector in 0x40..<0x44 {
                let gate: UInt8 = pick([0x8E, 0x8F, 0xEE, 0xEF, 0xEE, 0xEF, 0xEE, 0x86, 0x0E, 0x85, 0xEC])
                bench.gate(
                    vector,
                    .gate(
                        generator.oneIn(3) ? selector(&generator) : Bench.code0,
                        pick([0x6000, 0x6000, 0x1234_5678, 0xFFF]), access: gate))
            }
            if generator.oneIn(6) { bench.poke(Bench.tss + 4, pick([0x12, 3, 0xB000])) }
            if generator.oneIn(6) { bench.poke(Bench.tss + 8, UInt32(selector(&generator))) }
            bench.cpu[.esp] = pick([0x7000, 0x7000, 0x7008, 0x7040, 0x7100, 0x6FFD, 4, 0, 12, 0xFFFF_FFF8])
            // EIP, CS, flags, ESP, SS as IRET finds them.
            bench.pushWords([
                pick([0x5000, 0x5000, 0x1_0000, 0x8000_0000]), UInt32(selector(&generator)),
                pick([image, image ^ 0x200, image ^ 0x8D5, .random(in: 0...(.max), using: &generator)]),
                pick([0xB000, 0x123]), generator.oneIn(4) ? UInt32(selector(&generator)) : UInt32(Bench.data3),
            ])
            bench.cpu.pointee.privileged.nmiBlocked = generator.oneIn(20)
        }

        private func selector(_ generator: inout SeededGenerator) -> UInt16 {
            let usual: [UInt16] = [
                Bench.code0, Bench.code0, Bench.code3, Bench.code3, Bench.data0, Bench.data3, Bench.conforming0,
            ]
            if !generator.oneIn(5) { return usual.randomElement(using: &generator) ?? Bench.code0 }
            return UInt16.random(in: 0...17, using: &generator) << 3 | .random(in: 0...7, using: &generator)
        }
    }

    private struct Result: Equatable {
        var outcome: CallOutcome?
        var fault: GuestFault?
        var registers: [UInt32]
        var flags: UInt32
        var eip: UInt32
        var privileged: Privileged
        var windows: UInt32
        var memory: [UInt32]
    }

    private func result(_ bench: Bench, _ call: HypervisorCall, _ arguments: CallArguments) -> Result {
        var outcome: CallOutcome?
        var fault: GuestFault?
        do throws(GuestFault) {
            outcome = try bench.hypervisor.perform(call, arguments)
        } catch {
            fault = error
        }
        // The cache goes on where it may; that the hypervisor ends the fragment after CR0 changes nothing.
        if call == .writeControl, outcome == .endFragment { outcome = .next }
        let cpu = bench.cpu
        return Result(
            outcome: outcome, fault: fault, registers: GeneralRegister.allCases.map { cpu[$0] }, flags: cpu.eflags,
            eip: cpu.pointee.engine.eip, privileged: cpu.pointee.privileged, windows: cpu.pointee.engine.flatSegments,
            memory: stride(from: 0, to: 0x1A000, by: 4).map { bench.peek($0) })
    }

    @Test func theCacheDoesWhatTheHypervisorDoes() throws {
        var handled = [[HypervisorCall: Int]](repeating: [:], count: Selectors.allCases.count)
        var generator = SeededGenerator(seed: 77)
        for round in UInt64(0)..<12000 {
            let kind = generator.oneIn(2) ? 0 : generator.oneIn(3) ? 2 : 1
            let size: UInt8 = generator.oneIn(kind == 0 ? 5 : 2) ? 2 : 4
            let pair = try Pair(seed: round, Selectors.allCases[kind], size: size)
            let call = Self.calls.randomElement(using: &generator) ?? .int
            let segment = SegmentRegister.allCases.filter { $0 != .cs }.randomElement(using: &generator) ?? .ds
            var value = UInt32.random(in: 0...0x8F, using: &generator)
            if call == .loadSegment, !generator.oneIn(3) {
                value = UInt32([Bench.data0, Bench.data3, Bench.code3].randomElement(using: &generator) ?? 0)
            }
            let isFar = [.jmpFar, .callFar].contains(call)
            if isFar { value = [0x5000, 0xFFFF, 0x1_0010, ~0].randomElement(using: &generator) ?? 0 }
            let selector = isFar && !generator.oneIn(4) ? Bench.code0 : .random(in: 0...0x4F, using: &generator)
            let number: UInt8 = generator.oneIn(2) ? 0 : 2
            for bench in [pair.inCache, pair.left] {
                let isSame = call == .writeControl && value & 1 == 0
                bench.cpu[.t0] = isSame ? bench.cpu.pointee.privileged.cr0 : value
                bench.cpu[.t1] = UInt32(selector)
            }
            let arguments = CallArguments(
                size: size, index: call == .loadSegment ? segment.rawValue : number,
                immediate: call == .retFar ? value & 6 : 0x40 + value & 3)
            let got = result(pair.inCache, call, arguments)
            let wanted = result(pair.left, call, arguments)
            #expect(got == wanted, "round \(round), \(call), \(Selectors.allCases[kind])")
            if got != wanted { return }
            handled[kind][call, default: 0] += Int(pair.inCache.cpu.pointee.engine.inCacheCalls)
            #expect(pair.left.cpu.pointee.engine.inCacheCalls == 0)
        }
        for (kind, counts) in zip(Selectors.allCases, handled) {
            // In virtual-8086 mode flags are the monitor's affair.
            let calls = kind == .virtual8086 ? [.jmpFar, .callFar, .retFar, .loadSegment] : Self.calls
            for call in calls where kind == .descriptors || call != .writeControl {
                let count = counts[call, default: 0]
                #expect(count > 30, "\(call) was handled in the cache \(count) times with \(kind)")
            }
        }
    }
}

import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

/// Ports and memory that remember what was asked of them.
final class StubBus: PhysicalBus {
    var ports: [UInt16: UInt32] = [:]
    var reads: [UInt16] = []
    var writes: [(port: UInt16, value: UInt32)] = []

    func readMemory(_ address: UInt32, width: Int) -> UInt32 { ~0 }
    func writeMemory(_ address: UInt32, value: UInt32, width: Int) {}

    func readPort(_ port: UInt16, width: Int) -> UInt32 {
        reads.append(port)
        return ports[port] ?? ~0
    }

    func writePort(_ port: UInt16, value: UInt32, width: Int) { writes.append((port, value)) }
}

final class StubInterrupts: InterruptSource {
    var interruptPending = false
    func acknowledge() -> UInt8 { 0x20 }
}

final class StubTime: TimeSource {
    var counter: UInt64 = 0x1_2345_6789
    func timestampCounter(at instructions: UInt64) -> UInt64 { counter }
}

/// A processor with 4 MiB of memory and nothing that executes: tests call the handlers themselves.
final class Bench {
    let cpu: CPU
    let memory: PhysicalMemory
    let bus = StubBus()
    let interrupts = StubInterrupts()
    let time = StubTime()
    let paging: PagingUnit
    let mmu: SoftMMU
    let hypervisor: Hypervisor

    static let gdt: UInt32 = 0x1000
    static let idt: UInt32 = 0x2000
    static let tss: UInt32 = 0x3000
    static let ldt: UInt32 = 0x5000
    /// Tops of the stacks for levels 0 to 3.
    static let stacks: [UInt32] = [0x8000, 0x9000, 0xA000, 0xB000]

    /// Selectors that `enterProtected` defines.
    static let code0: UInt16 = 0x08
    static let data0: UInt16 = 0x10
    static let code3: UInt16 = 0x1B
    static let data3: UInt16 = 0x23
    static let task: UInt16 = 0x28
    static let localTable: UInt16 = 0x30
    static let conforming0: UInt16 = 0x38
    /// The first index that tests may use.
    static let free = 8

    init(_ model: ProcessorModel = ProcessorModel()) throws {
        cpu = .allocate(capacity: 1)
        cpu.initialize(to: CPUState())
        memory = try #require(PhysicalMemory(size: 4 << 20))
        paging = PagingUnit(cpu: cpu)
        mmu = SoftMMU(memory: memory, bus: bus, walker: paging, cpu: cpu)
        hypervisor = Hypervisor(
            cpu: cpu, mmu: mmu, paging: paging, bus: bus, interrupts: interrupts, time: time, model: model)
        hypervisor.reset()
        setEIP(0x100)
        cpu.pointee.engine.endRequested = false
        cpu[.esp] = 0x7000
        for segment in SegmentRegister.allCases { cpu.setSegment(segment, .realMode(0)) }
    }

    deinit {
        cpu.deinitialize(count: 1)
        cpu.deallocate()
    }

    // MARK: Running

    /// The instruction at hand is two bytes long.
    func setEIP(_ eip: UInt32) {
        cpu.pointee.engine.eip = eip
        cpu.pointee.engine.nextEIP = eip &+ 2
    }

    var eip: UInt32 { cpu.pointee.engine.eip }

    func run(_ call: HypervisorCall, _ arguments: CallArguments = CallArguments()) throws -> CallOutcome {
        try hypervisor.perform(call, arguments)
    }

    /// The fault that a call raises; nil when it succeeds.
    func fault(_ call: HypervisorCall, _ arguments: CallArguments = CallArguments()) -> GuestFault? {
        do {
            _ = try hypervisor.perform(call, arguments)
            return nil
        } catch {
            return error
        }
    }

    func load(_ segment: SegmentRegister, _ selector: UInt16) throws -> CallOutcome {
        cpu[.t0] = UInt32(selector)
        return try run(.loadSegment, CallArguments(index: segment.rawValue))
    }

    func loadFault(_ segment: SegmentRegister, _ selector: UInt16) -> GuestFault? {
        cpu[.t0] = UInt32(selector)
        return fault(.loadSegment, CallArguments(index: segment.rawValue))
    }

    /// Arguments of a far transfer.
    func far(_ selector: UInt16, _ offset: UInt32, size: UInt8 = 4) -> CallArguments {
        cpu[.t0] = offset
        cpu[.t1] = UInt32(selector)
        return CallArguments(size: size)
    }

    func writeControl(_ number: UInt8, _ value: UInt32) throws -> CallOutcome {
        cpu[.t0] = value
        return try run(.writeControl, CallArguments(index: number))
    }

    // MARK: Memory

    func poke(_ address: UInt32, _ value: UInt32, width: Int = 4) {
        mmu.writePhysical(address, value: value, width: width)
    }

    func peek(_ address: UInt32, width: Int = 4) -> UInt32 { mmu.readPhysical(address, width: width) }

    /// The `count` words of `size` bytes on top of the current stack.
    func stack(_ count: Int, size: UInt32 = 4) -> [UInt32] {
        let segment = cpu.pointee.privileged[.ss]
        let offset = segment.isBig ? cpu[.esp] : cpu[.esp] & 0xFFFF
        return (0..<UInt32(count)).map { peek(segment.base &+ offset &+ $0 * size, width: Int(size)) }
    }

    /// Puts words on the current stack, the topmost first.
    func pushWords(_ words: [UInt32], size: UInt32 = 4) {
        for word in words.reversed() {
            cpu[.esp] = cpu[.esp] &- size
            let segment = cpu.pointee.privileged[.ss]
            let offset = segment.isBig ? cpu[.esp] : cpu[.esp] & 0xFFFF
            poke(segment.base &+ offset, word, width: Int(size))
        }
    }

    func describe(_ index: Int, _ descriptor: Descriptor, table: UInt32 = Bench.gdt) {
        poke(table + UInt32(index) * 8, descriptor.low)
        poke(table + UInt32(index) * 8 + 4, descriptor.high)
    }

    func accessByte(_ selector: UInt16) -> UInt32 { peek(Bench.gdt + UInt32(selector & 0xFFF8) + 5, width: 1) }

    func gate(_ vector: Int, _ descriptor: Descriptor) { describe(vector, descriptor, table: Bench.idt) }

    // MARK: Modes

    /// Protected mode at level 0 with flat segments, a TSS in TR and an LDT in LDTR.
    func enterProtected() {
        for (index, access) in [(1, 0xC09A), (2, 0xC092), (3, 0xC0FA), (4, 0xC0F2), (7, 0xC09E)] {
            describe(index, .segment(limit: 0xF_FFFF, access: UInt16(access)))
        }
        describe(5, .segment(base: Bench.tss, limit: 0x67, access: 0x8B))
        describe(6, .segment(base: Bench.ldt, limit: 0x3F, access: 0x82))
        cpu.pointee.privileged.gdtr = TableRegister(base: Bench.gdt, limit: 0xFF)
        cpu.pointee.privileged.idtr = TableRegister(base: Bench.idt, limit: 0x7FF)
        cpu.pointee.privileged.tr = SegmentState(selector: Bench.task, base: Bench.tss, limit: 0x67, access: 0x8B)
        cpu.pointee.privileged.ldtr = SegmentState(
            selector: Bench.localTable, base: Bench.ldt, limit: 0x3F, access: 0x82)
        cpu.pointee.privileged.cr0 |= CR0.pe
        for level in UInt32(0)..<3 {
            poke(Bench.tss + 4 + level * 8, Bench.stacks[Int(level)])
            poke(Bench.tss + 8 + level * 8, UInt32(Bench.data0))
        }
        // No I/O map: it would begin beyond the limit.
        poke(Bench.tss + 100, 0xFFFF_0000)
        setLevel(0)
    }

    /// Flat segments of level 0 or 3 and the level's stack.
    func setLevel(_ level: UInt8) {
        let code: UInt16 = level == 0 ? Bench.code0 : Bench.code3
        let data: UInt16 = level == 0 ? Bench.data0 : Bench.data3
        let dpl = UInt16(level) << 5
        cpu.setSegment(.cs, SegmentState(selector: code, base: 0, limit: ~0, access: 0xC09B | dpl))
        for segment in [SegmentRegister.ss, .ds, .es, .fs, .gs] {
            cpu.setSegment(segment, SegmentState(selector: data, base: 0, limit: ~0, access: 0xC093 | dpl))
        }
        cpu.pointee.privileged.cpl = level
        cpu[.esp] = Bench.stacks[Int(level)]
        mmu.modeChanged()
    }

    /// Virtual-8086 mode under the protected mode of `enterProtected`: CS 1000h, SS 2000h, SP 0800h.
    func enterVirtual(iopl: UInt32, vme: Bool = false) {
        enterProtected()
        cpu.eflags = EFlags.virtual8086.rawValue | iopl << 12
        if vme { cpu.pointee.privileged.cr4 |= CR4.vme }
        for (segment, selector) in zip(SegmentRegister.allCases, [0x3000, 0x1000, 0x2000, 0x3100, 0x3200, 0x3300]) {
            cpu.setSegment(segment, .realMode(UInt16(selector), dpl: 3))
        }
        cpu.pointee.privileged.cpl = 3
        cpu[.esp] = 0x800
        mmu.modeChanged()
    }

    func selector(_ segment: SegmentRegister) -> UInt16 { cpu.pointee.privileged[segment].selector }
}

extension Descriptor {
    /// A segment: access as `SegmentState` holds it, limit in the descriptor's own units.
    static func segment(base: UInt32 = 0, limit: UInt32, access: UInt16) -> Descriptor {
        Descriptor(
            low: base << 16 | limit & 0xFFFF,
            high: base & 0xFF00_0000 | UInt32(access) << 8 | limit & 0xF_0000 | base >> 16 & 0xFF)
    }

    /// A gate: `access` is its second-highest byte, with P, DPL and type.
    static func gate(_ selector: UInt16, _ offset: UInt32, access: UInt8, count: UInt32 = 0) -> Descriptor {
        Descriptor(
            low: UInt32(selector) << 16 | offset & 0xFFFF, high: offset & 0xFFFF_0000 | UInt32(access) << 8 | count)
    }
}

func generalProtection(_ code: UInt32) -> GuestFault { GuestFault(.generalProtection, errorCode: code) }
func notPresent(_ code: UInt32) -> GuestFault { GuestFault(.segmentNotPresent, errorCode: code) }
func invalidTSS(_ code: UInt32) -> GuestFault { GuestFault(.invalidTSS, errorCode: code) }
func stackFault(_ code: UInt32) -> GuestFault { GuestFault(.stackFault, errorCode: code) }

import VellumExecution
import VellumIA32
import VellumMicroOps

/// What micro-ops can see and change, as a value.
package struct MachineImage: Equatable, Sendable {
    /// The register file, temporaries included.
    package var registers = [UInt8](repeating: 0, count: 64)
    /// Arithmetic flags and DF.
    package var flags: EFlags = []
    package var memory: [UInt8]

    package init(_ generator: inout SeededGenerator) {
        for index in 0..<15 {
            let value = generator.value()
            for byte in 0..<4 { registers[index * 4 + byte] = UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)) }
        }
        flags = EFlags(rawValue: generator.word()).intersection(.visible)
        memory = [UInt8](unsafeUninitializedCapacity: FragmentBench.memoryBytes) { buffer, count in
            for offset in stride(from: 0, to: FragmentBench.memoryBytes, by: 8) {
                UnsafeMutableRawBufferPointer(buffer).storeBytes(
                    of: generator.next(), toByteOffset: offset, as: UInt64.self)
            }
            count = FragmentBench.memoryBytes
        }
    }

    package subscript(slot: RegisterSlot) -> UInt32 {
        get { (0..<4).reduce(0) { $0 | UInt32(registers[Int(slot.offset) + $1]) << UInt32($1 * 8) } }
        set {
            for byte in 0..<4 {
                registers[Int(slot.offset) + byte] = UInt8(truncatingIfNeeded: newValue >> UInt32(byte * 8))
            }
        }
    }

    /// The same with temporaries cleared: what outlives an instruction.
    package var architectural: MachineImage {
        var image = self
        for index in 32..<64 { image.registers[index] = 0 }
        return image
    }
}

/// How a run ended.
package struct RunResult: Equatable, Sendable {
    package enum End: Equatable, Sendable { case transfer, fragmentEnd, fault(GuestFault) }
    package var end: End
    package var eip: UInt32
    package var image: MachineImage
    /// Instructions that retired.
    package var retired: Int64
}

/// An interpreter with memory behind it and nothing to go on to: it runs one unit and shows what became of the state.
///
/// Every linear page is mapped onto two pages of memory, except those that the test makes fault.
package final class FragmentBench: PhysicalBus, PageWalker {
    package static let memoryBytes = 0x2000
    package static let budget: Int64 = 1 << 20

    package let cpu: CPU
    private let memory: PhysicalMemory
    private var mmu: SoftMMU?
    private var interpreter: Interpreter?
    private let jumps = JumpCache()

    /// Pages (numbers modulo 64) whose accesses fault, that are read-only, and that end the fragment.
    package var faulting: Set<UInt32> = []
    package var readOnly: Set<UInt32> = []
    package var ending: Set<UInt32> = []
    /// What the hypervisor's handlers do.
    package var handler: (HypervisorCall, CallArguments, CPU) throws(GuestFault) -> CallOutcome = { _, _, _ in .next }

    package init?() {
        guard let memory = PhysicalMemory(size: FragmentBench.memoryBytes) else { return nil }
        self.memory = memory
        cpu = .allocate(capacity: 1)
        cpu.initialize(to: CPUState())
        cpu.pointee.privileged.cr0 = CR0.pe | CR0.pg
        let mmu = SoftMMU(memory: memory, bus: self, walker: self, cpu: cpu)
        self.mmu = mmu
        interpreter = Interpreter(cpu: cpu, mmu: mmu, host: Door(bench: self), jumps: jumps)
        for segment in SegmentRegister.allCases { setSegment(segment, base: 0, limit: ~0) }
    }

    deinit {
        interpreter = nil
        jumps.deallocate()
        cpu.deinitialize(count: 1)
        cpu.deallocate()
    }

    /// Makes a segment writable data.
    package func setSegment(_ segment: SegmentRegister, base: UInt32, limit: UInt32) {
        cpu.setSegment(segment, SegmentState(selector: 8, base: base, limit: limit, access: 0xC093))
    }

    /// Fills the TLB for the pages of these addresses.
    package func warm(_ addresses: [UInt32]) {
        for address in addresses { _ = try? mmu?.translate(address, access: .write, user: false) }
    }

    /// Makes half of all pages fault, be read-only or end the fragment, by `round` modulo 4; in the fourth, none.
    package func disturb(_ round: Int, using generator: inout SeededGenerator) {
        let pages = Set<UInt32>((0..<64).filter { _ in generator.oneIn(2) })
        (faulting, readOnly, ending) = ([], [], [])
        switch round & 3 {
        case 0: faulting = pages
        case 1: readOnly = pages
        case 2: ending = pages
        default: break
        }
    }

    package func flush() { mmu?.flushAll() }

    /// Runs a unit once from a state.
    package func run(_ unit: TranslatedUnit, at eip: UInt32 = 0x1000, from image: MachineImage) -> RunResult {
        install(image)
        let fragment = FragmentPointer.make(unit)
        fragment.pointee.eip = eip
        cpu.pointee.engine = EngineRegisters()
        cpu.pointee.engine.budget = FragmentBench.budget
        let exit = interpreter?.enter(fragment) ?? .budget
        fragment.release()
        let end: RunResult.End =
            switch exit {
            case .budget: .transfer
            case .fragmentEnd: .fragmentEnd
            case .fault(let fault): .fault(fault)
            }
        return RunResult(
            end: end, eip: cpu.pointee.engine.eip, image: extract(image),
            retired: FragmentBench.budget - cpu.pointee.engine.budget)
    }

    private func install(_ image: MachineImage) {
        let raw = UnsafeMutableRawPointer(cpu.visible)
        for (index, byte) in image.registers.enumerated() {
            raw.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
        cpu.visible.arithmeticFlags = image.flags.intersection(.arithmetic)
        cpu.visible.pointee.direction = image.flags.contains(.direction) ? -1 : 1
        memory.ram.copyMemory(from: image.memory, byteCount: FragmentBench.memoryBytes)
    }

    private func extract(_ before: MachineImage) -> MachineImage {
        var image = before
        let raw = UnsafeRawPointer(cpu.visible)
        image.registers = (0..<64).map { raw.load(fromByteOffset: $0, as: UInt8.self) }
        image.flags = cpu.visible.arithmeticFlags
        if cpu.visible.pointee.direction < 0 { image.flags.insert(.direction) }
        image.memory = Array(UnsafeRawBufferPointer(start: memory.ram, count: FragmentBench.memoryBytes))
        return image
    }

    // MARK: What the interpreter asks

    package func translate(
        _ linear: UInt32, access: MemoryAccess, user: Bool
    ) throws(GuestFault) -> PageTranslation {
        let page = linear >> 12 & 63
        if faulting.contains(page) || access == .write && readOnly.contains(page) {
            throw GuestFault(.pageFault, errorCode: access == .write ? 3 : 1, address: linear)
        }
        if ending.contains(page) { cpu.pointee.engine.endRequested = true }
        return PageTranslation(
            page: linear & UInt32(FragmentBench.memoryBytes - 1) & ~0xFFF, writable: !readOnly.contains(page),
            global: false)
    }

    private final class Door: HypervisorGate, FragmentResolver {
        private unowned(unsafe) let bench: FragmentBench

        init(bench: FragmentBench) { self.bench = bench }

        func perform(_ operation: UnsafePointer<MicroOp>) throws(GuestFault) -> CallOutcome {
            guard let call = operation.pointee.hypervisorCall else { return .next }
            return try bench.handler(call, operation.pointee.callArguments, bench.cpu)
        }

        func meetNumericError() throws(GuestFault) -> Bool { throw GuestFault(.floatingPoint) }
        func numericErrorCleared() {}
        var simdNumericFault: GuestFault { GuestFault(.simdFloatingPoint) }

        func resolve(eip: UInt32) -> FragmentPointer? { nil }
        func entered(_ fragment: FragmentPointer) {}
        func entered(_ fragment: FragmentPointer, link: Int, of source: FragmentPointer) {}
        func deferred(_ fragment: FragmentPointer) {}
        func drainEntries() {}
        func proceed() -> FragmentPointer? { nil }
    }

    package func readMemory(_ address: UInt32, width: Int) -> UInt32 { ~0 }
    package func writeMemory(_ address: UInt32, value: UInt32, width: Int) {}
    package func readPort(_ port: UInt16, width: Int) -> UInt32 { ~0 }
    package func writePort(_ port: UInt16, value: UInt32, width: Int) {}
}

import VellumExecution
import VellumHypervisor
import VellumIA32

/// Runs random instruction streams in any mode, privileged ones included.  What comes of them does not matter: only that
/// the engine comes back.
package final class FuzzMachine {
    /// RAM; what lies above reads as ones.
    private static let size = 0x2_0000

    private let machine: BareMachine
    /// Instructions that a stream may retire.
    private let length: UInt64
    /// Memory as streams find it, for each contents of the data pages.
    private let images: [[UInt8]]

    package init(options: EngineOptions, length: UInt64 = 100) throws {
        machine = try BareMachine(size: FuzzMachine.size, options: options)
        self.length = length
        images = Arena.patterns.map(FuzzMachine.image)
    }

    /// The tables, handlers that return or run on, and the data.
    private static func image(_ pattern: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        for (address, value) in GuestTables.words() {
            bytes.replaceSubrange(Int(address)..<Int(address) + 4, with: Encoding.little(value, 4))
        }
        for vector in 0..<256 { bytes[Int(GuestTables.stubs) + vector] = vector % 3 == 0 ? 0xCF : 0x90 }
        let data = Int(GuestTables.data)
        bytes.replaceSubrange(data..<data + pattern.count, with: pattern)
        return bytes
    }

    /// Runs one stream; returns how many instructions retired.
    @discardableResult package func run(_ item: FuzzCase) -> UInt64 {
        let processor = machine.processor
        load(item)
        processor.codeChanged()
        processor.reset()
        enter(item)
        let start = processor.instructions
        for _ in 0..<200 {
            switch processor.run(until: start + length) {
            case .events: continue
            // A halted processor is woken as an interrupt would, to see what comes next.
            case .halted: processor.cpu.pointee.privileged.halted = false
            case .limit, .shutdown, .stopRequested, .debugger: return processor.instructions - start
            }
        }
        return processor.instructions - start
    }

    private func write(_ address: UInt32, _ value: UInt32) {
        machine.processor.mmu.writePhysical(address, value: value, width: 4)
    }

    private func load(_ item: FuzzCase) {
        var image = images[item.pattern]
        for (address, value) in item.damage {
            image.replaceSubrange(Int(address)..<Int(address) + 4, with: Encoding.little(value, 4))
        }
        let start = Int(GuestTables.code + Arena.start)
        image.replaceSubrange(start..<start + item.code.count, with: item.code)
        image.withUnsafeBytes { _ = machine.memory.load($0, at: 0) }
    }

    private func enter(_ item: FuzzCase) {
        machine.enterUserMode(is16: item.mode == .protected16)
        let cpu = machine.cpu
        cpu.pointee.engine.eip = Arena.code + Arena.start
        switch item.mode {
        case .user32: break
        case .protected16:
            cpu.pointee.engine.eip = Arena.start
        case .protected32: enterRing0()
        case .real, .virtual8086: enterSegmented(isVirtual: item.mode == .virtual8086)
        }
        for register in GeneralRegister.allCases { cpu[register] = item.registers[Int(register.rawValue)] }
        let virtual = item.mode == .virtual8086 ? EFlags.virtual8086.rawValue : 0
        cpu.eflags = item.eflags & ~EFlags.virtual8086.rawValue | virtual
        cpu.pointee.privileged.cr4 = item.cr4 & ~CR4.pae
        machine.processor.mmu.flushAll()
        machine.processor.mmu.modeChanged()
    }

    private func enterRing0() {
        let cpu = machine.cpu
        cpu.pointee.privileged.cpl = 0
        cpu.setSegment(.cs, GuestTables.segment(GuestTables.kernelCode))
        for segment in [SegmentRegister.ss, .ds, .es] { cpu.setSegment(segment, GuestTables.segment(0x10)) }
    }

    /// Real mode on physical memory, or virtual-8086 mode: there paging stays on and low addresses fault.
    private func enterSegmented(isVirtual: Bool) {
        let cpu = machine.cpu
        if !isVirtual {
            cpu.pointee.privileged.cr0 = CR0.et
            cpu.pointee.privileged.cpl = 0
            cpu.pointee.privileged.idtr = TableRegister(base: 0, limit: 0x3FF)
        }
        let code = UInt16(truncatingIfNeeded: GuestTables.code >> 4)
        cpu.pointee.engine.eip = Arena.start
        cpu.setSegment(.cs, .realMode(code, dpl: isVirtual ? 3 : 0))
        for segment in [SegmentRegister.ss, .ds, .es, .fs, .gs] {
            let selector = UInt16(truncatingIfNeeded: GuestTables.data >> 4)
            cpu.setSegment(segment, .realMode(selector, dpl: isVirtual ? 3 : 0))
        }
        if isVirtual { mapLowMemory() }
    }

    /// The first megabyte, for level 3, as a virtual-8086 monitor gives it to its guest.
    private func mapLowMemory() {
        write(GuestTables.directory, 0xE000 | 0x67)
        for page in 0..<UInt32(256) { write(0xE000 + page * 4, page << 12 | 0x67) }
    }
}

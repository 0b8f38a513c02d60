import VellumExecution
import VellumHypervisor
import VellumIA32

/// Runs generated cases on Vellum: in ring 3, with paging, under a system whose exception handlers are all HLT.
package final class OracleMachine {
    /// Far more than a case can need: its loops are bounded by the size of memory.
    private static let longestCase: UInt64 = 40_000

    private let machine: BareMachine
    private var loadedPattern = 0
    private var patterns: [[UInt32]] = []

    package init(options: EngineOptions = EngineOptions()) throws {
        machine = try BareMachine(size: GuestTables.memorySize, options: options)
        for (address, value) in GuestTables.words() { write(address, value) }
        for vector in 0..<UInt32(256) { machine.setByte(GuestTables.stubs + vector, 0xF4) }
        for offset in 0..<Arena.codeSize { machine.setByte(GuestTables.code + offset, 0xCC) }
        setPatterns(Arena.patterns)
    }

    /// Other contents for the data pages; the last page is the first pattern's.
    func setPatterns(_ contents: [[UInt8]]) {
        patterns = contents.map(OracleMachine.words)
        loadedPattern = 0
        for (index, value) in patterns[0].enumerated() { write(GuestTables.data + UInt32(index) * 4, value) }
    }

    package var processor: VirtualProcessor { machine.processor }

    private static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { at in
            (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32($1 * 8) }
        }
    }

    private func write(_ address: UInt32, _ value: UInt32) {
        machine.processor.mmu.writePhysical(address, value: value, width: 4)
    }

    private func read(_ address: UInt32) -> UInt32 { machine.processor.mmu.readPhysical(address, width: 4) }

    /// Runs a case to the exception that ends it.
    package func run(_ item: GeneratedCase) -> OracleResult {
        load(item)
        let limit = machine.processor.instructions + OracleMachine.longestCase
        var reason = machine.processor.run(until: limit)
        while reason == .events { reason = machine.processor.run(until: limit) }
        var result = reason == .halted ? faultFrame() : unfinished()
        result.changes = takeChanges(item.pattern)
        if item.isFloat { result.floating = floatingState() }
        for offset in 0..<UInt32(item.code.count) {
            machine.setByte(GuestTables.code + Arena.start + offset, 0xCC)
        }
        return result
    }

    // MARK: Before

    private func load(_ item: GeneratedCase) {
        if item.pattern != loadedPattern {
            for index in 0..<Int(Arena.writableSize / 4) {
                write(GuestTables.data + UInt32(index) * 4, patterns[item.pattern][index])
            }
            loadedPattern = item.pattern
        }
        for (offset, byte) in item.code.enumerated() {
            machine.setByte(GuestTables.code + Arena.start + UInt32(offset), byte)
        }
        machine.enterUserMode(is16: item.is16)
        let cpu = machine.cpu
        for register in GeneralRegister.allCases { cpu[register] = item.registers[Int(register.rawValue)] }
        cpu.eflags = item.eflags
        cpu.pointee.engine.eip = item.eip
        machine.processor.mmu.modeChanged()
    }

    // MARK: After

    /// What the exception's entry pushed on the inner stack.
    private func faultFrame() -> OracleResult {
        let cpu = machine.cpu
        let vector = cpu.pointee.engine.eip &- 1 &- GuestTables.linear(GuestTables.stubs)
        let hasCode = ExceptionVector(rawValue: UInt8(truncatingIfNeeded: vector))?.hasErrorCode ?? false
        var registers = GeneralRegister.allCases.map { cpu[$0] }
        let top = GuestTables.stackTop
        registers[4] = read(top - 8)
        return OracleResult(
            registers: registers, eip: read(top - 20), eflags: read(top - 12), vector: vector,
            errorCode: hasCode ? read(top - 24) : 0, address: cpu.pointee.privileged.cr2, changes: [])
    }

    /// As FXSAVE would show it.
    private func floatingState() -> [UInt8] {
        let unit = machine.cpu.floating
        let kept = unit.pointee
        defer { unit.pointee = kept }
        return unit.image
    }

    private func unfinished() -> OracleResult {
        let cpu = machine.cpu
        return OracleResult(
            registers: GeneralRegister.allCases.map { cpu[$0] }, eip: cpu.pointee.engine.eip, eflags: cpu.eflags,
            vector: OracleResult.timeout, errorCode: 0, address: 0, changes: [])
    }

    /// The words of the data pages that differ from what was loaded; puts them back.
    private func takeChanges(_ pattern: Int) -> [ChangedWord] {
        var changes: [ChangedWord] = []
        let before = patterns[pattern]
        let now = machine.memory.ram + Int(GuestTables.data)
        for index in 0..<Int(Arena.writableSize / 4) {
            let value = now.load(fromByteOffset: index * 4, as: UInt32.self)
            guard value != before[index] else { continue }
            changes.append(ChangedWord(offset: UInt32(index) * 4, value: value))
            write(GuestTables.data + UInt32(index) * 4, before[index])
        }
        return changes
    }
}

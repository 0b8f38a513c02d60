import VellumExecution
import VellumIA32

/// The architectural state of the processor: nothing of the engine's.
struct ProcessorState: Codable, Equatable, Sendable {
    /// EAX ECX EDX EBX ESP EBP ESI EDI.
    var general: [UInt32]
    var eip: UInt32
    var eflags: UInt32
    var privileged: Privileged
    var floating: FloatingPointSnapshot
    var modelSpecific: [UInt32: UInt64]

    init(_ cpu: CPU) {
        general = GeneralRegister.allCases.map { cpu[$0] }
        eip = cpu.pointee.engine.eip
        eflags = cpu.eflags
        privileged = cpu.pointee.privileged
        floating = FloatingPointSnapshot(cpu.floating)
        modelSpecific = cpu.pointee.modelSpecific
    }

    func restore(_ cpu: CPU) {
        cpu.pointee.privileged = privileged
        cpu.pointee.modelSpecific = modelSpecific
        for (register, value) in zip(GeneralRegister.allCases, general) { cpu[register] = value }
        cpu.eflags = eflags
        cpu.pointee.engine.eip = eip
        for segment in SegmentRegister.allCases { cpu.refreshWindow(segment) }
        floating.restore(cpu.floating)
    }

    func hash(into hash: inout StateHash) {
        for register in general { hash.add(UInt64(register)) }
        hash.add(UInt64(eip) << 32 | UInt64(eflags))
        // A dictionary encodes in an order of its own.
        for (number, value) in modelSpecific.sorted(by: { $0.key < $1.key }) {
            hash.add(UInt64(number))
            hash.add(value)
        }
        hash.add(encoded: privileged)
        hash.add(encoded: floating)
    }
}

/// A machine at one moment: processor, memory and every chip.  It can be put back into any machine of the same
/// configuration.
public struct MachineState: Codable, Equatable, Sendable {
    struct Page: Codable, Equatable, Sendable {
        var frame: UInt32
        var bytes: [UInt8]
    }

    var processor: ProcessorState
    var board: BoardState
    /// Pages of RAM that are not all zero.
    var pages: [Page]
    /// Instructions since power-on, of which virtual time is made.
    var instructions: UInt64
    var isHalted: Bool
    /// What the guest has written to each drive's overlay, in the drives' fixed order.
    var drives: [BlockImage.Changes]
}

extension Machine {
    /// Everything that a later run needs.
    public func saveState() -> MachineState {
        var pages: [MachineState.Page] = []
        forEachUsedPage { frame, bytes in pages.append(MachineState.Page(frame: frame, bytes: Array(bytes))) }
        return MachineState(
            processor: ProcessorState(processor.cpu), board: board.state, pages: pages, instructions: instructions,
            isHalted: isHalted, drives: drives.images.map(\.changes))
    }

    /// Puts a saved state back.  Instruction counts go on from where this machine is; virtual time from where the
    /// saved one was.
    public func restore(_ state: MachineState) {
        let wanted = Set(state.pages.map(\.frame))
        let zero = [UInt8](repeating: 0, count: 4096)
        var used: [UInt32] = []
        forEachUsedPage { frame, _ in used.append(frame) }
        for frame in used where !wanted.contains(frame) { replace(frame, with: zero) }
        for page in state.pages { replace(page.frame, with: page.bytes) }
        state.processor.restore(processor.cpu)
        board.state = state.board
        // Virtual time is the saved one's although this machine's count of instructions differs.
        board.setTime(
            configuration.timebase.nanoseconds(state.instructions) &+ state.board.skipped)
        isHalted = state.isHalted
        for (image, changes) in zip(drives.images, state.drives) { image.changes = changes }
        processor.codeChanged()
        processor.mmu.modeChanged()
    }

    private func replace(_ frame: UInt32, with bytes: [UInt8]) {
        guard bytes.count == 4096, Int(frame) < memory.size >> 12 else { return }
        if memory.codeFrames[Int(frame)] != 0 {
            processor.mmu.codeObserver?.willWrite(physical: frame << 12, length: 4096)
        }
        bytes.withUnsafeBytes { _ = memory.load($0, at: UInt64(frame) << 12) }
    }

    /// A hash over the processor's architectural state, RAM, the chips and virtual time: equal for runs that did the
    /// same, whatever the engine's settings and however the machine came here.
    public var stateHash: UInt64 {
        var hash = StateHash()
        ProcessorState(processor.cpu).hash(into: &hash)
        var chips = board.state
        chips.skipped = virtualTime
        hash.add(encoded: chips)
        hash.add(isHalted ? 1 : 0)
        for image in drives.images { image.hash(into: &hash) }
        forEachUsedPage { frame, bytes in
            hash.add(UInt64(frame))
            hash.add(bytes)
        }
        return hash.value
    }

    /// Visits the pages of RAM that hold anything but zeros.
    private func forEachUsedPage(_ body: (UInt32, UnsafeRawBufferPointer) -> Void) {
        for frame in 0..<(memory.size >> 12) {
            let page = UnsafeRawBufferPointer(start: memory.ram + frame << 12, count: 4096)
            if !page.isZero { body(UInt32(frame), page) }
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var isZero: Bool {
        var bits: UInt64 = 0
        for offset in stride(from: 0, to: count & ~31, by: 32) {
            for word in 0..<4 { bits |= load(fromByteOffset: offset + word * 8, as: UInt64.self) }
            if bits != 0 { return false }
        }
        return true
    }
}

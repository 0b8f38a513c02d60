import VellumExecution
import VellumHypervisor

/// Why a machine stopped for its debugger.
public enum DebuggerStop: Equatable, Sendable {
    /// EIP stands at a breakpoint, whose instruction has not run.  `address` is linear.
    case breakpoint(address: UInt32)
    /// The instruction that just ran met a watchpoint; EIP stands after it.
    case watchpoint(Watch, isWrite: Bool)
    /// `step` made its step.
    case step

    init(_ stop: ProcessorStop) {
        switch stop {
        case .breakpoint(let address): self = .breakpoint(address: address)
        case .step: self = .step
        case .watchpoint(let range, let isWrite): self = .watchpoint(Watch(range), isWrite: isWrite)
        }
    }
}

/// A range of linear addresses whose accesses stop the machine.
public struct Watch: Hashable, Sendable {
    public enum Kind: CaseIterable, Sendable { case write, read, access }

    public var address: UInt32
    public var length: UInt32
    public var kind: Kind

    /// - Parameter length: at least 1; a range beyond 4 GiB is cut there.
    public init(address: UInt32, length: UInt32, kind: Kind) {
        self.address = address
        self.length = max(1, min(length, UInt32.max - address))
        self.kind = kind
    }

    init(_ range: ObservedRange) {
        let kind: Kind = range.onRead && range.onWrite ? .access : range.onRead ? .read : .write
        self.init(address: range.address, length: range.length, kind: kind)
    }

    var range: ObservedRange {
        ObservedRange(address: address, length: length, onRead: kind != .write, onWrite: kind != .read)
    }
}

/// What a debugger asks of a machine.  Nothing here can be seen by the guest: instruction counts, virtual time, memory
/// and the state hash at the end are those of a run without a debugger, unless the debugger itself writes.
extension Machine {
    /// Linear addresses of instructions before which `advance` stops.  One that `advance` has just stopped at is passed
    /// when it goes on from there.
    public var breakpoints: Set<UInt32> {
        get { processor.breakpoints }
        set { processor.breakpoints = newValue }
    }

    /// What accesses of the processor `advance` stops after.  Devices' accesses to memory are not seen, as on real
    /// hardware.
    public var watches: Set<Watch> {
        get { Set(processor.observedRanges.map(Watch.init)) }
        set { processor.observedRanges = newValue.map(\.range).sorted { $0.address < $1.address } }
    }

    /// Runs one instruction.  Where an interrupt or a fault is delivered instead, that is the step: EIP then stands at
    /// the handler's first instruction.  `.idle` and `.ended` are as for `advance`; a step that is made is `.stopped`.
    public func step(idle: IdlePolicy = .skip) -> Progress {
        processor.isStepping = true
        defer { processor.isStepping = false }
        let progress = advance(to: instructions &+ 1, idle: idle)
        guard case .ran = progress else { return progress }
        processor.noteStep()
        return .stopped(.step)
    }

    /// The linear address of the next instruction.
    public var instructionAddress: UInt32 {
        processor.cpu.pointee.privileged[.cs].base &+ processor.cpu.pointee.engine.eip
    }

    /// The code segment is one of 16 bits.
    public var isSixteenBit: Bool { !processor.cpu.pointee.privileged[.cs].isBig }

    /// The physical address that the guest's page tables give a linear one; nil where they have none.  Nothing is
    /// marked as accessed, and no fault is raised.
    public func physicalAddress(of linear: UInt32) -> UInt32? { processor.pageTables.physicalAddress(of: linear) }

    /// Bytes at linear addresses, as many from the first on as the page tables lead to.
    public func readLinear(at address: UInt32, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        forEachPage(address, count) { physical, length in bytes += readMemory(at: physical, count: length) }
        return bytes
    }

    /// Writes bytes at linear addresses; false, with the first of them written, where the page tables or RAM end.
    /// Pages that are read-only to the guest are written all the same.
    @discardableResult public func writeLinear(_ bytes: [UInt8], at address: UInt32) -> Bool {
        var done = 0
        forEachPage(address, bytes.count) { physical, length in
            guard done >= 0, isRAM(physical) else {
                done = -1
                return
            }
            writeMemory(Array(bytes[done..<done + length]), at: physical)
            done += length
        }
        return done == bytes.count
    }

    /// The address is one of RAM that can be written.
    public func isRAM(_ physical: UInt32) -> Bool { memory.kind(frame: physical >> 12) == .ram }

    /// Cuts a linear range at page ends; ends at the first page that is not mapped.
    private func forEachPage(_ address: UInt32, _ count: Int, _ body: (UInt32, Int) -> Void) {
        var done = 0
        while done < count {
            let linear = address &+ UInt32(truncatingIfNeeded: done)
            guard let physical = physicalAddress(of: linear) else { return }
            let length = min(count - done, 0x1000 - Int(linear & 0xFFF))
            body(physical, length)
            done += length
        }
    }
}

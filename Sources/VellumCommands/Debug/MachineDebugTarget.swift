import VellumDebugger
import VellumMachine

/// A machine as the stub of the GDB protocol sees it.
final class MachineDebugTarget: DebugTarget {
    private let machine: Machine
    /// `eip` is shown with the base of CS added, so that what GDB reads at it is the code.
    private(set) var showsLinear = true

    init(_ machine: Machine) { self.machine = machine }

    var instructionAddress: UInt32 { machine.instructionAddress }

    var isSixteenBit: Bool { machine.isSixteenBit }

    func setPoints(breakpoints: Set<UInt32>, watches: Set<WatchRange>) {
        machine.breakpoints = breakpoints
        machine.watches = Set(watches.map { Watch($0) })
    }

    // MARK: Memory

    func readMemory(at address: UInt32, count: Int, in space: AddressSpace) -> [UInt8] {
        switch space {
        case .linear: return machine.readLinear(at: address, count: count)
        case .physical:
            let room = Int(UInt32.max - address) + 1
            return machine.readMemory(at: address, count: min(count, room))
        }
    }

    func writeMemory(_ bytes: [UInt8], at address: UInt32, in space: AddressSpace) -> Bool {
        switch space {
        case .linear: return machine.writeLinear(bytes, at: address)
        case .physical:
            let isThere = stride(from: 0, to: bytes.count, by: 4096).allSatisfy { offset in
                machine.isRAM(address &+ UInt32(truncatingIfNeeded: offset))
            }
            guard isThere, bytes.isEmpty || machine.isRAM(address &+ UInt32(truncatingIfNeeded: bytes.count - 1))
            else { return false }
            machine.writeMemory(bytes, at: address)
            return true
        }
    }

    // MARK: Registers

    func read(_ register: TargetRegister) -> [UInt8] {
        switch register.place {
        case .machine(let name): return bytes(name == .eip && showsLinear ? machine.instructionAddress : machine[name])
        case .offset: return bytes(machine[.eip])
        case .base(let name): return bytes(machine.segmentBase(name))
        case .stack(let index): return machine.floatingPoint.stack[index]
        case .vector(let index): return machine.floatingPoint.xmm[index]
        case .coprocessor: return bytes(machine.floatingPoint[register])
        }
    }

    func write(_ register: TargetRegister, _ bytes: [UInt8]) -> Bool {
        guard bytes.count == register.width else { return false }
        switch register.place {
        case .machine(let name):
            let base = name == .eip && showsLinear ? machine.segmentBase(.cs) : 0
            return machine.setRegister(name, to: number(bytes) &- base)
        case .offset: return machine.setRegister(.eip, to: number(bytes))
        case .base: return false
        case .stack(let index): machine.floatingPoint.stack[index] = bytes
        case .vector(let index): machine.floatingPoint.xmm[index] = bytes
        case .coprocessor: machine.floatingPoint[register] = number(bytes)
        }
        return true
    }

    private func bytes(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
    }

    private func number(_ bytes: [UInt8]) -> UInt32 { bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) } }

    func monitor(_ command: String) -> String {
        switch MonitorCommand(command) {
        case .help: return MonitorCommand.helpText
        case .inspect(let topic): return machine.inspect(topic)
        case .showAddresses(let linear):
            if let linear { showsLinear = linear }
            return
                "eip is shown \(showsLinear ? "with the base of CS added" : "as the offset that the processor has")\n"
        case .unknown(let reason): return reason + "; help lists the commands\n"
        }
    }
}

extension TargetStop {
    init(_ stop: DebuggerStop) {
        switch stop {
        case .step: self = .step
        case .breakpoint: self = .breakpoint
        case .watchpoint(let watch, _): self = .watchpoint(WatchRange(watch))
        }
    }
}

extension WatchRange {
    init(_ watch: Watch) {
        let kind: WatchKind =
            switch watch.kind {
            case .write: .write
            case .read: .read
            case .access: .access
            }
        self.init(address: watch.address, length: watch.length, kind: kind)
    }
}

extension Watch {
    init(_ range: WatchRange) {
        let kind: Kind =
            switch range.kind {
            case .write: .write
            case .read: .read
            case .access: .access
            }
        self.init(address: range.address, length: range.length, kind: kind)
    }
}

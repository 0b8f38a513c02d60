import VellumDecoder
import VellumEvents
import VellumHypervisor
import VellumMachine
import VellumMicroOps

/// The same guest on two machines in lock step: Vellum's, and one whose monitor virtualizes by trapping alone.
///
/// The machines can differ only behind instructions that are sensitive and do not trap.  So each notes what every such
/// instruction of the kernel gave; the first note that differs is the first divergence.
package final class Comparison {
    /// Two results of one instruction.
    package struct Divergence: Equatable, Sendable {
        package var vellum: SensitiveRecord
        package var naive: SensitiveRecord
        package var bytes: [UInt8]
        package var text: String
    }

    package enum Outcome: Equatable, Sendable {
        case diverged(Divergence)
        /// Both came to the same end in the same state.
        case same(ExitReport)
        /// They parted without an instruction that accounts for it: a fault of this program.
        case parted
    }

    package let vellum: Machine
    package let naive: Machine
    private let notes = Notes()
    private let naiveNotes = Notes()
    /// Instructions that were compared.
    package private(set) var compared: UInt64 = 0

    /// Instructions between two looks at the notes.
    private static let slice: UInt64 = 200_000

    package init(_ configuration: MachineConfiguration) throws(MachineError) {
        vellum = try Machine(configuration)
        var other = configuration
        other.deprivileged = true
        naive = try Machine(other)
        for (machine, notes) in [(vellum, notes), (naive, naiveNotes)] {
            machine.processor.sensitiveWatcher = notes
            machine.attach(notes)
        }
    }

    /// Runs both until they differ, end, or have executed so many instructions.
    package func run(maximumInstructions limit: UInt64) -> Outcome {
        while true {
            let target = min(limit, vellum.instructions + Self.slice)
            let (mine, other) = (advance(vellum, target), advance(naive, target))
            if let divergence = firstDifference() { return .diverged(divergence) }
            guard notes.records.count == naiveNotes.records.count else { return .parted }
            compared += UInt64(notes.records.count)
            notes.records.removeAll(keepingCapacity: true)
            naiveNotes.records.removeAll(keepingCapacity: true)
            guard mine == other else { return .parted }
            guard let end = mine ?? (target >= limit ? .instructionLimit(limit) : nil) else { continue }
            return vellum.stateHash == naive.stateHash ? .same(end) : .parted
        }
    }

    private func advance(_ machine: Machine, _ target: UInt64) -> ExitReport? {
        while machine.instructions < target {
            switch machine.advance(to: target) {
            case .ran, .stopped: continue
            case .idle: return .halted
            case .ended(let report): return report
            }
        }
        return nil
    }

    private func firstDifference() -> Divergence? {
        for (mine, other) in zip(notes.records, naiveNotes.records) where mine != other {
            return describe(mine, other)
        }
        return nil
    }

    private func describe(_ mine: SensitiveRecord, _ other: SensitiveRecord) -> Divergence {
        let bytes = vellum.readLinear(at: mine.linear, count: 15)
        let line = (try? Disassembler()).map { disassembler in
            bytes.withUnsafeBytes { disassembler.disassemble($0, codeSize32: mine.codeIs32, address: mine.eip) }
        }
        return Divergence(
            vellum: mine, naive: other, bytes: Array(bytes.prefix(line?.length ?? 1)),
            text: line?.text ?? mine.call.name)
    }

    /// One machine's notes.
    private final class Notes: SensitiveWatcher, EngineObserver {
        var records: [SensitiveRecord] = []

        var interests: EventKinds { .hypervisorCalls }

        func executed(_ record: SensitiveRecord) { records.append(record) }
    }
}

extension Comparison.Divergence {
    /// Instructions before it.
    package var instructions: UInt64 { vellum.instructions }
    package var linear: UInt32 { vellum.linear }
    package var callName: String { vellum.call.name }

    /// What differs, in words: the name of the result and its two values.
    package var differences: [(name: String, vellum: UInt32, naive: UInt32)] {
        var all: [(String, UInt32, UInt32)] = [
            (pushesCS ? "CS on the stack" : "flags on the stack", vellum.stackWord, naive.stackWord),
            ("EFLAGS", vellum.flags, naive.flags),
        ]
        switch vellum.call {
        case .sgdt, .sidt: all += [("limit", vellum.first, naive.first), ("base", vellum.second, naive.second)]
        case .lar, .lsl: all += [("result", vellum.second, naive.second)]
        case .readSegment: all += [("selector", vellum.first, naive.first)]
        default: all += [("result", vellum.first, naive.first)]
        }
        return all.filter { $0.1 != $0.2 }
    }

    private var pushesCS: Bool { vellum.call == .callFar }

    /// Why the trap-and-emulate monitor never heard of it, and what a kernel in ring 0 gets from the processor.
    package var explanation: (silent: String, architecture: String) {
        switch vellum.call {
        case .pushf:
            (
                "PUSHF never traps in protected mode: it shows the monitor's IF and IOPL",
                "IF and IOPL as the kernel left them (SDM vol. 2, PUSHF)"
            )
        case .popf:
            (
                "POPF above IOPL keeps IF and IOPL and does not trap",
                "in ring 0 IF and IOPL become those on the stack (SDM vol. 2, POPF, table 4-16)"
            )
        case .iret:
            (
                "IRET above IOPL keeps IF and IOPL and does not trap",
                "in ring 0 IF and IOPL become those on the stack (SDM vol. 2, IRET)"
            )
        case .sgdt, .sidt, .sldt, .str:
            (
                "\(vellum.call.name.uppercased()) may be used in every ring: it shows the monitor's table",
                "the register that the kernel loaded (SDM vol. 2, \(vellum.call.name.uppercased()))"
            )
        case .smsw:
            ("SMSW may be used in every ring: it shows the monitor's CR0", "the kernel's CR0 (SDM vol. 2, SMSW)")
        case .readSegment, .callFar:
            (
                "reading CS and SS never traps: their RPL is the ring that the kernel really runs in",
                "RPL 0 in ring 0 (SDM vol. 3, section 5.5)"
            )
        default:
            (
                "it looks at the tables that the monitor made, in the ring that the kernel really runs in",
                "the kernel's own descriptors, seen from ring 0 (SDM vol. 3, section 5.10)"
            )
        }
    }
}

import VellumExecution
import VellumHypervisor
import VellumIA32

/// Finds the likely cause of a triple fault.
///
/// What is plainly broken (page tables, stack, descriptor table, code) comes before a gate that is merely missing: the
/// first is an accident, the second may be how a guest is at that stage.  A gate's fault is named only when going the
/// way again meets the very fault that the processor met.
struct DeadEndAnalysis {
    struct Verdict {
        var cause: DeadEndCause
        var explanation: String
    }

    let view: GuestView
    /// The failed deliveries, the first being the event that all began with.
    let chain: [DeliveryStep]
    let paths: [DeliveryPath]

    init(_ chain: [DeliveryStep], in view: GuestView) {
        self.chain = chain
        self.view = view
        paths = chain.map { DeliveryPath($0, in: view) }
    }

    /// Obstacles that explain what was met, in the order of the chain.
    private var obstacles: [Obstacle] { paths.compactMap(\.confirmed) }

    var verdict: Verdict {
        let rules: [() -> Verdict?] = [
            lostTables, reservedBits, pageTables, zeroedMemory, descriptorTable, stack, taskState, gate,
        ]
        for rule in rules {
            if let verdict = rule() { return verdict }
        }
        return Verdict(cause: .unknown, explanation: "nothing that was checked explains it")
    }

    /// What else the chain says.
    func evidence(besides verdict: Verdict) -> [String] {
        var lines: [String] = []
        for (step, path) in zip(chain, paths) {
            guard let obstacle = path.confirmed else {
                lines.append(unexplained(step, path))
                continue
            }
            let line = "\(step.name) could not be handled: \(obstacle.text)"
            if !verdict.explanation.contains(obstacle.text), !lines.contains(line) { lines.append(line) }
        }
        return lines
    }

    private func unexplained(_ step: DeliveryStep, _ path: DeliveryPath) -> String {
        let met = step.failure?.text ?? "nothing"
        guard let obstacle = path.obstacle else {
            return "\(step.name) met \(met); the tables as they are now show no reason"
        }
        return "\(step.name) met \(met); the tables as they are now would give \(obstacle.fault.text): \(obstacle.text)"
    }

    // MARK: Rules

    private func reservedBits() -> Verdict? {
        if let first = chain.first, first.vector == 14, first.origin == .fault, (first.errorCode ?? 0) & 8 != 0 {
            let walk = view.walk(first.address, "")
            return Verdict(
                cause: .reservedBits, explanation: "the mapping of \(Hex.long(first.address)): \(walk.verdict)")
        }
        return obstacles.first { $0.cause == .reservedBits }.map {
            Verdict(cause: .reservedBits, explanation: $0.text)
        }
    }

    private func lostTables() -> Verdict? {
        guard view.walk(codePlace, "code").leavesMemory else { return nil }
        return Verdict(
            cause: .pageTables, explanation: "the page tables at CR3 \(Hex.long(view.state.cr3)) are not in memory")
    }

    private func pageTables() -> Verdict? {
        guard view.state.isPaging else { return nil }
        let code = view.walk(codePlace, "code")
        guard let obstacle = obstacles.first(where: { $0.cause == .pageTables }) else { return nil }
        let also = code.fault(write: false, user: view.state.cpl == 3) == nil ? "" : "; nor is the code mapped"
        return Verdict(cause: .pageTables, explanation: obstacle.text + also)
    }

    /// Linear address of the instruction that all began with.
    private var codePlace: UInt32 { view.state[.cs].base &+ (chain.first?.eip ?? view.registers.eip) }

    /// 00 00 is ADD [EAX], AL; memory full of it runs on to its end, or until that address cannot be written.
    private func zeroedMemory() -> Verdict? {
        guard chain.first?.origin == .fault else { return nil }
        let here = view.bytes(codePlace, 16)
        if here.count == 16, here.allSatisfy({ $0 == 0 }) {
            return Verdict(cause: .zeroedMemory, explanation: "the code at \(Hex.long(codePlace)) is all zeros")
        }
        let before = view.bytes(codePlace &- 64, 64)
        guard before.count == 64, before.allSatisfy({ $0 == 0 }),
            here.isEmpty || here.prefix(8).allSatisfy({ $0 == 255 })
        else { return nil }
        return Verdict(
            cause: .zeroedMemory, explanation: "the processor ran through zeros up to \(Hex.long(codePlace))")
    }

    /// Where the descriptor of the running code is not in the table any more, the table was exchanged for a wrong one.
    private func descriptorTable() -> Verdict? {
        guard view.usesDescriptors else { return nil }
        let causes: [DeadEndCause] = [
            .descriptorTable, .gateSelector, .codeSegmentType, .codeSegmentNotPresent, .ringMismatch,
        ]
        let namesSelector =
            [10, 11, 12, 13].contains(chain.first?.vector) && (chain.first?.errorCode ?? 0) & 0xFFFA != 0
        guard namesSelector || obstacles.contains(where: { causes.contains($0.cause) }) else { return nil }
        let selector = view.state[.cs].selector
        let record = view.record(selector: selector)
        let found = record.descriptor?.loaded(selector: selector)
        guard found.map({ $0.isCode && $0.isPresent }) != true else { return nil }
        let table = view.state.gdtr
        return Verdict(
            cause: .descriptorTable,
            explanation: "CS is \(Hex.word(selector)), but in the table that is \(record.text) "
                + "(GDT base \(Hex.long(table.base)), limit \(Hex.word(table.limit)))")
    }

    private func stack() -> Verdict? {
        let causes: [DeadEndCause] = [.badStack, .stackOverflow, .stackNotPresent]
        if let obstacle = obstacles.first(where: { causes.contains($0.cause) }) {
            return Verdict(cause: obstacle.cause, explanation: obstacle.text)
        }
        guard let first = chain.first, first.vector == 12, first.origin == .fault else { return nil }
        let code = UInt16(truncatingIfNeeded: first.errorCode ?? 0)
        if code & 0xFFFC == 0 {
            let text = SegmentState.text(view.state[.ss])
            return Verdict(
                cause: .badStack, explanation: "the stack at ESP \(Hex.long(first.esp)) lies outside SS (\(text))")
        }
        return Verdict(cause: .stackNotPresent, explanation: "the stack's \(view.detail(of: first))")
    }

    private func taskState() -> Verdict? {
        guard let step = chain.first(where: { $0.vector == 10 && $0.origin == .fault }) ?? failingWithTS else {
            return nil
        }
        if let obstacle = obstacles.first(where: { $0.cause == .badTaskState }) {
            return Verdict(cause: .badTaskState, explanation: obstacle.text)
        }
        return Verdict(cause: .badTaskState, explanation: "a task-state segment was refused: \(view.detail(of: step))")
    }

    private var failingWithTS: DeliveryStep? { chain.first { $0.failure?.vector == .invalidTSS } }

    private func gate() -> Verdict? {
        obstacles.first.map { Verdict(cause: $0.cause, explanation: $0.text) }
    }
}

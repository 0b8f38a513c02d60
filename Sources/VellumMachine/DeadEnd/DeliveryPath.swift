import VellumExecution
import VellumHypervisor
import VellumIA32

/// What stands between an event and its handler, and the fault that the processor raises for it.
struct Obstacle: Error, Equatable {
    let cause: DeadEndCause
    let fault: GuestFault
    let text: String

    /// The fault is the one that was met.
    func explains(_ met: GuestFault) -> Bool {
        guard fault.vector == met.vector else { return false }
        if fault.vector == .pageFault, fault.address != met.address { return false }
        return !fault.vector.hasErrorCode || fault.errorCode == met.errorCode
    }
}

/// The way from a vector to its handler, gone once more without changing anything (SDM vol. 3, section 6.12).
///
/// The delivery that failed left the processor as it was, so the same obstacle is met again; whether it is the same is
/// checked against the fault that was met then.
struct DeliveryPath {
    let view: GuestView
    let step: DeliveryStep
    var descriptors: [DescriptorRecord] = []
    private(set) var walks: [PageWalk] = []
    private(set) var obstacle: Obstacle?

    init(_ step: DeliveryStep, in view: GuestView) {
        self.step = step
        self.view = view
        do {
            try view.state.isProtected ? followGate() : followVector()
        } catch {
            obstacle = error
        }
    }

    /// The obstacle, if it is the one that the processor met.
    var confirmed: Obstacle? {
        guard let obstacle, let failure = step.failure, obstacle.explains(failure) else { return nil }
        return obstacle
    }

    var external: UInt32 { step.origin == .software ? 0 : 1 }
    var gateCode: UInt32 { UInt32(step.vector) * 8 + 2 + external }

    func fault(_ vector: ExceptionVector, _ code: UInt32) -> GuestFault { GuestFault(vector, errorCode: code) }

    func stop(_ cause: DeadEndCause, _ fault: GuestFault, _ text: String) -> Obstacle {
        Obstacle(cause: cause, fault: fault, text: text)
    }

    /// Makes sure that the processor can access a byte.
    mutating func reach(
        _ linear: UInt32, _ purpose: String, write: Bool = false, user: Bool = false, cause: DeadEndCause
    ) throws(Obstacle) {
        let walk = view.walk(linear, purpose)
        if !walks.contains(where: { $0.linear >> 12 == linear >> 12 && $0.purpose == purpose }) { walks.append(walk) }
        guard let fault = walk.fault(write: write, user: user) else { return }
        let isReserved = walk.outcome == .reservedBits
        throw stop(
            isReserved ? .reservedBits : cause, fault,
            "\(purpose) at \(Hex.long(linear)) cannot be \(write ? "written" : "read"): \(walk.verdict)")
    }

    // MARK: Real mode

    private mutating func followVector() throws(Obstacle) {
        let table = view.state.idtr
        guard UInt32(step.vector) * 4 + 3 <= UInt32(table.limit) else { throw beyondLimit(table.limit) }
        try frame(view.state[.ss], view.registers.esp, words: 3, size: 2, user: false, code: 0)
    }

    private func beyondLimit(_ limit: UInt16) -> Obstacle {
        stop(
            .interruptTableLimit, fault(.generalProtection, gateCode),
            "the interrupt table ends at offset \(Hex.word(limit)), before vector \(step.vector)")
    }

    // MARK: Protected mode

    private mutating func followGate() throws(Obstacle) {
        let table = view.state.idtr
        let vector = step.vector
        guard UInt32(vector) * 8 + 7 <= UInt32(table.limit) else { throw beyondLimit(table.limit) }
        let address = table.base &+ UInt32(vector) * 8
        try reach(address, "IDT entry \(vector)", cause: .pageTables)
        try reach(address &+ 4, "IDT entry \(vector)", cause: .pageTables)
        let record = view.record(gate: vector)
        descriptors.append(record)
        // Where nothing answers, the processor reads ones.
        let gate = record.descriptor ?? Descriptor(low: ~0, high: ~0)
        try check(gate)
        if gate.type == 5 { return try followTask(gate) }
        try followCode(gate)
    }

    private func check(_ gate: Descriptor) throws(Obstacle) {
        let vector = step.vector
        if gate.low == 0, gate.high == 0 {
            throw stop(
                .missingGate, fault(.generalProtection, gateCode), "the interrupt table's entry \(vector) is empty")
        }
        guard !gate.isCodeOrData, [5, 6, 7, 14, 15].contains(gate.type) else {
            throw stop(
                .wrongGateType, fault(.generalProtection, gateCode),
                "the interrupt table's entry \(vector) is no gate but \(gate.text)")
        }
        if step.origin == .software, gate.dpl < step.cpl {
            throw stop(
                .ringMismatch, fault(.generalProtection, gateCode),
                "INT \(Hex.text(vector, 2))h in ring \(step.cpl) needs a gate of DPL \(step.cpl); it has \(gate.dpl)")
        }
        guard gate.isPresent else {
            throw stop(
                .missingGate, fault(.segmentNotPresent, gateCode),
                "the interrupt table's entry \(vector) is not present")
        }
    }

    private mutating func followTask(_ gate: Descriptor) throws(Obstacle) {
        let selector = gate.gateSelector
        let record = view.record(selector: selector)
        descriptors.append(record)
        let code = UInt32(selector & 0xFFFC) | external
        guard selector & 4 == 0, let task = record.descriptor, !task.isCodeOrData, task.type & 7 == 1 else {
            let vector: ExceptionVector = .generalProtection
            throw stop(
                .badTaskState, fault(vector, code),
                "the task gate of vector \(step.vector) leads to \(Hex.word(selector)): \(record.text)")
        }
        guard task.isPresent else {
            throw stop(
                .badTaskState, fault(.segmentNotPresent, code), "the task \(Hex.word(selector)) is not present")
        }
        if task.limit < (task.type & 8 != 0 ? 103 : 43) {
            throw stop(.badTaskState, fault(.invalidTSS, code), "the task \(Hex.word(selector)) is too short")
        }
    }

    private mutating func followCode(_ gate: Descriptor) throws(Obstacle) {
        let selector = gate.gateSelector
        let named = "the gate of vector \(step.vector) names \(Hex.word(selector))"
        guard selector & 0xFFFC != 0 else {
            throw stop(.gateSelector, fault(.generalProtection, external), "\(named), the null selector")
        }
        let record = view.record(selector: selector)
        descriptors.append(record)
        let code = UInt32(selector & 0xFFFC) | external
        guard let address = record.address else {
            throw stop(.gateSelector, fault(.generalProtection, code), "\(named), which is \(record.text)")
        }
        try reach(address, "\(record.table) entry \(Hex.word(selector))", cause: .descriptorTable)
        let target = record.descriptor ?? Descriptor(low: ~0, high: ~0)
        let state = target.loaded(selector: selector)
        guard state.isCode else {
            throw stop(.codeSegmentType, fault(.generalProtection, code), "\(named), which is \(record.text), no code")
        }
        guard state.dpl <= step.cpl else {
            throw stop(
                .ringMismatch, fault(.generalProtection, code),
                "\(named), code of DPL \(state.dpl), which ring \(step.cpl) cannot enter")
        }
        guard state.isPresent else {
            throw stop(.codeSegmentNotPresent, fault(.segmentNotPresent, code), "\(named), which is not present")
        }
        try followStack(gate, state)
    }
}

extension DescriptorRecord {
    var descriptor: Descriptor? {
        value.map { Descriptor(low: UInt32(truncatingIfNeeded: $0), high: UInt32(truncatingIfNeeded: $0 >> 32)) }
    }
}

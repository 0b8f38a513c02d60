import VellumIA32

/// Why a unit must not enter the cache.
package struct VerifierError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Rule: String, CaseIterable, Sendable {
        case slotOutsideFile = "a slot lies outside the register file or across registers"
        case zeroWritten = "the slot that always reads as zero is written"
        case badSegment = "no such segment"
        case badScale = "the scale is above 3"
        case badCondition = "the condition is above 15"
        case badKind = "no such kind of the operation"
        case badImmediate = "the immediate is out of range"
        case badCall = "no such hypervisor call"
        case badCallArguments = "the hypervisor call's arguments make no sense"
        case badVector = "no exception vector, or an error code that the vector does not have"
        case noTerminal = "the unit does not end with a terminal"
        case earlyTerminal = "a terminal before the end"
        case terminalElsewhere = "the terminal, or a way out, is not in the last instruction"
        case instructionOrder = "instruction numbers do not ascend, or are beyond the last instruction"
        case badOffsets = "instruction offsets do not ascend by 1 to 15, or the counts disagree with them"
        case undefinedTemporary = "a temporary is read that its instruction has not written"
        case impreciseFault = "a fault could come after the instruction has changed something"
        case badSuperinstruction = "what follows is not what the superinstruction consists of"
        case badFusion = "the fused comparison belongs to no earlier instruction"
    }

    package var rule: Rule
    /// Index of the micro-op, or -1 where the unit as a whole is wrong.
    package var operation: Int
    package var text: String

    package var description: String {
        operation < 0 ? rule.rawValue : "micro-op \(operation) (\(text)): \(rule.rawValue)"
    }
}

/// Checks what every unit must satisfy before it enters the cache: that it names nothing but its own state, ends as
/// fragments end, and keeps faults precise.
package struct Verifier {
    private let unit: TranslatedUnit
    private var precision = PrecisionState()

    /// Nil for a sound unit, else the first thing that is wrong with it.
    package static func check(_ unit: TranslatedUnit) -> VerifierError? {
        var verifier = Verifier(unit: unit)
        do throws(VerifierError) {
            try verifier.run()
            return nil
        } catch {
            return error
        }
    }

    private init(unit: TranslatedUnit) { self.unit = unit }

    private mutating func run() throws(VerifierError) {
        try checkOffsets()
        try checkFlow()
        for (index, operation) in unit.operations.enumerated() {
            if let rule = operation.brokenRule { throw failure(rule, index) }
            if let rule = precision.step(operation.alone) { throw failure(rule, index) }
        }
        for (index, operation) in unit.operations.enumerated() {
            let parts = operation.dispatch.sequence
            guard parts.count == 1 || parts == unit.operations[index...].prefix(parts.count).map(\.opcode) else {
                throw failure(.badSuperinstruction, index)
            }
        }
    }

    private func failure(_ rule: VerifierError.Rule, _ index: Int = -1) -> VerifierError {
        let text = index < 0 ? "" : Printer.text(unit.operations[index])
        return VerifierError(rule: rule, operation: index, text: text)
    }

    private func checkOffsets() throws(VerifierError) {
        let count = unit.instructionCount
        guard count >= 1, count <= 255, unit.offsets[0] == 0, unit.retiring == count else {
            throw failure(.badOffsets)
        }
        let classes = unit.classes
        guard UInt64(classes.0) + UInt64(classes.1) + UInt64(classes.2) == UInt64(count) else {
            throw failure(.badOffsets)
        }
        for index in 0..<count {
            let step = Int(unit.offsets[index + 1]) - Int(unit.offsets[index])
            guard step >= 1, step <= 15 else { throw failure(.badOffsets) }
        }
    }

    private func checkFlow() throws(VerifierError) {
        guard let last = unit.operations.last, last.opcode.isTerminal else { throw failure(.noTerminal) }
        var number: UInt8 = 0
        for (index, operation) in unit.operations.enumerated() {
            guard operation.instruction >= number, Int(operation.instruction) < unit.instructionCount else {
                throw failure(.instructionOrder, index)
            }
            number = operation.instruction
            let flow = operation.opcode.effects.flow
            if operation.opcode.isTerminal, index != unit.operations.count - 1 { throw failure(.earlyTerminal, index) }
            // A way out charges and refunds nothing, so it must stand where all instructions have been charged for.
            if !flow.isDisjoint(with: [.terminal, .links]), Int(number) != unit.instructionCount - 1 {
                throw failure(.terminalElsewhere, index)
            }
        }
    }
}

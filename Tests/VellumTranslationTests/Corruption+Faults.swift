import VellumIA32
import VellumMicroOps
import VellumTestSupport

/// Corruptions that let a fault come after a change, and of fused terminals.
extension Corruptor {
    mutating func applyToFaults(_ corruption: Corruption) -> Bool {
        switch corruption {
        case .changeBeforeFault: insertBeforeFault(MicroOp(.set32, a: RegisterSlot(.eax), immediate: generator.word()))
        case .flagsBeforeFault: insertBeforeFault(MicroOp(generator.oneIn(2) ? .cmc : .std))
        case .storeBeforeFault:
            insertBeforeFault(
                MicroOp(.store32B, a: RegisterSlot(.eax), b: RegisterSlot(.ebx), displacement: 0x7E57_1E57))
        case .callBeforeFault: insertBeforeFault(MicroOp(.clts, CallArguments()))
        case .moveUpChange: moveUpChange()
        case .loadWithoutRight: loadWithoutRight()
        case .storeElsewhere:
            changeLateStore { $0.displacement &+= UInt32.random(in: 0x1000...0x7FFF_0000, using: &$1) }
        case .storeWider: widenLateStore()
        case .superinstruction: markWrongly()
        case .fusedWithItself:
            change({ $0.opcode.fusedComparison != nil }) { operation, _ in operation.d = operation.instruction }
        default: fuseTooEarly()
        }
    }

    /// Marks a superinstruction before other micro-ops than its parts.
    private mutating func markWrongly() -> Bool {
        guard let index = pick({ !$0.opcode.isTerminal }) else { return false }
        let operations = unit.operations[index...].map(\.opcode)
        let number = Superinstructions.sequences.firstIndex { $0[0] == operations[0] && !operations.starts(with: $0) }
        guard let number, let code = DispatchCode(rawValue: UInt16(MicroOpcode.allCases.count + number)) else {
            return false
        }
        unit.operations[index].dispatch = code
        return true
    }

    /// The first operation of its instruction that can fault: nothing can have proven it harmless.
    private mutating func firstFaulting() -> Int? {
        let indices = unit.operations.indices.filter { index in
            let operation = unit.operations[index]
            guard operation.opcode.effects.canFault else { return false }
            return !unit.operations[..<index].contains {
                $0.instruction == operation.instruction && $0.opcode.effects.canFault
            }
        }
        return indices.randomElement(using: &generator)
    }

    private mutating func insertBeforeFault(_ change: MicroOp) -> Bool {
        guard let index = firstFaulting() else { return false }
        var change = change
        change.instruction = unit.operations[index].instruction
        unit.operations.insert(change, at: index)
        return true
    }

    /// Moves a later change of registers before the first fault.
    private mutating func moveUpChange() -> Bool {
        guard let index = firstFaulting() else { return false }
        let instruction = unit.operations[index].instruction
        let changes = unit.operations.indices.filter { later in
            let operation = unit.operations[later]
            let effects = operation.effects
            return later > index && operation.instruction == instruction && effects.flow.isEmpty
                && effects.reads.isDisjoint(with: .temporaries) && !effects.writes.isDisjoint(with: .registers)
                && effects.memory == .none
        }
        guard let change = changes.randomElement(using: &generator) else { return false }
        unit.operations.insert(unit.operations.remove(at: change), at: index)
        return true
    }

    // MARK: Read-modify-write

    /// A store after a change of flags or registers that only the load before it makes safe.
    private mutating func lateStore() -> (load: Int, store: Int)? {
        var found: [(Int, Int)] = []
        for load in unit.operations.indices where unit.operations[load].opcode.effects.memory == .readForUpdate {
            let rest = unit.operations.indices.suffix(from: load + 1).prefix {
                unit.operations[$0].instruction == unit.operations[load].instruction
            }
            guard let store = rest.first(where: { unit.operations[$0].opcode.effects.memory == .write }) else {
                continue
            }
            let changes = unit.operations[(load + 1)..<store].contains { operation in
                !operation.opcode.effects.flagsTouched.isEmpty || !operation.effects.writes.isDisjoint(with: .registers)
            }
            let proofs = rest.filter { unit.operations[$0].opcode.effects.memory == .readForUpdate }.count
            let probes = unit.operations.contains { $0.opcode == .probeWrite }
            if changes, proofs == 0, !probes { found.append((load, store)) }
        }
        return found.randomElement(using: &generator)
    }

    private mutating func loadWithoutRight() -> Bool {
        guard let place = lateStore() else { return false }
        let opcode = unit.operations[place.load].opcode
        unit.operations[place.load].opcode = opcode.offset(
            Int(MicroOpcode.load8B.rawValue) - Int(MicroOpcode.modify8B.rawValue))
        return true
    }

    private mutating func changeLateStore(_ body: (inout MicroOp, inout SeededGenerator) -> Void) -> Bool {
        guard let place = lateStore() else { return false }
        body(&unit.operations[place.store], &generator)
        return true
    }

    private mutating func widenLateStore() -> Bool {
        guard let place = lateStore() else { return false }
        let effects = unit.operations[place.store].opcode.effects
        guard effects.memoryWidth < 4, effects.a.width > 0, unit.operations[place.store].a & 3 == 0 else {
            return false
        }
        unit.operations[place.store].opcode = unit.operations[place.store].opcode.offset(3)
        return true
    }

    /// Says that the comparison belongs to an instruction before the last one with operations.
    private mutating func fuseTooEarly() -> Bool {
        guard unit.operations.count > 1, let last = unit.operations.last, last.opcode.fusedComparison != nil else {
            return false
        }
        let before = unit.operations[unit.operations.count - 2].instruction
        guard before > 0 else { return false }
        unit.operations[unit.operations.count - 1].d = before - 1
        return true
    }
}

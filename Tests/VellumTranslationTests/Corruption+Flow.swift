import VellumIA32
import VellumMicroOps
import VellumTestSupport

/// Corruptions of the order of things: ends, instructions, temporaries, faults.
extension Corruptor {
    mutating func applyToFlow(_ corruption: Corruption) -> Bool {
        switch corruption {
        case .noTerminal: dropTerminal()
        case .twoTerminals: doubleTerminal()
        case .operationAfterTerminal: append(MicroOp(.move32, a: RegisterSlot(.eax), b: RegisterSlot(.ebx)))
        case .terminalElsewhere: lowerTerminal()
        case .wayOutElsewhere: insert(MicroOp(.skipIfZero32, a: RegisterSlot(.ecx)), at: 0, inFirstOfSeveral: true)
        case .instructionBeyondEnd:
            change({ _ in true }) { [count = unit.instructionCount] in
                $0.instruction = UInt8.random(in: UInt8(count)...255, using: &$1)
            }
        case .instructionOrder: disorder()
        case .offsetStep: corruptOffset()
        case .offsetFirst: shiftOffsets()
        case .offsetMissing: dropOffset()
        case .retiringCount: countWrongly()
        case .classCount: classifyWrongly()
        case .temporaryNeverWritten: forgetDefinition()
        case .temporaryOfOtherInstruction: useUndefined()
        case .temporaryAcross: moveDefinitionBack()
        default: applyToFaults(corruption)
        }
    }

    private mutating func dropTerminal() -> Bool {
        unit.operations.removeLast()
        return true
    }

    private mutating func doubleTerminal() -> Bool {
        guard let last = unit.operations.last else { return false }
        var copy = last
        let place = Int.random(in: 0..<unit.operations.count, using: &generator)
        copy.instruction = unit.operations[place].instruction
        unit.operations.insert(copy, at: place)
        return true
    }

    private mutating func append(_ operation: MicroOp) -> Bool {
        var operation = operation
        operation.instruction = unit.operations.last?.instruction ?? 0
        unit.operations.append(operation)
        return true
    }

    private mutating func lowerTerminal() -> Bool {
        let last = unit.operations.count - 1
        guard unit.operations[last].instruction > 0, unit.operations[last].opcode.fusedComparison == nil else {
            return false
        }
        unit.operations[last].instruction -= 1
        return true
    }

    /// Inserts an operation into the instruction of the one that stands there.
    private mutating func insert(_ operation: MicroOp, at index: Int, inFirstOfSeveral: Bool = false) -> Bool {
        if inFirstOfSeveral, unit.instructionCount < 2 || unit.operations[0].instruction != 0 { return false }
        if inFirstOfSeveral, unit.operations[0].opcode.isTerminal { return false }
        var operation = operation
        operation.instruction = unit.operations[index].instruction
        unit.operations.insert(operation, at: index)
        return true
    }

    private mutating func disorder() -> Bool {
        let places = unit.operations.indices.dropLast().filter {
            unit.operations[$0].instruction < unit.operations[$0 + 1].instruction
        }
        guard let place = places.randomElement(using: &generator) else { return false }
        let first = unit.operations[place].instruction
        unit.operations[place].instruction = unit.operations[place + 1].instruction
        unit.operations[place + 1].instruction = first
        return true
    }

    private mutating func corruptOffset() -> Bool {
        let index = Int.random(in: 1..<unit.offsets.count, using: &generator)
        let before = unit.offsets[index - 1]
        unit.offsets[index] = generator.oneIn(2) ? before : before + UInt16.random(in: 16...9_000, using: &generator)
        return true
    }

    private mutating func shiftOffsets() -> Bool {
        unit.offsets = unit.offsets.map { $0 + 1 }
        return true
    }

    private mutating func dropOffset() -> Bool {
        unit.offsets.removeLast()
        return true
    }

    private mutating func countWrongly() -> Bool {
        unit.retiring += generator.oneIn(2) ? 1 : -1
        return true
    }

    private mutating func classifyWrongly() -> Bool {
        unit.classes.2 += UInt32.random(in: 1...9, using: &generator)
        return true
    }

    // MARK: Temporaries

    /// Removes what defines a temporary that is read later in the same instruction.
    private mutating func forgetDefinition() -> Bool {
        guard let (reader, temporaries) = readerOfTemporaries() else { return false }
        let instruction = owner(unit.operations[reader])
        let kept = unit.operations.enumerated().filter { index, operation in
            index >= reader || operation.instruction != instruction
                || operation.effects.writes.isDisjoint(with: temporaries)
        }
        unit.operations = kept.map(\.element)
        return true
    }

    private mutating func readerOfTemporaries() -> (Int, SlotSet)? {
        guard let index = pick({ !$0.effects.reads.isDisjoint(with: .temporaries) }) else { return nil }
        return (index, Self.words(unit.operations[index].effects.reads.intersection(.temporaries)))
    }

    private static func words(_ set: SlotSet) -> SlotSet {
        (8..<15 as Range<UInt8>).reduce(into: SlotSet()) { words, number in
            let word = SlotSet(offset: number * 4, width: 4)
            if !word.isDisjoint(with: set) { words.formUnion(word) }
        }
    }

    /// The instruction whose temporaries an operation may read.
    private func owner(_ operation: MicroOp) -> UInt8 {
        operation.opcode.fusedComparison == nil ? operation.instruction : operation.d
    }

    /// Makes an operation read a temporary that nothing in the instruction has written.
    private mutating func useUndefined() -> Bool {
        guard let index = pick({ $0.opcode.effects.b.isRead || $0.opcode.effects.a.isRead }) else { return false }
        let instruction = owner(unit.operations[index])
        let written = unit.operations[..<index].filter { $0.instruction == instruction }
            .reduce(SlotSet()) { $0.union($1.effects.writes) }
        let free = (0..<7 as Range<UInt8>).map { RegisterSlot(temporary: $0).offset }
            .filter { SlotSet(offset: $0, width: 4).isDisjoint(with: written) }
        guard let slot = free.randomElement(using: &generator) else { return false }
        if unit.operations[index].opcode.effects.b.isRead {
            unit.operations[index].b = slot
        } else {
            unit.operations[index].a = slot
        }
        return true
    }

    /// Hands the first operation of an instruction, which defines a temporary, to the instruction before.
    private mutating func moveDefinitionBack() -> Bool {
        let starts = unit.operations.indices.dropFirst().filter { index in
            let operation = unit.operations[index]
            guard unit.operations[index - 1].instruction < operation.instruction else { return false }
            let temporaries = Self.words(operation.effects.writes.intersection(.temporaries))
            guard !temporaries.isEmpty else { return false }
            return firstUse(of: temporaries, after: index)
        }
        guard let index = starts.randomElement(using: &generator) else { return false }
        unit.operations[index].instruction -= 1
        return true
    }

    /// The rest of the instruction reads the temporaries before it writes any of them.
    private func firstUse(of temporaries: SlotSet, after index: Int) -> Bool {
        for operation in unit.operations[(index + 1)...]
        where owner(operation) == unit.operations[index].instruction {
            if !operation.effects.reads.isDisjoint(with: temporaries) { return true }
            if !operation.effects.writes.isDisjoint(with: temporaries) { return false }
        }
        return false
    }
}

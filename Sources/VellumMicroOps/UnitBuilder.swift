import VellumIA32

/// A translated unit before it becomes a fragment: micro-ops, where its instructions lie, and how it ends.
package struct TranslatedUnit: Sendable {
    package var operations: [MicroOp] = []
    /// Offset of each instruction from the unit's first byte, and at the end the offset after the last one.
    package var offsets: [UInt16] = [0]
    /// EIP of link 0 (taken) and link 1 (not taken), where the terminal has them.
    package var targets: (UInt32, UInt32) = (0, 0)
    /// How many instructions retire when the unit runs to its end.
    package var retiring = 0
    /// Instructions of each sensitivity class: innocuous, privileged, sensitive.
    package var classes: (UInt32, UInt32, UInt32) = (0, 0, 0)

    /// Immediates and displacements of the code that decide nothing but a value, as far as lowering knows.
    package var fields: [CodeField] = []
    /// Those that can be changed in place: see `settleOperands`.
    package var operands: [OperandSite] = []

    package init() {}

    /// The unit's length in guest bytes.
    package var byteCount: Int { Int(offsets.last ?? 0) }
    package var instructionCount: Int { offsets.count - 1 }
}

/// Collects a unit's micro-ops instruction by instruction.
package struct UnitBuilder {
    package private(set) var unit = TranslatedUnit()
    private var current: UInt8 = 0

    package init() {
        unit.operations.reserveCapacity(64)
        unit.offsets.reserveCapacity(32)
    }

    /// Starts over, keeping the storage.
    package mutating func removeAll() {
        unit.operations.removeAll(keepingCapacity: true)
        unit.offsets.removeAll(keepingCapacity: true)
        unit.offsets.append(0)
        unit.targets = (0, 0)
        unit.fields.removeAll(keepingCapacity: true)
        unit.operands.removeAll(keepingCapacity: true)
        unit.retiring = 0
        unit.classes = (0, 0, 0)
        current = 0
    }

    package mutating func begin(instruction index: Int) { current = UInt8(truncatingIfNeeded: index) }

    /// Ends an instruction of `length` bytes.
    package mutating func end(length: UInt8, sensitivity: Sensitivity) {
        unit.offsets.append((unit.offsets.last ?? 0) + UInt16(length))
        unit.retiring += 1
        switch sensitivity {
        case .innocuous: unit.classes.0 += 1
        case .privileged: unit.classes.1 += 1
        case .sensitive: unit.classes.2 += 1
        }
    }

    /// The current instruction, not ended yet, has a field at `offset` that is an operand of it and nothing else.
    package mutating func noteField(_ kind: CodeField.Kind, at offset: UInt8, _ format: FieldFormat, _ value: UInt32) {
        let start = unit.offsets.last ?? 0
        unit.fields.append(
            CodeField(
                kind: kind, format: format, instruction: current, offset: start + UInt16(offset), value: value))
    }

    package mutating func emit(_ operation: MicroOp) {
        var operation = operation
        operation.instruction = current
        unit.operations.append(operation)
    }

    /// Forgets the micro-ops emitted for the current instruction.
    package mutating func discardCurrent() {
        while let last = unit.operations.last, last.instruction == current { unit.operations.removeLast() }
    }

    /// Marks the STI that was emitted last: its shadow ends with the unit.
    package mutating func coverShadow() {
        let last = unit.operations.count - 1
        guard last >= 0, unit.operations[last].hypervisorCall == .sti else { return }
        unit.operations[last].immediate = 1
    }

    package mutating func finish(_ terminal: Terminal) {
        switch terminal {
        case .jump(let target):
            unit.targets.0 = target
            emit(MicroOp(.jump))
        case .branch(let condition, let taken, let next):
            unit.targets = (taken, next)
            emit(MicroOp(MicroOpcode.branchO.offset(Int(condition.rawValue))))
        case .slotBranch(let slot, let size, let ifZero, let taken, let next):
            unit.targets = (taken, next)
            let first: MicroOpcode = size == 2 ? .slotBranchZ16 : .slotBranchZ32
            emit(MicroOp(first.offset(ifZero ? 0 : 1), a: slot))
        case .loopWhile(let slot, let size, let zero, let taken, let next):
            unit.targets = (taken, next)
            emit(MicroOp(size == 2 ? .loopWhile16 : .loopWhile32, a: slot, d: zero ? 1 : 0))
        case .indirect(let slot): emit(MicroOp(.indirect, b: slot))
        case .return32(let bytes): emit(MicroOp(.return32, immediate: bytes))
        case .fault(let vector, let errorCode):
            emit(MicroOp(.fault, immediate: UInt32(vector.rawValue), displacement: errorCode))
        case .exit(let address): emit(MicroOp(.exit, displacement: address))
        }
    }

    /// Gives the passes access to the finished unit.
    package mutating func transform(_ body: (inout TranslatedUnit) -> Void) { body(&unit) }
}

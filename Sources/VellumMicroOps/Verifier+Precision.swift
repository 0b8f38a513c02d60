import VellumIA32

/// What the verifier knows of the instruction at hand: which temporaries are defined, what has been changed, and which
/// accesses cannot fault any more.
///
/// An instruction may change nothing that the guest can see before its last operation that can fault.  An access cannot
/// fault once another one of the same address, at least as wide and with the same rights, has passed.  Two things are no
/// changes: bulk operations, which are whole iterations of their own, and stores below the stack pointer, where an
/// interrupt may write at any time (ENTER and PUSHA on real processors leave such stores behind).
struct PrecisionState {
    private var instruction: UInt8?
    /// The words of temporaries that the instruction has written.
    private var defined: SlotSet = []
    private var hasChanged = false
    private var proofs: [Proof] = []
    /// The operations that made the addresses in temporaries.
    private var origins: [MicroOp] = []

    /// An access that has passed.
    private struct Proof {
        var address: Address
        var width: UInt32
        var canWrite: Bool
    }

    /// An address as the fields of an operation spell it, those of the `lea` behind its base included.
    private struct Address: Equatable {
        var segment: UInt8?
        var base: UInt8
        var index: UInt8
        var scale: UInt8
        var displacement: UInt32
        var origin: MicroOp?
    }

    /// Takes one operation; the rule that it breaks.
    mutating func step(_ operation: MicroOp) -> VerifierError.Rule? {
        if let rule = enter(operation) { return rule }
        let effects = operation.effects
        let missing = effects.reads.intersection(.temporaries).subtracting(defined)
        guard missing.isEmpty else { return .undefinedTemporary }
        if effects.flow.contains(.faults), hasChanged, !isProven(operation) { return .impreciseFault }
        prove(operation)
        note(operation, effects)
        return nil
    }

    /// Starts over at each instruction; a fused terminal reads what the instruction of its comparison has left.
    private mutating func enter(_ operation: MicroOp) -> VerifierError.Rule? {
        if operation.opcode.fusedComparison != nil {
            guard operation.d < operation.instruction, operation.d >= instruction ?? 0 else { return .badFusion }
            if operation.d == instruction { return nil }
        } else if operation.instruction == instruction {
            return nil
        }
        instruction = operation.instruction
        defined = []
        hasChanged = false
        proofs.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        return nil
    }

    private mutating func note(_ operation: MicroOp, _ effects: MicroOpEffects) {
        if !effects.writes.isEmpty { forget(effects.writes) }
        for word in 8..<15 as Range<UInt8> {
            let bytes = SlotSet(offset: word * 4, width: 4)
            if !effects.writes.isDisjoint(with: bytes) { defined.formUnion(bytes) }
        }
        if operation.isAddressComputation { origins.append(operation) }
        if changesState(operation, effects) { hasChanged = true }
    }

    private func changesState(_ operation: MicroOp, _ effects: MicroOpEffects) -> Bool {
        switch operation.opcode {
        case .bulkMove, .bulkFill, .bulkScan, .bulkCompare: return false
        case .hypervisor: return operation.hypervisorCall?.changesState ?? true
        default:
            if operation.opcode.isCoprocessor { return true }
            return !effects.writes.isDisjoint(with: .registers) || !effects.flagsTouched.isEmpty
                || effects.memory.isWrite && !isBelowStack(operation)
        }
    }

    // MARK: Addresses

    private func address(_ operation: MicroOp) -> Address? {
        guard operation.opcode.hasAddress, operation.opcode.effects.memory != .none, !operation.opcode.isCoprocessor
        else { return nil }
        let effects = operation.opcode.effects
        let isIndexed = effects.c.width > 0
        return Address(
            segment: effects.usesSegment ? operation.e : nil, base: operation.b,
            index: isIndexed ? operation.c : RegisterSlot.zero.offset, scale: isIndexed ? operation.d : 0,
            displacement: operation.displacement, origin: origin(of: operation.b))
    }

    private mutating func prove(_ operation: MicroOp) {
        guard let address = address(operation) else { return }
        let memory = operation.opcode.effects.memory
        let width = memory == .probe ? operation.immediate : UInt32(operation.opcode.effects.memoryWidth)
        proofs.append(Proof(address: address, width: width, canWrite: memory != .read))
    }

    /// The access has been made before, or lies between two that have been, on their pages.
    private func isProven(_ operation: MicroOp) -> Bool {
        guard let address = address(operation) else { return false }
        let memory = operation.opcode.effects.memory
        let width = UInt32(operation.opcode.effects.memoryWidth)
        var isAfterOne = false
        var isBeforeOne = false
        for proof in proofs where proof.canWrite || memory == .read {
            var same = proof.address
            same.displacement = address.displacement
            guard same == address else { continue }
            let distance = Int64(Int32(bitPattern: address.displacement &- proof.address.displacement))
            if distance == 0, width <= proof.width { return true }
            // A load proves no rights of a store, and a segment's limit may lie anywhere.
            guard address.segment == nil, proof.width >= width else { continue }
            if distance >= 0, distance < 2048 { isAfterOne = true }
            if distance <= 0, distance > -2048 { isBeforeOne = true }
        }
        return isAfterOne && isBeforeOne
    }

    /// Addresses made of slots that change are others from now on; a temporary that was made of them keeps its value.
    private mutating func forget(_ writes: SlotSet) {
        func changes(_ slot: UInt8) -> Bool { !SlotSet(offset: slot, width: 4).isDisjoint(with: writes) }
        for index in proofs.indices {
            guard let made = proofs[index].address.origin, !made.effects.reads.isDisjoint(with: writes) else {
                continue
            }
            if origin(of: made.a) == made { proofs[index].address.origin = nil } else { proofs[index].width = 0 }
        }
        proofs.removeAll { proof in
            proof.width == 0 || changes(proof.address.index)
                || proof.address.origin == nil && changes(proof.address.base)
        }
        origins.removeAll { changes($0.a) || !$0.effects.reads.isDisjoint(with: writes) }
    }

    private func origin(of slot: UInt8) -> MicroOp? { origins.first { $0.a == slot } }

    private func isBelowStack(_ operation: MicroOp) -> Bool {
        let stack = RegisterSlot(.esp).offset
        if operation.opcode.isStack { return false }
        guard operation.opcode.effects.c.width == 0 else { return false }
        if operation.b == stack { return Int32(bitPattern: operation.displacement) < 0 }
        guard let origin = origin(of: operation.b), operation.displacement == 0 else { return false }
        return origin.b == stack && origin.c == RegisterSlot.zero.offset && Int32(bitPattern: origin.displacement) < 0
    }
}

extension MicroOp {
    /// Makes an address in a temporary out of other slots.
    fileprivate var isAddressComputation: Bool {
        (opcode == .leaB || opcode == .leaX || opcode == .lea16) && a >= RegisterSlot.t0.offset
            && effects.reads.isDisjoint(with: SlotSet(offset: a, width: 4))
    }
}

extension HypervisorCall {
    /// False for the calls that only show something.
    var changesState: Bool {
        switch self {
        case .readSegment, .sgdt, .sidt, .sldt, .str, .smsw: false
        default: true
        }
    }
}

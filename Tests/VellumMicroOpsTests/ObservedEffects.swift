import VellumIA32
import VellumMicroOps
import VellumTestSupport

/// The slots' bytes that differ.
func changed(_ a: MachineImage, _ b: MachineImage) -> SlotSet {
    var set: UInt64 = 0
    for index in 0..<64 where a.registers[index] != b.registers[index] { set |= 1 << UInt64(index) }
    return SlotSet(rawValue: set)
}

/// Which of an opcode's declared effects have been observed.
struct ObservedEffects {
    private var isStarted = false
    private var wanted: Set<String> = []
    private var found: Set<String> = []

    var missing: Set<String> { wanted.subtracting(found) }
    var isComplete: Bool { isStarted && missing.isEmpty }

    mutating func note(
        _ operation: MicroOp, _ before: MachineImage, _ result: RunResult, again: (MachineImage) -> RunResult
    ) {
        isStarted = true
        let effects = operation.effects
        let fields = operation.opcode.effects
        if case .fault = result.end { return }
        for (name, set) in fieldSets(operation, fields) {
            if set.isWritten {
                wanted.insert("\(name) written")
                if !changed(before, result.image).isDisjoint(with: set.bytes) { found.insert("\(name) written") }
            }
            if set.isRead { noteRead("\(name) read", set.bytes, before, result, again) }
        }
        for flag in [EFlags.carry, .parity, .adjust, .zero, .sign, .overflow, .direction] {
            if effects.flagsTouched.contains(flag) {
                wanted.insert("\(flag.rawValue) written")
                if before.flags.symmetricDifference(result.image.flags).contains(flag) {
                    found.insert("\(flag.rawValue) written")
                }
            }
            if effects.flagsRead.contains(flag) {
                var twin = before
                twin.flags.formSymmetricDifference(flag)
                noteInfluence("\(flag.rawValue) read", before, twin, result, again, written: effects.flagsWritten)
            }
        }
        if effects.memory.isWrite {
            wanted.insert("memory")
            if before.memory != result.image.memory { found.insert("memory") }
        }
    }

    private func fieldSets(
        _ operation: MicroOp, _ effects: OpcodeEffects
    ) -> [(String, (bytes: SlotSet, isRead: Bool, isWritten: Bool))] {
        var sets: [(String, (bytes: SlotSet, isRead: Bool, isWritten: Bool))] = []
        for (name, offset, use) in [
            ("a", operation.a, effects.a), ("b", operation.b, effects.b), ("c", operation.c, effects.c),
        ] where use.width > 0 {
            sets.append((name, (SlotSet(offset: offset, width: use.width), use.isRead, use.isWritten)))
        }
        for register in GeneralRegister.allCases {
            let reads = effects.reads.intersection(SlotSet(register))
            let writes = effects.writes.intersection(SlotSet(register))
            if !reads.isEmpty { sets.append(("\(register)", (reads, true, false))) }
            if !writes.isEmpty { sets.append(("\(register)", (writes, false, true))) }
        }
        return sets
    }

    private mutating func noteRead(
        _ name: String, _ bytes: SlotSet, _ before: MachineImage, _ result: RunResult,
        _ again: (MachineImage) -> RunResult
    ) {
        var twin = before
        for index in 0..<60 where bytes.rawValue >> UInt64(index) & 1 != 0 { twin.registers[index] ^= 0x81 }
        noteInfluence(name, before, twin, result, again)
    }

    /// Another input gave another outcome, beyond the input itself that stayed.
    private mutating func noteInfluence(
        _ name: String, _ before: MachineImage, _ twin: MachineImage, _ result: RunResult,
        _ again: (MachineImage) -> RunResult, written: EFlags = []
    ) {
        wanted.insert(name)
        guard !found.contains(name) else { return }
        let other = again(twin)
        let inputs = changed(before, twin)
        let isSame =
            result.end == other.end && result.eip == other.eip
            && changed(result.image, other.image).isSubset(of: inputs)
            && result.image.flags.symmetricDifference(other.image.flags)
                .isSubset(of: before.flags.symmetricDifference(twin.flags))
            && result.image.memory == other.image.memory
        // An input that is written too matters when the results differ in another way than the inputs.
        let isUpdated = !inputs.isEmpty && !inputs.intersection(changed(result.image, other.image)).isEmpty
        let flagInputs = before.flags.symmetricDifference(twin.flags)
        let flagOutputs = result.image.flags.symmetricDifference(other.image.flags)
        let isFlagUpdated = !flagInputs.intersection(flagOutputs).isDisjoint(with: written)
        if !isSame || isUpdated || isFlagUpdated { found.insert(name) }
    }
}

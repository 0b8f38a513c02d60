import VellumIA32

/// What one micro-op reads and writes, its fields taken into account.
package struct MicroOpEffects: Equatable, Sendable {
    package var reads: SlotSet
    package var writes: SlotSet
    package var flagsRead: EFlags
    /// Flags written whatever happens.
    package var flagsWritten: EFlags
    /// Flags that may change.
    package var flagsTouched: EFlags
    package var memory: MemoryUse
    package var flow: FlowTraits
}

extension MicroOp {
    /// Everything that the micro-op reads, writes and can do.
    package var effects: MicroOpEffects {
        let opcode = self.opcode.effects
        var effects = MicroOpEffects(
            reads: opcode.reads, writes: opcode.writes, flagsRead: opcode.flagsRead.union(flagsReadByFields),
            flagsWritten: opcode.flagsWritten, flagsTouched: opcode.flagsTouched, memory: opcode.memory,
            flow: opcode.flow)
        effects.add(a, opcode.a)
        effects.add(b, opcode.b)
        effects.add(c, opcode.c)
        refine(&effects)
        return effects
    }

    /// The flags read because of what stands in `d`: a condition, or a rotate through CF.
    package var flagsReadByFields: EFlags {
        switch opcode {
        case .setcc, .cmov16, .cmov32: (Condition(rawValue: d & 15) ?? .overflow).reads
        case .rotate8, .rotate16, .rotate32, .rotate8i, .rotate16i, .rotate32i: d >= 2 ? .carry : []
        case .hypervisor: hypervisorCall?.effects(callArguments).flagsRead ?? []
        case .float: coprocessorFlagsRead
        default: []
        }
    }

    private func refine(_ effects: inout MicroOpEffects) {
        switch opcode {
        case .bit16, .bit32, .bit16i, .bit32i:
            // A mere test writes nothing back.
            if d == 0 { effects.writes = [] }
        case .bulkFill, .bulkScan:
            effects.reads.subtract(.eax)
            effects.reads.formUnion(SlotSet(.eax, width: 1 << (d % 3)))
        case .hypervisor:
            guard let call = hypervisorCall else { return }
            let stated = call.effects(callArguments)
            effects.reads = stated.reads
            effects.writes = stated.writes
            effects.flagsWritten = stated.flagsWritten
            effects.flagsTouched = stated.flagsWritten
            effects.memory = stated.memory
        case .float, .simd, .simdRead:
            effects.add(a, coprocessorSlotUse)
            effects.flagsWritten = coprocessorFlagsWritten
            effects.flagsTouched = coprocessorFlagsWritten
        default: break
        }
    }
}

extension MicroOpEffects {
    /// Adds what is done with the slot in a field.
    mutating func add(_ offset: UInt8, _ use: SlotUse) {
        if use.isRead { reads.formUnion(SlotSet(offset: offset, width: use.width)) }
        if use.isWritten { writes.formUnion(SlotSet(offset: offset, width: use.width)) }
    }
}

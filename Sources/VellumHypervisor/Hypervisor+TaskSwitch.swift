import VellumExecution
import VellumIA32
import VellumMicroOps

/// What makes the processor change tasks.
enum TaskSwitchSource: Equatable {
    case jump, call, iret
    /// An interrupt or exception through a task gate, with its EXT bit.
    case interrupt(UInt32)

    var external: UInt32 {
        if case .interrupt(let external) = self { return external }
        return 0
    }

    /// The new task links back to the old one.
    var nests: Bool { self != .jump && self != .iret }
}

/// Task switches (SDM vol. 3, chapter 7).
extension Hypervisor {
    /// A far JMP or CALL to a TSS or task gate; false when the descriptor is neither.
    func switchTask(through target: TableEntry, source: TaskSwitchSource) throws(GuestFault) -> Bool {
        let descriptor = target.descriptor
        let isGate = descriptor.type == SystemType.taskGate
        guard isGate || SystemType.isAvailableTSS(descriptor) else { return false }
        guard max(cpl, target.rpl) <= descriptor.dpl else { throw .selector(.generalProtection, target.selector) }
        var task = target
        if isGate {
            guard descriptor.isPresent else { throw .selector(.segmentNotPresent, target.selector) }
            task = try taskEntry(descriptor.gateSelector)
        } else {
            task = try taskEntry(target.selector)
        }
        try switchTask(to: task, source: source, returnEIP: cpu.pointee.engine.nextEIP, flags: cpu.eflags)
        return true
    }

    /// The descriptor of an available TSS in the GDT.
    func taskEntry(_ selector: UInt16, external: UInt32 = 0) throws(GuestFault) -> TableEntry {
        guard selector & 4 == 0, !isNull(selector), let found = try entry(selector),
            SystemType.isAvailableTSS(found.descriptor)
        else { throw .selector(.generalProtection, selector, external: external) }
        guard found.descriptor.isPresent else {
            throw .selector(.segmentNotPresent, selector, external: external)
        }
        return found
    }

    /// IRET with NT set: back to the task that the current one links to.
    func returnTask() throws(GuestFault) -> CallOutcome {
        let link = try mmu.read(cpu.pointee.privileged.tr.base, width: 2, user: false)
        let selector = UInt16(truncatingIfNeeded: link)
        guard selector & 4 == 0, !isNull(selector), let task = try entry(selector),
            SystemType.isBusyTSS(task.descriptor)
        else { throw .selector(.invalidTSS, selector) }
        guard task.descriptor.isPresent else { throw .selector(.segmentNotPresent, selector) }
        try switchTask(to: task, source: .iret, returnEIP: cpu.pointee.engine.nextEIP, flags: cpu.eflags)
        return .transfer
    }

    func switchTask(
        to task: TableEntry, source: TaskSwitchSource, returnEIP: UInt32, flags: UInt32
    ) throws(GuestFault) {
        cpu.pointee.engine.lastGate = SystemType.availableTSS32
        let old = cpu.pointee.privileged.tr
        let new = TaskLayout(isWide: task.descriptor.type & 8 != 0)
        guard task.descriptor.limit >= new.lastByte else {
            throw .selector(.invalidTSS, task.selector, external: source.external)
        }
        // Everything that can fault in the old task's name comes first.
        let image = try readTask(new, at: task.descriptor.base)
        let savedFlags = source == .iret ? flags & ~EFlags.nestedTask.rawValue : flags
        try probeTask(task, old: old, source: source)
        try saveTask(to: old, eip: returnEIP, flags: savedFlags)
        if !source.nests { try setBusy(false, descriptorAt: tableAddress(old.selector)) }
        if source.nests {
            try mmu.write(task.descriptor.base, value: UInt32(old.selector), width: 2, user: false)
        }
        if source != .iret { try setBusy(true, descriptorAt: task.address) }
        try loadTask(image, task, source: source)
    }

    private func tableAddress(_ selector: UInt16) -> UInt32 {
        cpu.pointee.privileged.gdtr.base &+ UInt32(selector & 0xFFF8)
    }

    /// Touches what the switch will write, so that no page fault can come between.
    private func probeTask(
        _ task: TableEntry, old: SegmentState, source: TaskSwitchSource
    ) throws(GuestFault) {
        let layout = TaskLayout(isWide: old.type & 8 != 0)
        guard old.isPresent, old.limit >= layout.lastByte else {
            throw .selector(.invalidTSS, old.selector, external: source.external)
        }
        try mmu.probeWrite(old.base, length: layout.lastByte + 1, user: false)
        if source.nests { try mmu.probeWrite(task.descriptor.base, length: 2, user: false) }
        if source != .iret { try mmu.probeWrite(task.address &+ 5, length: 1, user: false) }
        if !source.nests { try mmu.probeWrite(tableAddress(old.selector) &+ 5, length: 1, user: false) }
    }
}

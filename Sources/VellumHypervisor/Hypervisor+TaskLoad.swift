import VellumExecution
import VellumIA32
import VellumMicroOps

/// The second half of a task switch: the new task's state (SDM vol. 3, section 7.3).
///
/// From here on faults belong to the new task: its EIP is in place, and segment registers not yet loaded hold their
/// selectors without a descriptor.
extension Hypervisor {
    func loadTask(_ image: TaskImage, _ task: TableEntry, source: TaskSwitchSource) throws(GuestFault) {
        var register = task.state
        register.access |= 2
        cpu.pointee.privileged.tr = register
        cpu.pointee.privileged.cr0 |= CR0.ts
        cpu.pointee.privileged.debug[7] &= ~DR7.localEnables
        updateWatchpoints()
        loadRegisters(image, source: source)
        if let cr3 = image.cr3, cpu.pointee.privileged.isPaging { try setControl3(cr3) }
        cpu.pointee.privileged.ldtr = try localTable(image.localTable, vector: .invalidTSS, absent: .invalidTSS)
        if cpu.pointee.privileged.isVirtual8086 {
            loadVirtualSegments(image.segments)
        } else {
            try loadSegments(image.segments)
        }
        if cpu.pointee.engine.eip > cpu.pointee.privileged[.cs].limit { throw .generalProtection() }
        if image.isTraced {
            mmu.watchpointHits |= DR6.bt
            cpu.pointee.engine.endRequested = true
        }
    }

    private func loadRegisters(_ image: TaskImage, source: TaskSwitchSource) {
        for (register, value) in zip(GeneralRegister.allCases, image.registers) { cpu[register] = value }
        cpu.pointee.engine.eip = image.eip
        let nested = source.nests ? EFlags.nestedTask.rawValue : 0
        cpu.eflags = (image.flags | nested) & model.flagsMask
        for (segment, selector) in zip(SegmentRegister.allCases, image.segments) {
            cpu.setSegment(segment, .null(selector))
        }
        cpu.pointee.privileged.ldtr = .null(image.localTable)
        setPrivilege(cpu.pointee.privileged.isVirtual8086 ? 3 : UInt8(image.segments[1] & 3))
    }

    private func loadVirtualSegments(_ selectors: [UInt16]) {
        for (segment, selector) in zip(SegmentRegister.allCases, selectors) {
            cpu.setSegment(segment, .realMode(selector, dpl: 3))
        }
    }

    private func loadSegments(_ selectors: [UInt16]) throws(GuestFault) {
        let code = selectors[Int(SegmentRegister.cs.rawValue)]
        cpu.setSegment(.cs, try taskCode(code))
        let stack = selectors[Int(SegmentRegister.ss.rawValue)]
        cpu.setSegment(.ss, try stackSegment(stack, privilege: cpl, vector: .invalidTSS))
        for segment in [SegmentRegister.es, .ds, .fs, .gs] {
            let selector = selectors[Int(segment.rawValue)]
            if !isNull(selector) { cpu.setSegment(segment, try dataSegment(selector, vector: .invalidTSS)) }
        }
    }

    private func taskCode(_ selector: UInt16) throws(GuestFault) -> SegmentState {
        if isNull(selector) { throw .selector(.invalidTSS, selector) }
        let entry = try entry(selector, orThrow: .invalidTSS)
        let state = entry.state
        let permitted = state.isConforming ? state.dpl <= entry.rpl : state.dpl == entry.rpl
        guard state.isCode, permitted else { throw .selector(.invalidTSS, selector) }
        guard state.isPresent else { throw .selector(.segmentNotPresent, selector) }
        return try accept(entry)
    }
}

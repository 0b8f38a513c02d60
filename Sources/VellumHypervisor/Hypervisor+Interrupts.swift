import VellumExecution
import VellumIA32
import VellumMicroOps

/// The way from a vector to its handler (SDM vol. 2, INT n; vol. 3, section 6.12).
extension Hypervisor {
    func raise(_ event: Event) throws(GuestFault) {
        defer { cpu.pointee.engine.deliveries &+= 1 }
        record(event)
        do throws(GuestFault) {
            if cpu.pointee.privileged.isProtected { try raiseThroughGate(event) } else { try raiseReal(event) }
        } catch {
            history.fail(error)
            throw error
        }
    }

    // MARK: Real mode

    private func raiseReal(_ event: Event) throws(GuestFault) {
        let slot = UInt32(event.vector) * 4
        let table = cpu.pointee.privileged.idtr
        guard slot + 3 <= UInt32(table.limit) else { throw .generalProtection(event.gateCode) }
        let pointer = try mmu.read(table.base &+ slot, width: 4, user: false)
        var stack = currentStack
        try pushFrame(event, flags: event.flags, size: 2, on: &stack)
        try enterRealCode(UInt16(truncatingIfNeeded: pointer >> 16), pointer & 0xFFFF)
        cpu[.esp] = stack.pointer
        clearFlags([.interrupt, .trap, .alignmentCheck, .resume])
    }

    /// Flags, CS and EIP.
    func pushFrame(
        _ event: Event, flags: UInt32, size: UInt8, on stack: inout StackCursor
    ) throws(GuestFault) {
        var frame = try openFrame(3, size: size, on: stack)
        try push(flags, on: &frame)
        try push(UInt32(cpu.pointee.privileged[.cs].selector), on: &frame)
        try push(event.returnEIP, on: &frame)
        stack = frame.stack
    }

    @inline(__always) func clearFlags(_ flags: EFlags) {
        cpu.pointee.privileged.systemFlags &= ~flags.rawValue
        mmu.modeChanged()
    }

    // MARK: Protected mode

    @inline(__always)
    private func raiseThroughGate(_ event: Event) throws(GuestFault) {
        let slot = UInt32(event.vector) * 8
        let table = cpu.pointee.privileged.idtr
        guard slot + 7 <= UInt32(table.limit) else { throw .generalProtection(event.gateCode) }
        let gate = try readDescriptor(table.base &+ slot)
        guard !gate.isCodeOrData, Hypervisor.isInterruptGate(gate.type) else {
            throw .generalProtection(event.gateCode)
        }
        if event.cause == .software, gate.dpl < cpl { throw .generalProtection(event.gateCode) }
        guard gate.isPresent else { throw GuestFault(.segmentNotPresent, errorCode: event.gateCode) }
        cpu.pointee.engine.lastGate = gate.type
        if gate.type == SystemType.taskGate { return try raiseTask(event, gate) }
        let selector = gate.gateSelector
        if isNull(selector) { throw .generalProtection(event.external) }
        let target = try entry(selector, orThrow: .generalProtection, external: event.external)
        let state = target.state
        guard state.isCode, state.dpl <= cpl else {
            throw .selector(.generalProtection, selector, external: event.external)
        }
        guard state.isPresent else { throw .selector(.segmentNotPresent, selector, external: event.external) }
        let isInner = !state.isConforming && state.dpl < cpl
        // A virtual-8086 program may be interrupted to level 0 only.
        if isVirtual8086, !isInner || state.dpl != 0 {
            throw .selector(.generalProtection, selector, external: event.external)
        }
        let code = try accept(target)
        try isInner ? raiseInner(event, gate, code) : raiseSame(event, gate, code)
    }

    private static func isInterruptGate(_ type: UInt8) -> Bool {
        switch type {
        case SystemType.taskGate, SystemType.interruptGate16, SystemType.trapGate16, SystemType.interruptGate32,
            SystemType.trapGate32:
            true
        default: false
        }
    }

    @inline(__always)
    private func raiseSame(_ event: Event, _ gate: Descriptor, _ code: SegmentState) throws(GuestFault) {
        var stack = currentStack
        stack.errorCode = event.external
        try pushGateFrame(event, gate, code, outer: .none, on: &stack)
        cpu[.esp] = stack.pointer
        enterGate(gate, code, privilege: cpl)
    }

    private func raiseInner(_ event: Event, _ gate: Descriptor, _ code: SegmentState) throws(GuestFault) {
        let fromVirtual = isVirtual8086
        var stack = try innerStack(code.dpl, external: event.external)
        try pushGateFrame(event, gate, code, outer: fromVirtual ? .stackAndData : .stack, on: &stack)
        if fromVirtual {
            for segment in [SegmentRegister.gs, .fs, .ds, .es] { cpu.setSegment(segment, .null()) }
        }
        cpu.pointee.privileged.systemFlags &= ~EFlags.virtual8086.rawValue
        switchStack(stack, privilege: code.dpl)
        enterGate(gate, code, privilege: code.dpl)
    }

    /// What of the interrupted program's state goes below the flags: nothing at the same level, SS and ESP of an outer
    /// one, and the data segments of a virtual-8086 program too.  The raw value is the number of words.
    private enum OuterState: UInt32 { case none = 0, stack = 2, stackAndData = 6 }

    /// The handler's whole stack frame: the outer state, flags, CS, EIP, error code.
    private func pushGateFrame(
        _ event: Event, _ gate: Descriptor, _ code: SegmentState, outer: OuterState, on stack: inout StackCursor
    ) throws(GuestFault) {
        let size = gate.gateSize
        let count = outer.rawValue + 3 + (event.errorCode == nil ? 0 : 1)
        var frame = try openFrame(count, size: size, on: stack)
        if truncate(gate.gateOffset, size) > code.limit { throw .generalProtection(event.external) }
        if outer == .stackAndData {
            for segment in [SegmentRegister.gs, .fs, .ds, .es] {
                try push(UInt32(cpu.pointee.privileged[segment].selector), on: &frame)
            }
        }
        if outer != .none {
            try push(UInt32(cpu.pointee.privileged[.ss].selector), on: &frame)
            try push(cpu[.esp], on: &frame)
        }
        try push(event.flags, on: &frame)
        try push(UInt32(cpu.pointee.privileged[.cs].selector), on: &frame)
        try push(event.returnEIP, on: &frame)
        if let errorCode = event.errorCode { try push(errorCode, on: &frame) }
        stack = frame.stack
    }

    @inline(__always)
    private func enterGate(_ gate: Descriptor, _ code: SegmentState, privilege: UInt8) {
        noteMode(code, privilege: privilege, flags: hasFlag(.trap) || hasFlag(.virtual8086) ? .max : 0)
        enter(code, eip: truncate(gate.gateOffset, gate.gateSize), privilege: privilege)
        var cleared: EFlags = [.trap, .nestedTask, .resume, .virtual8086]
        // Trap gates (odd types) leave IF alone.
        if gate.type & 1 == 0 { cleared.insert(.interrupt) }
        clearFlags(cleared)
    }

    // MARK: Tasks

    private func raiseTask(_ event: Event, _ gate: Descriptor) throws(GuestFault) {
        let target = try taskEntry(gate.gateSelector, external: event.external)
        try switchTask(to: target, source: .interrupt(event.external), returnEIP: event.returnEIP, flags: event.flags)
        guard let errorCode = event.errorCode else { return }
        var stack = currentStack
        stack.errorCode = event.external
        let isWide = cpu.pointee.privileged.tr.type & 8 != 0
        try push(errorCode, size: isWide ? 4 : 2, on: &stack)
        cpu[.esp] = stack.pointer
    }
}

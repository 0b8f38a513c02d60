import VellumExecution
import VellumIA32
import VellumMicroOps

/// Far JMP and CALL (SDM vol. 2, JMP and CALL; vol. 3, section 5.8).
extension Hypervisor {
    func jumpFar(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let selector = UInt16(truncatingIfNeeded: cpu[arguments.second])
        let offset = truncate(cpu[arguments.first], arguments.size)
        guard usesDescriptors else {
            try enterRealCode(selector, offset)
            return .transfer
        }
        if isNull(selector) { throw .generalProtection() }
        let target = try entry(selector, orThrow: .generalProtection)
        guard !target.descriptor.isCodeOrData else {
            let code = try directTarget(target)
            try requireInside(code, offset)
            enter(code, eip: offset, privilege: cpl)
            return .transfer
        }
        if try switchTask(through: target, source: .jump) { return .transfer }
        try requireGate(target)
        let code = try gateTarget(target.descriptor.gateSelector)
        guard code.isConforming || code.dpl == cpl else {
            throw .selector(.generalProtection, target.descriptor.gateSelector)
        }
        let eip = gateEntry(target.descriptor)
        try requireInside(code, eip)
        enter(code, eip: eip, privilege: cpl)
        return .transfer
    }

    func callFar(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        let selector = UInt16(truncatingIfNeeded: cpu[arguments.second])
        let offset = truncate(cpu[arguments.first], arguments.size)
        guard usesDescriptors else { return try callReal(selector, offset, arguments.size) }
        if isNull(selector) { throw .generalProtection() }
        let target = try entry(selector, orThrow: .generalProtection)
        guard !target.descriptor.isCodeOrData else {
            let code = try directTarget(target)
            return try call(code, offset, size: arguments.size)
        }
        if try switchTask(through: target, source: .call) { return .transfer }
        try requireGate(target)
        let code = try gateTarget(target.descriptor.gateSelector)
        let eip = gateEntry(target.descriptor)
        if !code.isConforming, code.dpl < cpl { return try callInner(code, eip, gate: target.descriptor) }
        return try call(code, eip, size: target.descriptor.gateSize)
    }

    // MARK: Pieces

    /// Pushes the return address and goes on at the same level.
    private func call(_ code: SegmentState, _ eip: UInt32, size: UInt8) throws(GuestFault) -> CallOutcome {
        var frame = try openFrame(2, size: size, on: currentStack)
        try requireInside(code, eip)
        try pushReturnAddress(on: &frame)
        cpu[.esp] = frame.stack.pointer
        enter(code, eip: eip, privilege: cpl)
        return .transfer
    }

    private func callReal(_ selector: UInt16, _ offset: UInt32, _ size: UInt8) throws(GuestFault) -> CallOutcome {
        var frame = try openFrame(2, size: size, on: currentStack)
        try requireInside(realCode(selector), offset)
        try pushReturnAddress(on: &frame)
        cpu[.esp] = frame.stack.pointer
        try enterRealCode(selector, offset)
        return .transfer
    }

    func pushReturnAddress(on frame: inout StackFrame) throws(GuestFault) {
        try push(UInt32(cpu.pointee.privileged[.cs].selector), on: &frame)
        try push(cpu.pointee.engine.nextEIP, on: &frame)
    }

    /// The code segment that a far JMP or CALL names directly.
    private func directTarget(_ entry: TableEntry) throws(GuestFault) -> SegmentState {
        let state = entry.state
        let permitted = state.isConforming ? state.dpl <= cpl : entry.rpl <= cpl && state.dpl == cpl
        guard state.isCode, permitted else { throw .selector(.generalProtection, entry.selector) }
        guard state.isPresent else { throw .selector(.segmentNotPresent, entry.selector) }
        return try accept(entry)
    }

    /// Checks that a system descriptor is a call gate that may be used.
    private func requireGate(_ entry: TableEntry) throws(GuestFault) {
        let descriptor = entry.descriptor
        guard descriptor.type == SystemType.callGate16 || descriptor.type == SystemType.callGate32,
            max(cpl, entry.rpl) <= descriptor.dpl
        else { throw .selector(.generalProtection, entry.selector) }
        guard descriptor.isPresent else { throw .selector(.segmentNotPresent, entry.selector) }
        cpu.pointee.engine.lastGate = descriptor.type
    }

    /// The code segment that a call gate names: of this privilege or a higher one.
    private func gateTarget(_ selector: UInt16) throws(GuestFault) -> SegmentState {
        if isNull(selector) { throw .generalProtection() }
        let entry = try entry(selector, orThrow: .generalProtection)
        guard entry.state.isCode, entry.state.dpl <= cpl else { throw .selector(.generalProtection, selector) }
        guard entry.state.isPresent else { throw .selector(.segmentNotPresent, selector) }
        return try accept(entry)
    }

    private func gateEntry(_ gate: Descriptor) -> UInt32 { truncate(gate.gateOffset, gate.gateSize) }

    func requireInside(_ code: SegmentState, _ eip: UInt32) throws(GuestFault) {
        if eip > code.limit { throw .generalProtection() }
    }

    /// Says whether the processor's mode stays as it is when CS becomes this one, at this level, and `flags` of the flags
    /// change: then nobody has to look at it again.  Ask before anything is changed.
    func noteMode(_ code: SegmentState, privilege: UInt8, flags: UInt32) {
        let deciding = EFlags([.trap, .resume, .virtual8086, .alignmentCheck]).rawValue
        var entered = code
        entered.selector = entered.selector & ~3 | UInt16(privilege)
        cpu.pointee.engine.keepsMode =
            privilege == cpl && flags & deciding == 0 && entered.isSame(as: cpu.pointee.privileged[.cs])
    }

    /// Loads CS and EIP; the selector's RPL becomes the privilege level.
    func enter(_ code: SegmentState, eip: UInt32, privilege: UInt8) {
        var code = code
        code.selector = code.selector & ~3 | UInt16(privilege)
        cpu.setSegment(.cs, code)
        cpu.pointee.engine.eip = eip
        if privilege != cpl { setPrivilege(privilege) }
    }

    // MARK: Real and virtual-8086 mode

    /// CS as real and virtual-8086 mode load it.
    func realCode(_ selector: UInt16) -> SegmentState { cpu.paragraph(selector, for: .cs) }

    func enterRealCode(_ selector: UInt16, _ offset: UInt32) throws(GuestFault) {
        let code = realCode(selector)
        try requireInside(code, offset)
        cpu.setSegment(.cs, code)
        cpu.pointee.engine.eip = offset
    }
}

extension Descriptor {
    /// What a gate pushes: 2 or 4 bytes at a time.
    var gateSize: UInt8 { type & 8 == 0 ? 2 : 4 }
}

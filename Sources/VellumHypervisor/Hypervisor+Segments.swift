import VellumExecution
import VellumIA32
import VellumMicroOps

/// MOV, POP and the LDS family's loads of segment registers (SDM vol. 2, MOV and LDS; vol. 3, section 5.6).
extension Hypervisor {
    func loadSegment(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        guard let segment = SegmentRegister(rawValue: arguments.index), segment != .cs else { throw .invalidOpcode }
        let selector = UInt16(truncatingIfNeeded: cpu[arguments.first])
        let state = try segmentState(segment, selector)
        let flat = cpu.pointee.engine.flatSegments
        cpu.setSegment(segment, state)
        if segment == .ss {
            // Debug traps and interrupts wait until the stack pointer is loaded too (SDM vol. 3, section 6.8.3).
            cpu.pointee.privileged.shadow = .movSS
            return .endFragment
        }
        // What the fragment was made for holds while the segment stays flat, or not flat.
        return cpu.pointee.engine.flatSegments == flat ? .next : .endFragment
    }

    /// What a load of ES, SS, DS, FS or GS would put into the register.
    func segmentState(_ segment: SegmentRegister, _ selector: UInt16) throws(GuestFault) -> SegmentState {
        guard usesDescriptors else { return cpu.paragraph(selector, for: segment) }
        if segment == .ss { return try stackSegment(selector, privilege: cpl, vector: .generalProtection) }
        if isNull(selector) { return .null(selector) }
        return try dataSegment(selector, vector: .generalProtection)
    }

    /// A stack segment for `privilege`.  MOV SS reports #GP, stack switches and task switches #TS; all report #SS for
    /// one that is not present.
    func stackSegment(
        _ selector: UInt16, privilege: UInt8, vector: ExceptionVector, external: UInt32 = 0
    ) throws(GuestFault) -> SegmentState {
        if isNull(selector) { throw GuestFault(vector, errorCode: external) }
        let entry = try entry(selector, orThrow: vector, external: external)
        let state = entry.state
        guard entry.rpl == privilege, state.dpl == privilege, state.isWritable else {
            throw .selector(vector, selector, external: external)
        }
        guard state.isPresent else { throw .selector(.stackFault, selector, external: external) }
        return try accept(entry)
    }

    /// A segment for DS, ES, FS or GS from a selector that is not null.
    func dataSegment(_ selector: UInt16, vector: ExceptionVector) throws(GuestFault) -> SegmentState {
        let entry = try entry(selector, orThrow: vector)
        let state = entry.state
        guard state.isReadable else { throw .selector(vector, selector) }
        if !state.isConforming, max(entry.rpl, cpl) > state.dpl { throw .selector(vector, selector) }
        guard state.isPresent else { throw .selector(.segmentNotPresent, selector) }
        return try accept(entry)
    }
}

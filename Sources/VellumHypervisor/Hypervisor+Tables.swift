import VellumExecution
import VellumIA32
import VellumMicroOps

/// The table registers, and the instructions that look at descriptors without loading them (SDM vol. 2; vol. 3,
/// section 5.10).
extension Hypervisor {
    func loadTable(_ table: inout TableRegister, _ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        try requireSupervisor()
        let base = cpu[arguments.second]
        table = TableRegister(
            base: arguments.size == 2 ? base & 0x00FF_FFFF : base,
            limit: UInt16(truncatingIfNeeded: cpu[arguments.first]))
        return .next
    }

    func loadLocalTable(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        try requireProtected()
        try requireSupervisor()
        let selector = UInt16(truncatingIfNeeded: cpu[arguments.first])
        cpu.pointee.privileged.ldtr = try localTable(selector, vector: .generalProtection, absent: .segmentNotPresent)
        return .next
    }

    /// What LDTR is to hold; task switches report other vectors than LLDT.
    func localTable(
        _ selector: UInt16, vector: ExceptionVector, absent: ExceptionVector
    ) throws(GuestFault) -> SegmentState {
        if isNull(selector) { return .null(selector) }
        guard selector & 4 == 0, let entry = try entry(selector), !entry.descriptor.isCodeOrData,
            entry.descriptor.type == SystemType.ldt
        else { throw .selector(vector, selector) }
        guard entry.descriptor.isPresent else { throw .selector(absent, selector) }
        return entry.state
    }

    func loadTaskRegister(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        try requireProtected()
        try requireSupervisor()
        let selector = UInt16(truncatingIfNeeded: cpu[arguments.first])
        if isNull(selector) { throw .generalProtection() }
        guard selector & 4 == 0, let entry = try entry(selector), SystemType.isAvailableTSS(entry.descriptor) else {
            throw .selector(.generalProtection, selector)
        }
        guard entry.descriptor.isPresent else { throw .selector(.segmentNotPresent, selector) }
        try setBusy(true, descriptorAt: entry.address)
        var state = entry.state
        state.access |= 2
        cpu.pointee.privileged.tr = state
        return .next
    }

    // MARK: LAR, LSL, VERR, VERW

    func loadAccessRights(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        guard let found = try inspect(arguments, systemTypes: SystemType.withRights) else { return .next }
        // Bits 16 to 19 are undefined in the manual; processors give the limit's.
        let rights = found.descriptor.high & 0x00FF_FF00
        cpu.visible.write(rights, to: arguments.second, size: arguments.size)
        return .next
    }

    func loadSegmentLimit(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        guard let found = try inspect(arguments, systemTypes: SystemType.withLimit) else { return .next }
        cpu.visible.write(found.descriptor.limit, to: arguments.second, size: arguments.size)
        return .next
    }

    func verify(_ arguments: CallArguments, forWrite: Bool) throws(GuestFault) -> CallOutcome {
        guard let found = try inspect(arguments, systemTypes: 0) else { return .next }
        setZeroFlag(forWrite ? found.state.isWritable : found.state.isReadable)
        return .next
    }

    /// The descriptor, where it is of a kind and privilege that may be looked at; ZF says whether.
    private func inspect(_ arguments: CallArguments, systemTypes: UInt16) throws(GuestFault) -> TableEntry? {
        try requireProtected()
        let selector = UInt16(truncatingIfNeeded: cpu[arguments.first])
        let found = isNull(selector) ? nil : try entry(selector)
        guard let found, isVisible(found, systemTypes: systemTypes) else {
            setZeroFlag(false)
            return nil
        }
        setZeroFlag(true)
        return found
    }

    private func isVisible(_ entry: TableEntry, systemTypes: UInt16) -> Bool {
        let descriptor = entry.descriptor
        if !descriptor.isCodeOrData, systemTypes >> UInt16(descriptor.type) & 1 == 0 { return false }
        return entry.state.isConforming || max(cpl, entry.rpl) <= descriptor.dpl
    }
}

/// Types of system descriptors (SDM vol. 3, table 3-2).
enum SystemType {
    static let availableTSS16: UInt8 = 1
    static let ldt: UInt8 = 2
    static let busyTSS16: UInt8 = 3
    static let callGate16: UInt8 = 4
    static let taskGate: UInt8 = 5
    static let interruptGate16: UInt8 = 6
    static let trapGate16: UInt8 = 7
    static let availableTSS32: UInt8 = 9
    static let busyTSS32: UInt8 = 11
    static let callGate32: UInt8 = 12
    static let interruptGate32: UInt8 = 14
    static let trapGate32: UInt8 = 15

    /// One bit a type: those that LSL knows (SDM vol. 2, LSL).
    static let withLimit: UInt16 = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 11
    /// Those that LAR knows.
    static let withRights = withLimit | 1 << 4 | 1 << 5 | 1 << 12

    static func isAvailableTSS(_ descriptor: Descriptor) -> Bool {
        !descriptor.isCodeOrData && (descriptor.type == availableTSS16 || descriptor.type == availableTSS32)
    }

    static func isBusyTSS(_ descriptor: Descriptor) -> Bool {
        !descriptor.isCodeOrData && (descriptor.type == busyTSS16 || descriptor.type == busyTSS32)
    }
}

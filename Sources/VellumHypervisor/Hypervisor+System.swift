import VellumExecution
import VellumIA32
import VellumMicroOps

/// SYSENTER and SYSEXIT: fixed flat segments, no stack (SDM vol. 2).
extension Hypervisor {
    func systemEnter() throws(GuestFault) -> CallOutcome {
        guard model.hasSysenter else { throw .invalidOpcode }
        let base = UInt16(truncatingIfNeeded: cpu.pointee.privileged.sysenterCS) & 0xFFFC
        guard cpu.pointee.privileged.isProtected, base != 0 else { throw .generalProtection() }
        clearFlags([.virtual8086, .interrupt, .resume])
        cpu.setSegment(.ss, Hypervisor.flat(base &+ 8, access: 0xC093))
        cpu[.esp] = cpu.pointee.privileged.sysenterESP
        enter(Hypervisor.flat(base, access: 0xC09B), eip: cpu.pointee.privileged.sysenterEIP, privilege: 0)
        return .transfer
    }

    func systemExit() throws(GuestFault) -> CallOutcome {
        guard model.hasSysenter else { throw .invalidOpcode }
        let base = UInt16(truncatingIfNeeded: cpu.pointee.privileged.sysenterCS) & 0xFFFC
        guard cpu.pointee.privileged.isProtected, base != 0 else { throw .generalProtection() }
        try requireSupervisor()
        cpu.setSegment(.ss, Hypervisor.flat(base &+ 24 | 3, access: 0xC0F3))
        cpu[.esp] = cpu[.ecx]
        enter(Hypervisor.flat(base &+ 16 | 3, access: 0xC0FB), eip: cpu[.edx], privilege: 3)
        return .transfer
    }

    /// A segment of the whole 4 GiB, whatever the descriptor tables hold.
    private static func flat(_ selector: UInt16, access: UInt16) -> SegmentState {
        SegmentState(selector: selector, base: 0, limit: 0xFFFF_FFFF, access: access)
    }
}

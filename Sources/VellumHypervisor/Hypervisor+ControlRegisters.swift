import VellumExecution
import VellumIA32
import VellumMicroOps

/// MOV to and from CR0, CR2, CR3 and CR4, LMSW, SMSW, CLTS and INVLPG (SDM vol. 3, section 2.5).
extension Hypervisor {
    /// CR4; the others are read in the cache.
    func readControl(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        try requireSupervisor()
        guard arguments.index == 4, model.isPentium else { throw .invalidOpcode }
        cpu[arguments.first] = cpu.pointee.privileged.cr4
        return .next
    }

    func writeControl(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        try requireSupervisor()
        let value = cpu[arguments.first]
        switch arguments.index {
        case 0: try setControl0(value)
        case 2: cpu.pointee.privileged.cr2 = value
        case 3: try setControl3(value)
        case 4 where model.isPentium: try setControl4(value)
        default: throw .invalidOpcode
        }
        return .endFragment
    }

    /// Segment registers and CPL stay as they are when PE changes, so limits loaded in protected mode work on in real
    /// mode.
    func setControl0(_ value: UInt32) throws(GuestFault) {
        let old = cpu.pointee.privileged.cr0
        let new = value & model.cr0Mask | CR0.et
        if new & CR0.pg != 0, new & CR0.pe == 0 { throw .generalProtection() }
        if new & CR0.nw != 0, new & CR0.cd == 0 { throw .generalProtection() }
        let changed = old ^ new
        if new & CR0.pg != 0, changed & (CR0.pg | CR0.nw | CR0.cd) != 0, hasControl4(CR4.pae) {
            try loadPageDirectoryPointers(cpu.pointee.privileged.cr3)
        }
        cpu.pointee.privileged.cr0 = new
        if changed & (CR0.pg | CR0.pe | CR0.wp) != 0 { mmu.flushAll() }
        mmu.modeChanged()
    }

    func setControl3(_ value: UInt32) throws(GuestFault) {
        if hasControl4(CR4.pae), cpu.pointee.privileged.isPaging { try loadPageDirectoryPointers(value) }
        cpu.pointee.privileged.cr3 = value
        mmu.flushNonGlobal()
    }

    func setControl4(_ value: UInt32) throws(GuestFault) {
        if value & ~model.cr4Mask != 0 { throw .generalProtection() }
        let old = cpu.pointee.privileged.cr4
        let changed = old ^ value
        let isPagingChanged = changed & (CR4.pse | CR4.pae | CR4.pge) != 0
        if isPagingChanged, value & CR4.pae != 0, cpu.pointee.privileged.isPaging {
            try loadPageDirectoryPointers(cpu.pointee.privileged.cr3)
        }
        cpu.pointee.privileged.cr4 = value
        if isPagingChanged { mmu.flushAll() }
        if changed & CR4.de != 0 { updateWatchpoints() }
    }

    /// Under PAE, loading CR3 caches the four page-directory-pointer entries; reserved bits are #GP (SDM vol. 3,
    /// section 4.4.1).
    private func loadPageDirectoryPointers(_ cr3: UInt32) throws(GuestFault) {
        guard let entries = paging.readPointers(cr3) else { throw .generalProtection() }
        cpu.pointee.privileged.pdpt.list = entries
    }

    /// The A20 gate, which the keyboard controller and port 92h drive.
    package func setA20(_ enabled: Bool) {
        guard enabled != cpu.pointee.privileged.a20 else { return }
        cpu.pointee.privileged.a20 = enabled
        cpu.pointee.engine.endRequested = true
        mmu.modeChanged()
    }

    /// LMSW changes PE, MP, EM and TS, and cannot clear PE.
    func loadMachineStatus(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        try requireSupervisor()
        let old = cpu.pointee.privileged.cr0
        let mask = CR0.mp | CR0.em | CR0.ts
        try setControl0(old & ~mask | cpu[arguments.first] & (mask | CR0.pe))
        return .endFragment
    }

    func clearTaskSwitched() throws(GuestFault) -> CallOutcome {
        try requireSupervisor()
        cpu.pointee.privileged.cr0 &= ~CR0.ts
        return .endFragment
    }

    func invalidatePage(_ arguments: CallArguments) throws(GuestFault) -> CallOutcome {
        try requireSupervisor()
        mmu.flushPage(cpu[arguments.first])
        return .endFragment
    }

    /// INVD and WBINVD: there is no cache to flush.
    func flushCaches() throws(GuestFault) -> CallOutcome {
        try requireSupervisor()
        return .next
    }
}

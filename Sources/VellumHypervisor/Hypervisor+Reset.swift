import VellumExecution
import VellumIA32

extension Hypervisor {
    /// Puts the processor into its power-on state (SDM vol. 3, table 9-1).  A20 is the board's and stays.
    package func reset() {
        let a20 = cpu.pointee.privileged.a20
        cpu.pointee.privileged = Privileged()
        cpu.pointee.visible = GuestVisible()
        cpu.floating.powerOn()
        cpu.pointee.modelSpecific = [:]
        cpu.pointee.privileged.a20 = a20
        cpu.pointee.privileged.cr0 = model.level >= .i486 ? CR0.et | CR0.nw | CR0.cd : CR0.et
        cpu.pointee.privileged.ldtr = SegmentState(selector: 0, base: 0, limit: 0xFFFF, access: 0x82)
        cpu.pointee.privileged.tr = SegmentState(selector: 0, base: 0, limit: 0xFFFF, access: 0x8B)
        cpu.pointee.privileged.gdtr = TableRegister(base: 0, limit: 0xFFFF)
        cpu.pointee.privileged.idtr = TableRegister(base: 0, limit: 0xFFFF)
        cpu.pointee.privileged.tscOffset = 0 &- time.timestampCounter(at: cpu.instructions)
        resetModelSpecific()
        cpu.eflags = EFlags.fixed.rawValue
        cpu[.edx] = model.signature
        for segment in SegmentRegister.allCases { cpu.setSegment(segment, .realMode(0)) }
        cpu.setSegment(.cs, SegmentState(selector: 0xF000, base: 0xFFFF_0000, limit: 0xFFFF, access: 0x93))
        cpu.pointee.engine.eip = 0xFFF0
        cpu.pointee.engine.endRequested = true
        mmu.watchpointHits = 0
        updateWatchpoints()
        mmu.flushAll()
        mmu.modeChanged()
    }
}

import VellumExecution
import VellumIA32

extension BareMachine {
    /// Ring 3 as the oracle's cases see it: paging on, segments as `GuestTables` has them.
    func enterUserMode(is16: Bool) {
        var state = Privileged()
        state.cpl = 3
        state.cr0 = CR0.pe | CR0.mp | CR0.et | CR0.ne | CR0.wp | CR0.am | CR0.pg
        state.cr4 = CR4.osfxsr | CR4.osxmmexcpt
        state.cr3 = GuestTables.directory
        state.gdtr = TableRegister(base: GuestTables.linear(GuestTables.gdt), limit: 0x37)
        state.idtr = TableRegister(base: GuestTables.linear(GuestTables.idt), limit: 0x7FF)
        state.ldtr = GuestTables.segment(0x30)
        state.tr = GuestTables.segment(0x18)
        cpu.pointee.privileged = state
        cpu.floating.initialize()
        let data = GuestTables.segment(is16 ? GuestTables.data16 : GuestTables.userData)
        cpu.setSegment(.cs, GuestTables.segment(is16 ? GuestTables.code16 : GuestTables.userCode))
        for segment in [SegmentRegister.ss, .ds, .es] { cpu.setSegment(segment, data) }
        cpu.setSegment(.fs, GuestTables.segment(GuestTables.smallData))
        cpu.setSegment(.gs, GuestTables.segment(GuestTables.smallReadOnly))
    }
}

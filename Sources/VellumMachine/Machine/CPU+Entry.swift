import VellumExecution
import VellumIA32

extension UnsafeMutablePointer where Pointee == CPUState {
    /// Puts the processor where an image starts, from its state after reset.  Interrupts are off.
    func enter(_ entry: BootPlan.Entry) {
        switch entry.mode {
        case .reset: return
        case .real(let code, let data):
            for segment in SegmentRegister.allCases {
                setSegment(segment, .realMode(segment == .cs ? code : data))
            }
        case .flat32(let gdt, let limit, let code, let data):
            pointee.privileged.cr0 |= CR0.pe
            pointee.privileged.gdtr = TableRegister(base: gdt, limit: limit)
            for segment in SegmentRegister.allCases {
                let isCode = segment == .cs
                // Present, ring 0, accessed, 32-bit, 4 KiB units: execute/read and read/write.
                setSegment(
                    segment,
                    SegmentState(
                        selector: isCode ? code : data, base: 0, limit: 0xFFFF_FFFF, access: isCode ? 0xC09B : 0xC093))
            }
        }
        pointee.engine.eip = entry.eip
        self[.esp] = entry.esp
        self[.eax] = entry.eax
        self[.ebx] = entry.ebx
        self[.esi] = entry.esi
    }
}

import VellumIA32
import VellumMicroOps

extension UnsafeMutablePointer where Pointee == CPUState {
    /// The mode bits of a fragment that would run now.
    package var fragmentMode: FragmentMode {
        let privileged = pointee.privileged
        var mode = FragmentMode.cpl(privileged.cpl)
        func insert(_ bit: FragmentMode, when condition: Bool) { if condition { mode.insert(bit) } }
        insert(.code32, when: privileged[.cs].isBig)
        insert(.stack32, when: privileged[.ss].isBig)
        insert(.protected, when: privileged.isProtected)
        insert(.virtual8086, when: privileged.isVirtual8086)
        insert(.paging, when: privileged.isPaging)
        insert(.singleStep, when: privileged.systemFlags & EFlags.trap.rawValue != 0)
        insert(.taskSwitched, when: privileged.cr0 & CR0.ts != 0)
        insert(.emulation, when: privileged.cr0 & CR0.em != 0)
        insert(.monitorCoprocessor, when: privileged.cr0 & CR0.mp != 0)
        insert(.osfxsr, when: privileged.cr4 & CR4.osfxsr != 0)
        insert(.breakpoints, when: privileged.hasCodeBreakpoints)
        insert(.shadow, when: privileged.shadow != .none)
        for segment in SegmentRegister.allCases where privileged[segment].isFlat(asCode: segment == .cs) {
            mode.insert(.flat(segment))
        }
        return mode
    }
}

extension SegmentState {
    /// Base zero and the whole 4 GiB, readable, and writable unless it is code in CS.
    package func isFlat(asCode: Bool) -> Bool {
        base == 0 && limit == 0xFFFF_FFFF && isPresent && isReadable && !isExpandDown && (asCode || isWritable)
    }
}

extension Privileged {
    /// DR7 enables a breakpoint on instruction execution.
    package var hasCodeBreakpoints: Bool {
        let control = debug[7]
        return (0..<4).contains { number in
            control >> UInt32(number * 2) & 3 != 0 && control >> UInt32(16 + number * 4) & 3 == 0
        }
    }
}

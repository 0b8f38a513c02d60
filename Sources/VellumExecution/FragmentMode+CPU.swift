import VellumIA32
import VellumMicroOps

extension UnsafeMutablePointer where Pointee == CPUState {
    /// The mode bits of a fragment that would run now.
    package var fragmentMode: FragmentMode {
        var bits = UInt32(pointee.privileged.cpl & 3) << 2
        let flags = pointee.privileged.systemFlags
        let cr0 = pointee.privileged.cr0
        func bit(_ mode: FragmentMode, _ condition: Bool) -> UInt32 { condition ? mode.rawValue : 0 }
        bits |= bit(.code32, pointee.privileged[.cs].isBig) | bit(.stack32, pointee.privileged[.ss].isBig)
        bits |= bit(.protected, cr0 & CR0.pe != 0) | bit(.virtual8086, flags & EFlags.virtual8086.rawValue != 0)
        bits |= bit(.paging, cr0 & CR0.pg != 0) | bit(.singleStep, flags & EFlags.trap.rawValue != 0)
        bits |= bit(.taskSwitched, cr0 & CR0.ts != 0) | bit(.emulation, cr0 & CR0.em != 0)
        bits |= bit(.monitorCoprocessor, cr0 & CR0.mp != 0)
        bits |= bit(.osfxsr, pointee.privileged.cr4 & CR4.osfxsr != 0)
        if pointee.privileged.debug[7] & 0xFF != 0 { bits |= bit(.breakpoints, pointee.privileged.hasCodeBreakpoints) }
        bits |= flatBit(.es) | flatBit(.cs) | flatBit(.ss) | flatBit(.ds) | flatBit(.fs) | flatBit(.gs)
        return FragmentMode(rawValue: bits)
    }

    private func flatBit(_ segment: SegmentRegister) -> UInt32 {
        pointee.privileged[segment].isFlat(asCode: segment == .cs) ? FragmentMode.flat(segment).rawValue : 0
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

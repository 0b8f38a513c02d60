import VellumIA32
import VellumMicroOps

extension UnsafeMutablePointer where Pointee == CPUState {
    /// The mode bits of a fragment that would run now.  Asked for at every fragment that ends in a hypervisor call, so
    /// each bit is moved from where the processor keeps it to where `FragmentMode` wants it, without branches.
    @inline(__always) package var fragmentMode: FragmentMode {
        let cr0 = pointee.privileged.cr0
        let flags = pointee.privileged.systemFlags
        var bits = UInt32(pointee.privileged.cpl & 3) &<< 2 | pointee.engine.flatSegments
        // Access bit 14 is D of code and B of stacks.
        bits |= UInt32(pointee.privileged[.cs].access &>> 14 & 1)
        bits |= UInt32(pointee.privileged[.ss].access &>> 14 & 1) &<< 1
        // CR0: PE (0), MP (1), EM (2), TS (3), PG (31).
        bits |= (cr0 & 1) &<< 4 | (cr0 &>> 1 & 1) &<< 10 | (cr0 &>> 2 & 1) &<< 9
        bits |= (cr0 &>> 3 & 1) &<< 8 | (cr0 &>> 31) &<< 6
        // EFLAGS: TF (8), VM (17); CR4: OSFXSR (9).
        bits |= (flags &>> 8 & 1) &<< 7 | (flags &>> 17 & 1) &<< 5 | (pointee.privileged.cr4 &>> 9 & 1) &<< 20
        if pointee.privileged.debug[7] & 0xFF != 0, pointee.privileged.hasCodeBreakpoints { bits |= 1 &<< 18 }
        return FragmentMode(rawValue: bits)
    }
}

extension Privileged {
    /// DR7 enables a breakpoint on instruction execution.
    package var hasCodeBreakpoints: Bool {
        let control = debug[7]
        return (0..<4).contains { number in
            control &>> UInt32(number * 2) & 3 != 0 && control &>> UInt32(16 + number * 4) & 3 == 0
        }
    }
}

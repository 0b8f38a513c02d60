import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

@Suite struct FlagsTests {
    private func pop(_ bench: Bench, _ value: UInt32, size: UInt8 = 4) throws -> CallOutcome {
        bench.pushWords([value], size: UInt32(size))
        return try bench.run(.popf, CallArguments(size: size))
    }

    @Test func levelZeroChangesAllButVirtualFlags() throws {
        let bench = try Bench()
        bench.enterProtected()
        #expect(try pop(bench, ~0) == .endFragment)
        #expect(bench.cpu.eflags == 0x0024_7FD7)
        #expect(bench.cpu.visible.pointee.direction == -1)
        _ = try bench.run(.pushf)
        #expect(bench.stack(1) == [0x0024_7FD7])
        #expect(try pop(bench, 0, size: 2) == .endFragment)
        #expect(bench.cpu.eflags == 0x0024_0002)
    }

    /// The heart of it: POPF at level 3 drops IF and IOPL without a trap.
    @Test func userLevelSilentlyKeepsInterruptsAndIOPL() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        bench.cpu.eflags = EFlags.interrupt.rawValue
        #expect(try pop(bench, 0x3000) == .next)
        #expect(bench.cpu.eflags == 0x202)
        bench.cpu.eflags = 0x3202
        #expect(try pop(bench, 0) == .next)
        #expect(bench.cpu.eflags == 0x3002)
    }

    @Test func plainFlagsStayInTheFragment() throws {
        let bench = try Bench()
        #expect(try pop(bench, 0x0CD5, size: 2) == .next)
        #expect(try pop(bench, 0x0ED5, size: 2) == .endFragment)
        #expect(try pop(bench, 0x0ED5, size: 2) == .next)
        #expect(try pop(bench, 0x0FD5, size: 2) == .endFragment)
    }

    @Test func olderProcessorsLackFlags() throws {
        let bench = try Bench(ProcessorModel(.i386))
        _ = try pop(bench, ~0)
        #expect(bench.cpu.eflags == 0x7FD7)
        let later = try Bench(ProcessorModel(.i486))
        _ = try pop(later, ~0)
        #expect(later.cpu.eflags == 0x0024_7FD7)
    }

    @Test func stackLimits() throws {
        let bench = try Bench()
        bench.cpu[.esp] = 0x1_0001
        #expect(bench.fault(.pushf, CallArguments(size: 2)) == stackFault(0))
        #expect(bench.cpu[.esp] == 0x1_0001)
        bench.cpu[.esp] = 0x1_0000
        #expect(bench.fault(.pushf, CallArguments(size: 2)) == nil)
        #expect(bench.cpu[.esp] == 0x1_FFFE)
        bench.cpu[.esp] = 0xFFFF
        #expect(bench.fault(.popf, CallArguments(size: 2)) == stackFault(0))
        // Expand-down: valid above the limit only.
        bench.enterProtected()
        bench.cpu.setSegment(.ss, SegmentState(selector: 0x10, base: 0, limit: 0xFFF, access: 0x4097))
        bench.cpu[.esp] = 0x1003
        #expect(bench.fault(.pushf) == stackFault(0))
        bench.cpu[.esp] = 0x1004
        #expect(bench.fault(.pushf) == nil)
    }

    @Test func interruptFlagNeedsIOPL() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        #expect(bench.fault(.sti) == generalProtection(0))
        bench.cpu.eflags = 0x3002
        #expect(try bench.run(.sti) == .endFragment)
        #expect(bench.cpu.pointee.privileged.shadow == .sti)
        #expect(try bench.run(.sti) == .next)
        #expect(try bench.run(.cli) == .next)
        #expect(bench.cpu.eflags == 0x3002)
    }
}

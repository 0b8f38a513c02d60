import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

@Suite struct VirtualModeTests {
    static let vm = EFlags.virtual8086.rawValue

    @Test func interruptPushesTheDataSegmentsAndReturnRestoresThem() throws {
        let bench = try Bench()
        bench.enterVirtual(iopl: 3)
        bench.gate(0x40, .gate(Bench.code0, 0x6000, access: 0xEE))
        _ = try bench.run(.int, CallArguments(immediate: 0x40))
        #expect(bench.cpu.pointee.privileged.cpl == 0)
        #expect(bench.cpu.eflags == 0x3002)
        let frame: [UInt32] = [
            0x102, 0x1000, VirtualModeTests.vm | 0x3002, 0x800, 0x2000, 0x3000, 0x3100, 0x3200, 0x3300,
        ]
        #expect(bench.stack(9) == frame)
        #expect(bench.selector(.ds) == 0)
        #expect(!bench.cpu.pointee.privileged[.gs].isPresent)
        _ = try bench.run(.iret)
        #expect(bench.cpu.pointee.privileged.isVirtual8086)
        #expect(bench.cpu.pointee.privileged.cpl == 3)
        #expect(bench.cpu.pointee.privileged[.cs] == .realMode(0x1000, dpl: 3))
        #expect(bench.cpu.pointee.privileged[.gs] == .realMode(0x3300, dpl: 3))
        #expect(bench.cpu[.esp] == 0x800)
        #expect(bench.eip == 0x102)
    }

    @Test func handlerMustBeAtLevelZero() throws {
        let bench = try Bench()
        bench.enterVirtual(iopl: 3)
        bench.gate(0x40, .gate(Bench.code3, 0x6000, access: 0xEE))
        #expect(bench.fault(.int, CallArguments(immediate: 0x40)) == generalProtection(0x18))
        bench.gate(0x40, .gate(Bench.conforming0, 0x6000, access: 0xEE))
        #expect(bench.fault(.int, CallArguments(immediate: 0x40)) == generalProtection(0x38))
    }

    @Test func sensitiveInstructionsNeedIOPL3() throws {
        let bench = try Bench()
        bench.enterVirtual(iopl: 0)
        for call in [HypervisorCall.pushf, .popf, .cli, .sti, .iret] {
            #expect(bench.fault(call, CallArguments(size: 2)) == generalProtection(0), "\(call)")
        }
        #expect(bench.fault(.int, CallArguments(immediate: 0x40)) == generalProtection(0))
        #expect(bench.fault(.hlt) == generalProtection(0))
        #expect(bench.fault(.lar) == .invalidOpcode)
        #expect(bench.fault(.lldt) == .invalidOpcode)
        // INT3 goes to the monitor whatever IOPL is.
        bench.gate(3, .gate(Bench.code0, 0x6000, access: 0xEE))
        #expect(bench.fault(.int3) == nil)
    }

    @Test func flagsWithIOPL3() throws {
        let bench = try Bench()
        bench.enterVirtual(iopl: 3)
        bench.pushWords([0xFFFF_FFFF & ~VirtualModeTests.vm])
        _ = try bench.run(.popf)
        // IOPL, VM, VIF and VIP stay; RF is cleared.
        #expect(bench.cpu.eflags == VirtualModeTests.vm | 0x0024_7FD7)
        bench.pushWords([0x10, 0x1100, 2], size: 2)
        _ = try bench.run(.iret, CallArguments(size: 2))
        #expect(bench.cpu.pointee.privileged[.cs].base == 0x11000)
        #expect(bench.cpu.pointee.privileged.iopl == 3)
    }

    // MARK: VME

    /// A TSS with a redirection bitmap of zeroes at 104 and the I/O map after it.
    private func withBitmap(iopl: UInt32) throws -> Bench {
        let bench = try Bench()
        bench.enterVirtual(iopl: iopl, vme: true)
        bench.poke(Bench.tss + 100, 136 << 16)
        bench.cpu.pointee.privileged.tr.limit = 0x200
        bench.poke(0x21 * 4, 0x0500_0040)
        return bench
    }

    @Test func redirectedInterruptUsesTheProgramsOwnTable() throws {
        let bench = try withBitmap(iopl: 0)
        bench.cpu.eflags |= EFlags.virtualInterrupt.rawValue
        _ = try bench.run(.int, CallArguments(immediate: 0x21))
        #expect(bench.eip == 0x40)
        #expect(bench.selector(.cs) == 0x500)
        // IOPL reads as 3 and IF is VIF.
        #expect(bench.stack(3, size: 2) == [0x102, 0x1000, 0x3202])
        #expect(bench.cpu.eflags == VirtualModeTests.vm | 2)
        // IRET puts IF back into VIF.
        _ = try bench.run(.iret, CallArguments(size: 2))
        #expect(bench.cpu.eflags == VirtualModeTests.vm | EFlags.virtualInterrupt.rawValue | 2)
    }

    @Test func redirectedInterruptWithIOPL3() throws {
        let bench = try withBitmap(iopl: 3)
        bench.cpu.eflags |= EFlags.interrupt.rawValue
        _ = try bench.run(.int, CallArguments(immediate: 0x21))
        #expect(bench.stack(3, size: 2) == [0x102, 0x1000, 0x3202])
        #expect(bench.cpu.eflags == VirtualModeTests.vm | 0x3002)
    }

    @Test func setBitSendsTheInterruptToTheMonitor() throws {
        let bench = try withBitmap(iopl: 0)
        bench.poke(Bench.tss + 104 + 0x21 / 8, 1 << (0x21 % 8), width: 1)
        #expect(bench.fault(.int, CallArguments(immediate: 0x21)) == generalProtection(0))
        let other = try withBitmap(iopl: 3)
        other.poke(Bench.tss + 104 + 0x21 / 8, 1 << (0x21 % 8), width: 1)
        other.gate(0x21, .gate(Bench.code0, 0x6000, access: 0xEE))
        _ = try other.run(.int, CallArguments(immediate: 0x21))
        #expect(other.cpu.pointee.privileged.cpl == 0)
    }

    @Test func virtualInterruptFlag() throws {
        let bench = try withBitmap(iopl: 0)
        let vif = EFlags.virtualInterrupt.rawValue
        _ = try bench.run(.sti)
        #expect(bench.cpu.eflags == VirtualModeTests.vm | vif | 2)
        _ = try bench.run(.pushf, CallArguments(size: 2))
        #expect(bench.stack(1, size: 2) == [0x3202])
        #expect(bench.fault(.pushf, CallArguments(size: 4)) == generalProtection(0))
        _ = try bench.run(.cli)
        #expect(bench.cpu.eflags == VirtualModeTests.vm | 2)
        bench.cpu.eflags |= EFlags.virtualInterruptPending.rawValue
        #expect(bench.fault(.sti) == generalProtection(0))
        // POPF that would set VIF while one is pending, or TF.
        #expect(bench.fault(.popf, CallArguments(size: 2)) == generalProtection(0))
        bench.cpu.eflags = VirtualModeTests.vm
        bench.pushWords([0x102], size: 2)
        #expect(bench.fault(.popf, CallArguments(size: 2)) == generalProtection(0))
        bench.pushWords([0x202], size: 2)
        #expect(bench.fault(.popf, CallArguments(size: 2)) == nil)
        #expect(bench.cpu.eflags == VirtualModeTests.vm | vif | 2)
    }

    @Test func protectedModeVirtualInterrupts() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        #expect(bench.fault(.cli) == generalProtection(0))
        bench.cpu.pointee.privileged.cr4 |= CR4.pvi
        #expect(bench.fault(.sti) == nil)
        #expect(bench.cpu.eflags == EFlags.virtualInterrupt.rawValue | 2)
        #expect(bench.fault(.cli) == nil)
        #expect(bench.cpu.eflags == 2)
        bench.cpu.eflags = EFlags.virtualInterruptPending.rawValue
        #expect(bench.fault(.sti) == generalProtection(0))
    }
}

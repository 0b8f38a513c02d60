import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

@Suite struct InterruptTests {
    static let ifFlag = EFlags.interrupt.rawValue

    // MARK: Real mode

    @Test func realModeInterruptAndReturn() throws {
        let bench = try Bench()
        bench.poke(0x21 * 4, 0x2000_0030)
        bench.cpu.eflags = 0x303 | EFlags.trap.rawValue
        #expect(try bench.run(.int, CallArguments(immediate: 0x21)) == .transfer)
        #expect(bench.eip == 0x30)
        #expect(bench.cpu.pointee.privileged[.cs].base == 0x20000)
        #expect(bench.stack(3, size: 2) == [0x102, 0, 0x303])
        #expect(bench.cpu.eflags == 0x003)
        #expect(try bench.run(.iret, CallArguments(size: 2)) == .transfer)
        #expect(bench.eip == 0x102)
        #expect(bench.cpu.eflags == 0x303)
        #expect(bench.cpu[.esp] == 0x7000)
    }

    @Test func realModeTableLimit() throws {
        let bench = try Bench()
        bench.cpu.pointee.privileged.idtr.limit = 0x86
        #expect(bench.fault(.int, CallArguments(immediate: 0x21)) == generalProtection(0x10A))
        bench.cpu.pointee.privileged.idtr.limit = 0x87
        #expect(bench.fault(.int, CallArguments(immediate: 0x21)) == nil)
    }

    @Test func realModeFaultsPushNoErrorCode() throws {
        let bench = try Bench()
        bench.poke(13 * 4, 0x0000_0600)
        #expect(bench.hypervisor.deliver(generalProtection(0x18)) == .delivered)
        #expect(bench.stack(3, size: 2) == [0x100, 0, 2])
        #expect(bench.cpu[.esp] == 0x7000 - 6)
    }

    // MARK: Gates

    @Test func interruptGateOnTheSameLevel() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.cpu.eflags = InterruptTests.ifFlag | EFlags.nestedTask.rawValue
        bench.gate(0x40, .gate(Bench.code0, 0x0012_3456, access: 0x8E))
        _ = try bench.run(.int, CallArguments(immediate: 0x40))
        #expect(bench.eip == 0x0012_3456)
        #expect(bench.stack(3) == [0x102, UInt32(Bench.code0), 0x4202])
        #expect(bench.cpu.eflags == 2)
    }

    @Test func trapGateLeavesInterruptsOn() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.cpu.eflags = InterruptTests.ifFlag
        bench.gate(0x40, .gate(Bench.code0, 0xFFFF_0500, access: 0x87))
        _ = try bench.run(.int, CallArguments(immediate: 0x40))
        #expect(bench.eip == 0x500)
        #expect(bench.stack(3, size: 2) == [0x102, UInt32(Bench.code0), 0x202])
        #expect(bench.cpu.eflags == 0x202)
    }

    @Test func faultFromUserLevelAndReturn() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        bench.cpu.eflags = InterruptTests.ifFlag
        bench.gate(13, .gate(Bench.code0, 0x6000, access: 0x8E))
        #expect(bench.hypervisor.deliver(generalProtection(0x1234)) == .delivered)
        #expect(bench.cpu.pointee.privileged.cpl == 0)
        let frame: [UInt32] = [0x1234, 0x100, UInt32(Bench.code3), 0x1_0202, 0xB000, UInt32(Bench.data3)]
        #expect(bench.stack(6) == frame)
        #expect(bench.cpu[.esp] == Bench.stacks[0] - 24)
        bench.cpu[.esp] += 4
        _ = try bench.run(.iret)
        #expect(bench.eip == 0x100)
        #expect(bench.cpu.pointee.privileged.cpl == 3)
        #expect(bench.cpu.eflags == 0x1_0202)
        #expect(bench.cpu[.esp] == 0xB000)
        // The data segments were flat data of level 3 all along.
        #expect(bench.selector(.ds) == Bench.data3)
    }

    @Test func gatesThatAreRefused() throws {
        let bench = try Bench()
        bench.enterProtected()
        func int(_ vector: UInt32) -> GuestFault? { bench.fault(.int, CallArguments(immediate: vector)) }
        let code: UInt32 = 0x40 * 8 + 2
        #expect(int(0x40) == generalProtection(code))
        bench.gate(0x40, .gate(Bench.code0, 0, access: 0x0E))
        #expect(int(0x40) == notPresent(code))
        bench.gate(0x40, .gate(0, 0, access: 0x8E))
        #expect(int(0x40) == generalProtection(0))
        bench.gate(0x40, .gate(Bench.data0, 0, access: 0x8E))
        #expect(int(0x40) == generalProtection(0x10))
        bench.gate(0x40, .gate(Bench.code3, 0, access: 0x8E))
        #expect(int(0x40) == generalProtection(0x18))
        bench.cpu.pointee.privileged.idtr.limit = 0x206
        #expect(int(0x40) == generalProtection(code))
    }

    @Test func gatePrivilegeCountsForSoftwareOnly() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        bench.gate(3, .gate(Bench.code0, 0x600, access: 0x8E))
        bench.gate(1, .gate(Bench.code0, 0x700, access: 0x8E))
        #expect(bench.fault(.int3) == generalProtection(3 * 8 + 2))
        #expect(bench.hypervisor.deliver(GuestFault(.breakpoint)) == .delivered)
        bench.setLevel(3)
        #expect(bench.fault(.icebp) == nil)
        #expect(bench.eip == 0x700)
        #expect(bench.stack(1) == [0x102])
    }

    @Test func overflowTrapLooksAtOF() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.gate(4, .gate(Bench.code0, 0x600, access: 0x8F))
        #expect(try bench.run(.into) == .next)
        bench.cpu.eflags = EFlags.overflow.rawValue
        #expect(try bench.run(.into) == .transfer)
    }

    @Test func externalInterruptWakesAndHonoursTheShadow() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.gate(0x20, .gate(Bench.code0, 0x600, access: 0x8E))
        #expect(try bench.run(.sti) == .endFragment)
        #expect(!bench.hypervisor.canTakeInterrupt)
        bench.cpu.pointee.privileged.shadow = .none
        #expect(bench.hypervisor.canTakeInterrupt)
        #expect(try bench.run(.hlt) == .endFragment)
        #expect(bench.cpu.pointee.privileged.halted)
        #expect(bench.hypervisor.deliverInterrupt(vector: 0x20) == .delivered)
        #expect(!bench.cpu.pointee.privileged.halted)
        #expect(!bench.hypervisor.canTakeInterrupt)
        // RF is not set for an interrupt.
        #expect(bench.stack(3)[2] == 0x202)
    }

    @Test func nonMaskableInterruptsWaitForReturn() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.gate(2, .gate(Bench.code0, 0x600, access: 0x8E))
        #expect(bench.hypervisor.deliverNMI() == .delivered)
        #expect(!bench.hypervisor.canTakeNMI)
        _ = try bench.run(.iret)
        #expect(bench.hypervisor.canTakeNMI)
    }

    // MARK: IRET

    @Test func returnChangesOnlyTheFlagsItMay() throws {
        let bench = try Bench()
        bench.enterProtected()
        let all: UInt32 = 0x003D_7FD7
        bench.pushWords([0x500, UInt32(Bench.code0), all])
        _ = try bench.run(.iret)
        #expect(bench.cpu.eflags == all)
        bench.setLevel(3)
        bench.cpu.eflags = 2
        bench.pushWords([0x500, UInt32(Bench.code3), all])
        _ = try bench.run(.iret)
        // Not IF, IOPL, VIF and VIP.
        #expect(bench.cpu.eflags == 0x0025_4DD7)
        bench.cpu.eflags = 2
        bench.pushWords([0x500, UInt32(Bench.code3), 0xFFFF], size: 2)
        _ = try bench.run(.iret, CallArguments(size: 2))
        #expect(bench.cpu.eflags == 0x4DD7)
    }

    @Test func returnChecksTheNewEIP() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.describe(8, .segment(limit: 0xFF, access: 0x409A))
        bench.pushWords([0x100, 0x40, 2])
        let top = bench.cpu[.esp]
        #expect(bench.fault(.iret) == generalProtection(0))
        #expect(bench.cpu[.esp] == top)
        #expect(bench.selector(.cs) == Bench.code0)
    }
}

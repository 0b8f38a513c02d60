import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

/// SDM vol. 3, section 6.15, interrupt 8.
@Suite struct FaultChainTests {
    private func protected() throws -> Bench {
        let bench = try Bench()
        bench.enterProtected()
        return bench
    }

    private func handler(_ bench: Bench, _ vector: Int) {
        bench.gate(vector, .gate(Bench.code0, UInt32(vector) << 8, access: 0x8E))
    }

    @Test func benignFaultThenContributoryIsHandledAlone() throws {
        let bench = try protected()
        handler(bench, 13)
        #expect(bench.hypervisor.deliver(.invalidOpcode) == .delivered)
        #expect(bench.eip == 13 << 8)
        // EXT is set: the program did not ask for vector 6.
        #expect(bench.stack(2) == [6 * 8 + 2 + 1, 0x100])
    }

    @Test func contributoryThenContributoryIsADoubleFault() throws {
        let bench = try protected()
        handler(bench, 8)
        #expect(bench.hypervisor.deliver(GuestFault(.divideError)) == .delivered)
        #expect(bench.eip == 8 << 8)
        #expect(bench.stack(2) == [0, 0x100])
    }

    @Test func doubleFaultWithoutHandlerShutsDown() throws {
        let bench = try protected()
        #expect(bench.hypervisor.deliver(GuestFault(.divideError)) == .shutdown)
        let real = try Bench()
        real.cpu.pointee.privileged.idtr.limit = 0
        #expect(real.hypervisor.deliver(.invalidOpcode) == .shutdown)
    }

    /// Paging with an identity map of the first 4 MiB, but for the pages in `holes`.
    private func withPaging(_ bench: Bench, holes: [UInt32]) {
        bench.poke(0x20000, 0x21000 | 7)
        for page in UInt32(0)..<1024 { bench.poke(0x21000 + page * 4, holes.contains(page) ? 0 : page << 12 | 7) }
        bench.cpu.pointee.privileged.cr3 = 0x20000
        bench.cpu.pointee.privileged.cr0 |= CR0.pg
        bench.mmu.flushAll()
    }

    @Test func contributoryThenPageFaultIsHandledAlone() throws {
        let bench = try protected()
        bench.poke(0x21000, 0)
        handler(bench, 14)
        // The IDT's first page is there, the one with vector 13's handler stack is not.
        bench.gate(13, .gate(0x100 - 8, 0, access: 0x8E))
        bench.cpu.pointee.privileged.gdtr = TableRegister(base: 0x2F_FF80, limit: 0xFF)
        for word in UInt32(0)..<16 { bench.poke(0x2F_FF80 + word * 4, bench.peek(Bench.gdt + word * 4)) }
        withPaging(bench, holes: [0x300])
        #expect(bench.hypervisor.deliver(generalProtection(0)) == .delivered)
        #expect(bench.eip == 14 << 8)
        #expect(bench.cpu.pointee.privileged.cr2 == 0x30_0078)
        #expect(bench.stack(1) == [0])
    }

    @Test func pageFaultThenPageFaultIsADoubleFault() throws {
        let bench = try protected()
        handler(bench, 8)
        bench.cpu.pointee.privileged.idtr = TableRegister(base: 0x2F_FF90, limit: 0x7FF)
        for word in UInt32(0)..<28 { bench.poke(0x2F_FF90 + word * 4, bench.peek(Bench.idt + word * 4)) }
        withPaging(bench, holes: [0x300])
        let fault = GuestFault(.pageFault, errorCode: 2, address: 0x1234)
        #expect(bench.hypervisor.deliver(fault) == .delivered)
        #expect(bench.eip == 8 << 8)
        #expect(bench.cpu.pointee.privileged.cr2 == 0x30_0000)
    }

    @Test func pageFaultThenContributoryIsADoubleFault() throws {
        let bench = try protected()
        handler(bench, 8)
        let fault = GuestFault(.pageFault, errorCode: 2, address: 0x1234)
        #expect(bench.hypervisor.deliver(fault) == .delivered)
        #expect(bench.eip == 8 << 8)
        #expect(bench.cpu.pointee.privileged.cr2 == 0x1234)
    }

    @Test func alignmentFaultsOnTheHandlersStackDoNotHang() throws {
        let bench = try protected()
        bench.setLevel(3)
        bench.cpu.pointee.privileged.cr0 |= CR0.am
        bench.cpu.eflags = EFlags.alignmentCheck.rawValue
        bench.mmu.modeChanged()
        bench.cpu[.esp] = 0xB001
        bench.gate(17, .gate(Bench.code3, 0, access: 0xEE))
        #expect(bench.hypervisor.deliver(GuestFault(.alignmentCheck)) == .shutdown)
    }

    // MARK: Debug exceptions

    @Test func debugFaultSetsDR6AndClearsGD() throws {
        let bench = try protected()
        handler(bench, 1)
        bench.cpu[.t0] = 1 << 13
        _ = try bench.run(.writeDebug, CallArguments(index: 7))
        let fault = try #require(bench.fault(.readDebug, CallArguments(index: 0)))
        #expect(fault == GuestFault(.debug, errorCode: DR6.bd))
        #expect(bench.hypervisor.deliver(fault) == .delivered)
        #expect(bench.cpu.pointee.privileged.debug[6] == 0xFFFF_2FF0)
        #expect(bench.cpu.pointee.privileged.debug[7] == 0x400)
        #expect(bench.stack(3)[2] & EFlags.resume.rawValue != 0)
    }

    @Test func singleStepTrap() throws {
        let bench = try protected()
        handler(bench, 1)
        bench.cpu.eflags = EFlags.trap.rawValue
        #expect(bench.hypervisor.deliverDebugTrap(dr6: DR6.bs) == .delivered)
        #expect(bench.cpu.pointee.privileged.debug[6] == 0xFFFF_4FF0)
        #expect(bench.stack(3) == [0x100, UInt32(Bench.code0), 0x102])
        #expect(bench.cpu.eflags == 2)
    }

    @Test func codeBreakpointAndResumeFlag() throws {
        let bench = try protected()
        handler(bench, 1)
        bench.cpu[.t0] = 0x100
        _ = try bench.run(.writeDebug, CallArguments(index: 1))
        bench.cpu[.t0] = 1 << 2
        _ = try bench.run(.writeDebug, CallArguments(index: 7))
        let fault = try #require(bench.hypervisor.codeBreakpoint())
        #expect(fault == GuestFault(.debug, errorCode: 2))
        bench.cpu.eflags = EFlags.resume.rawValue
        #expect(bench.hypervisor.codeBreakpoint() == nil)
        bench.hypervisor.clearResumeFlag()
        #expect(bench.hypervisor.deliver(fault) == .delivered)
        #expect(bench.stack(3)[2] == 2)
    }
}

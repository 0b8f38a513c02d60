import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

@Suite struct SystemRegisterTests {
    private func writeFault(_ bench: Bench, _ number: UInt8, _ value: UInt32) -> GuestFault? {
        bench.cpu[.t0] = value
        return bench.fault(.writeControl, CallArguments(index: number))
    }

    @Test func reset() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.hypervisor.reset()
        #expect(bench.cpu.eflags == 2)
        #expect(bench.eip == 0xFFF0)
        #expect(bench.cpu.pointee.privileged.cr0 == 0x6000_0010)
        #expect(bench.cpu.pointee.privileged[.cs].base == 0xFFFF_0000)
        #expect(bench.cpu[.edx] == 0x686)
        #expect(bench.cpu.fragmentMode.cpl == 0)
        #expect(!bench.cpu.fragmentMode.contains(.protected))
    }

    // MARK: Control registers

    @Test func controlRegisterChecks() throws {
        let bench = try Bench()
        #expect(writeFault(bench, 0, CR0.pg) == generalProtection(0))
        #expect(writeFault(bench, 0, CR0.nw) == generalProtection(0))
        #expect(writeFault(bench, 0, 0x0FF8_FFC0 & ~CR0.am & ~CR0.wp) == nil)
        #expect(bench.cpu.pointee.privileged.cr0 == CR0.et)
        #expect(writeFault(bench, 4, CR4.osfxsr | CR4.osxmmexcpt) == nil)
        #expect(writeFault(bench, 4, 1 << 11) == generalProtection(0))
        let plain = try Bench(ProcessorModel(.pentium))
        #expect(writeFault(plain, 4, CR4.osfxsr) == generalProtection(0))
        #expect(writeFault(bench, 4, CR4.mce) == generalProtection(0))
        #expect(writeFault(bench, 1, 0) == .invalidOpcode)
        bench.enterProtected()
        bench.setLevel(3)
        #expect(writeFault(bench, 0, 0) == generalProtection(0))
        #expect(bench.fault(.readControl, CallArguments(index: 0)) == generalProtection(0))
        #expect(bench.fault(.clts) == generalProtection(0))
        #expect(bench.fault(.smsw) == nil)
        let old = try Bench(ProcessorModel(.i386))
        #expect(writeFault(old, 4, 0) == .invalidOpcode)
        #expect(writeFault(old, 0, ~0 & ~CR0.pg) == nil)
        #expect(old.cpu.pointee.privileged.cr0 == 0x1F)
    }

    @Test func protectedModeSwitchKeepsSegments() throws {
        let bench = try Bench()
        bench.enterProtected()
        _ = try bench.writeControl(0, CR0.et)
        #expect(bench.cpu.pointee.privileged[.ds].limit == ~0)
        _ = try bench.load(.ds, 0x1000)
        #expect(bench.cpu.pointee.privileged[.ds].limit == ~0)
        #expect(bench.cpu.pointee.privileged[.ds].base == 0x10000)
    }

    @Test func machineStatusWord() throws {
        let bench = try Bench()
        bench.cpu[.t0] = 0xFFFF_000B
        _ = try bench.run(.lmsw)
        #expect(bench.cpu.pointee.privileged.isProtected)
        bench.cpu[.t0] = 0
        _ = try bench.run(.lmsw)
        #expect(bench.cpu.pointee.privileged.cr0 & 15 == CR0.pe)
        bench.cpu.pointee.privileged.cr0 |= CR0.ts
        #expect(try bench.run(.clts) == .endFragment)
        #expect(try bench.run(.clts) == .next)
    }

    // MARK: Debug registers

    @Test func debugRegisters() throws {
        let bench = try Bench()
        bench.cpu[.t0] = 0
        _ = try bench.run(.writeDebug, CallArguments(index: 4))
        #expect(bench.cpu.pointee.privileged.debug[6] == 0xFFFF_0FF0)
        bench.cpu[.t0] = ~(1 << 13)
        _ = try bench.run(.writeDebug, CallArguments(index: 5))
        #expect(bench.cpu.pointee.privileged.debug[7] == 0xFFFF_07FF)
        _ = try bench.writeControl(4, CR4.de)
        #expect(bench.fault(.readDebug, CallArguments(index: 4)) == .invalidOpcode)
        bench.cpu[.t0] = 0x1003
        _ = try bench.run(.writeDebug, CallArguments(index: 0))
        bench.cpu[.t0] = 0xD << 16 | 1
        _ = try bench.run(.writeDebug, CallArguments(index: 7))
        #expect(bench.mmu.watchpoints == [Watchpoint(address: 0x1000, length: 4, onRead: false, number: 0)])
    }

    // MARK: Tables and selectors

    @Test func descriptorTables() throws {
        let bench = try Bench()
        bench.cpu[.t0] = 0x1234
        bench.cpu[.t1] = 0x8765_4321
        _ = try bench.run(.lgdt, CallArguments(size: 2))
        #expect(bench.cpu.pointee.privileged.gdtr == TableRegister(base: 0x0065_4321, limit: 0x1234))
        _ = try bench.run(.lidt, CallArguments(size: 4))
        _ = try bench.run(.sidt)
        #expect([bench.cpu[.t0], bench.cpu[.t1]] == [0x1234, 0x8765_4321])
        #expect(bench.fault(.sldt) == .invalidOpcode)
        bench.enterProtected()
        bench.setLevel(3)
        #expect(bench.fault(.sgdt) == nil)
        #expect(bench.fault(.lgdt) == generalProtection(0))
        _ = try bench.run(.str)
        #expect(bench.cpu[.t0] == UInt32(Bench.task))
    }

    @Test func localTableAndTaskRegister() throws {
        let bench = try Bench()
        bench.enterProtected()
        func lldt(_ selector: UInt32) -> GuestFault? {
            bench.cpu[.t0] = selector
            return bench.fault(.lldt)
        }
        func ltr(_ selector: UInt32) -> GuestFault? {
            bench.cpu[.t0] = selector
            return bench.fault(.ltr)
        }
        #expect(lldt(0x30) == nil)
        #expect(lldt(0x34) == generalProtection(0x34))
        #expect(lldt(0x10) == generalProtection(0x10))
        #expect(lldt(0x108) == generalProtection(0x108))
        bench.describe(8, .segment(limit: 0xFF, access: 0x02))
        #expect(lldt(0x40) == notPresent(0x40))
        #expect(lldt(3) == nil)
        #expect(!bench.cpu.pointee.privileged.ldtr.isPresent)
        #expect(ltr(0) == generalProtection(0))
        #expect(ltr(0x28) == generalProtection(0x28))
        bench.describe(5, .segment(base: Bench.tss, limit: 0x67, access: 0x89))
        #expect(ltr(0x28) == nil)
        #expect(bench.accessByte(0x28) == 0x8B)
        #expect(bench.cpu.pointee.privileged.tr.access == 0x8B)
        bench.describe(5, .segment(base: Bench.tss, limit: 0x67, access: 0x09))
        #expect(ltr(0x28) == notPresent(0x28))
        bench.setLevel(3)
        #expect(ltr(0x28) == generalProtection(0))
    }

    @Test func accessRightsAndLimits() throws {
        let bench = try Bench()
        bench.enterProtected()
        func answer(_ call: HypervisorCall, _ selector: UInt16, size: UInt8 = 4) throws -> UInt32? {
            bench.cpu[.t0] = UInt32(selector)
            bench.cpu[.t1] = 0xDEAD_BEEF
            #expect(try bench.run(call, CallArguments(size: size)) == .next)
            return bench.cpu.eflags & EFlags.zero.rawValue != 0 ? bench.cpu[.t1] : nil
        }
        #expect(try answer(.lar, Bench.code0) == 0x00CF_9A00)
        #expect(try answer(.lar, Bench.code0, size: 2) == 0xDEAD_9A00)
        #expect(try answer(.lsl, Bench.data0) == ~0)
        #expect(try answer(.lsl, Bench.task) == 0x67)
        #expect(try answer(.lar, 0) == nil)
        #expect(try answer(.lar, 0x100) == nil)
        #expect(try answer(.lar, Bench.data0 | 3) == nil)
        #expect(try answer(.lar, Bench.conforming0 | 3) != nil)
        // System types: LAR knows gates, LSL does not; neither knows interrupt gates.
        bench.describe(8, .gate(8, 0, access: 0x8C))
        bench.describe(9, .gate(8, 0, access: 0x8E))
        #expect(try answer(.lar, 0x40) == 0x8C00)
        #expect(try answer(.lsl, 0x40) == nil)
        #expect(try answer(.lar, 0x48) == nil)
        func zero(_ call: HypervisorCall, _ selector: UInt16) throws -> Bool { try answer(call, selector) != nil }
        #expect(try zero(.verr, Bench.code0))
        #expect(try !zero(.verw, Bench.code0))
        #expect(try zero(.verw, Bench.data3))
        #expect(try !zero(.verr, Bench.task))
        bench.setLevel(3)
        #expect(try !zero(.verr, Bench.data0))
        #expect(try zero(.verr, Bench.conforming0))
    }

    // MARK: Model-specific registers, time, CPUID

    @Test func timestampCounter() throws {
        let bench = try Bench()
        bench.cpu[.ecx] = 0x10
        bench.cpu[.eax] = 1000
        bench.cpu[.edx] = 7
        _ = try bench.run(.wrmsr)
        bench.time.counter += 5
        _ = try bench.run(.rdtsc)
        #expect([bench.cpu[.eax], bench.cpu[.edx]] == [1005, 0])
        bench.enterProtected()
        bench.setLevel(3)
        #expect(bench.fault(.rdtsc) == nil)
        bench.cpu.pointee.privileged.cr4 |= CR4.tsd
        #expect(bench.fault(.rdtsc) == generalProtection(0))
        #expect(bench.fault(.rdpmc) == generalProtection(0))
        #expect(bench.fault(.rdmsr) == generalProtection(0))
    }

    @Test func modelSpecificRegisters() throws {
        let bench = try Bench()
        func read(_ number: UInt32) -> UInt64? {
            bench.cpu[.ecx] = number
            guard bench.fault(.rdmsr) == nil else { return nil }
            return UInt64(bench.cpu[.edx]) << 32 | UInt64(bench.cpu[.eax])
        }
        func write(_ number: UInt32, _ value: UInt64) -> GuestFault? {
            bench.cpu[.ecx] = number
            bench.cpu[.eax] = UInt32(truncatingIfNeeded: value)
            bench.cpu[.edx] = UInt32(truncatingIfNeeded: value >> 32)
            return bench.fault(.wrmsr)
        }
        #expect(read(0xFE) == 0x508)
        #expect(read(0x277) == 0x0007_0406_0007_0406)
        #expect(read(0x1B) == 0xFEE0_0900)
        #expect(read(0x1A0) == nil)
        #expect(write(0xC000_0080, 0) == generalProtection(0))
        #expect(write(0xFE, 0) == generalProtection(0))
        #expect(write(0x200, 0x1_0000_0006) == nil)
        #expect(read(0x200) == 0x1_0000_0006)
        #expect(write(0x200, 2) == generalProtection(0))
        #expect(write(0x201, 0x10_0000_0800) == generalProtection(0))
        #expect(write(0x277, 0x02) == generalProtection(0))
        #expect(write(0x2FF, 0xC06) == nil)
        #expect(write(0x176, 0x1234) == nil)
        #expect(read(0x176) == 0x1234)
        let pentium = try Bench(ProcessorModel(.pentium))
        pentium.cpu[.ecx] = 0xFE
        #expect(pentium.fault(.rdmsr) == generalProtection(0))
        let old = try Bench(ProcessorModel(.i486))
        #expect(old.fault(.rdmsr) == .invalidOpcode)
    }

    @Test func identification() throws {
        func leaf(_ bench: Bench, _ number: UInt32) throws -> [UInt32] {
            bench.cpu[.eax] = number
            _ = try bench.run(.cpuid)
            return [bench.cpu[.eax], bench.cpu[.ebx], bench.cpu[.ecx], bench.cpu[.edx]]
        }
        let bench = try Bench()
        #expect(try leaf(bench, 0) == [2, 0x756E_6547, 0x6C65_746E, 0x4965_6E69])
        // FPU VME DE PSE TSC MSR PAE CX8 APIC SEP MTRR PGE CMOV PAT PSE36 MMX FXSR SSE; no MCE.
        #expect(try leaf(bench, 1) == [0x686, 2, 0, 0x0383_BB7F])
        let bare = try Bench(ProcessorModel(hasFPU: false, hasMMX: false, hasSSE: false, hasAPIC: false))
        #expect(try leaf(bare, 1) == [0x686, 2, 0, 0x0003_B97E])
        #expect(try leaf(bench, 0x8000_0000) == leaf(bench, 2))
        // Switched off in IA32_APIC_BASE, the APIC is not told of.
        bench.cpu.pointee.privileged.apicBase = 0xFEE0_0100
        #expect(try leaf(bench, 1)[3] == 0x0383_B97F)
        #expect(try leaf(Bench(ProcessorModel(.pentium)), 1) == [0x52C, 0, 0, 0x0000_013F])
        #expect(try leaf(Bench(ProcessorModel(.i486)), 1) == [0x435, 0, 0, 1])
        #expect(try Bench(ProcessorModel(.i386)).fault(.cpuid) == .invalidOpcode)
    }

    @Test func fastSystemCalls() throws {
        let bench = try Bench()
        #expect(bench.fault(.sysenter) == generalProtection(0))
        bench.enterProtected()
        #expect(bench.fault(.sysenter) == generalProtection(0))
        bench.cpu.pointee.privileged.sysenterCS = 0x63
        bench.cpu.pointee.privileged.sysenterESP = 0xC000
        bench.cpu.pointee.privileged.sysenterEIP = 0x5555
        bench.setLevel(3)
        bench.cpu.eflags = EFlags.interrupt.rawValue
        #expect(bench.fault(.sysexit) == generalProtection(0))
        _ = try bench.run(.sysenter)
        #expect(bench.eip == 0x5555)
        #expect(bench.cpu[.esp] == 0xC000)
        #expect(bench.cpu.eflags == 2)
        #expect([bench.selector(.cs), bench.selector(.ss)] == [0x60, 0x68])
        #expect(bench.cpu.pointee.privileged.cpl == 0)
        bench.cpu[.ecx] = 0xB000
        bench.cpu[.edx] = 0x100
        _ = try bench.run(.sysexit)
        #expect([bench.selector(.cs), bench.selector(.ss)] == [0x73, 0x7B])
        #expect(bench.cpu.pointee.privileged.cpl == 3)
        #expect(bench.cpu[.esp] == 0xB000)
        #expect(bench.cpu.fragmentMode.isFlat(.ss))
    }

    @Test func privilegedInstructionsNeedLevelZero() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        for call in [HypervisorCall.hlt, .invlpg, .invd, .wbinvd, .lgdt, .lidt, .lldt, .ltr, .lmsw, .wrmsr] {
            #expect(bench.fault(call) == generalProtection(0), "\(call)")
        }
    }

    @Test func addressLine20() throws {
        let bench = try Bench()
        bench.poke(0x10_0000, 0x1111_1111)
        bench.poke(0, 0x2222_2222)
        #expect(try bench.mmu.read(0x10_0000, width: 4, user: false) == 0x1111_1111)
        bench.hypervisor.setA20(false)
        #expect(try bench.mmu.read(0x10_0000, width: 4, user: false) == 0x2222_2222)
    }
}

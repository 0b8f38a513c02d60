import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

@Suite struct FarTransferTests {
    // MARK: Real mode

    @Test func realModeCallAndReturn() throws {
        let bench = try Bench()
        #expect(try bench.run(.callFar, bench.far(0x1000, 0x20, size: 2)) == .transfer)
        #expect(bench.eip == 0x20)
        #expect(bench.cpu.pointee.privileged[.cs].base == 0x10000)
        #expect(bench.stack(2, size: 2) == [0x102, 0])
        #expect(try bench.run(.retFar, CallArguments(size: 2, immediate: 4)) == .transfer)
        #expect(bench.eip == 0x102)
        #expect(bench.cpu[.esp] == 0x7004)
    }

    @Test func realModeChecksLimits() throws {
        let bench = try Bench()
        #expect(bench.fault(.jmpFar, bench.far(0, 0x1_0000)) == generalProtection(0))
        bench.cpu[.esp] = 1
        #expect(bench.fault(.callFar, bench.far(0, 0, size: 2)) == stackFault(0))
        #expect(bench.cpu[.esp] == 1)
    }

    // MARK: Same level

    @Test func jumpToCode() throws {
        let bench = try Bench()
        bench.enterProtected()
        _ = try bench.run(.jmpFar, bench.far(Bench.code0 | 0, 0x1234_5678))
        #expect(bench.eip == 0x1234_5678)
        #expect(bench.accessByte(Bench.code0) == 0x9B)
        _ = try bench.run(.jmpFar, bench.far(Bench.code0, 0x1234_5678, size: 2))
        #expect(bench.eip == 0x5678)
    }

    @Test func conformingCodeKeepsTheLevel() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        _ = try bench.run(.callFar, bench.far(Bench.conforming0, 0x10))
        #expect(bench.selector(.cs) == Bench.conforming0 | 3)
        #expect(bench.cpu.pointee.privileged.cpl == 3)
        #expect(bench.stack(2) == [0x102, UInt32(Bench.code3)])
    }

    @Test func targetsThatAreRefused() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.describe(8, .segment(limit: 0xFF, access: 0x1A))
        bench.describe(9, .segment(limit: 0xFF, access: 0x9A))
        #expect(bench.fault(.jmpFar, bench.far(0, 0)) == generalProtection(0))
        #expect(bench.fault(.jmpFar, bench.far(0x100, 0)) == generalProtection(0x100))
        #expect(bench.fault(.jmpFar, bench.far(Bench.data0, 0)) == generalProtection(0x10))
        #expect(bench.fault(.jmpFar, bench.far(Bench.code3, 0)) == generalProtection(0x18))
        #expect(bench.fault(.jmpFar, bench.far(Bench.code0 | 3, 0)) == generalProtection(0x08))
        #expect(bench.fault(.jmpFar, bench.far(Bench.localTable, 0)) == generalProtection(0x30))
        #expect(bench.fault(.jmpFar, bench.far(0x40, 0)) == notPresent(0x40))
        #expect(bench.fault(.jmpFar, bench.far(0x48, 0xFF)) == nil)
        #expect(bench.fault(.jmpFar, bench.far(0x48, 0x100)) == generalProtection(0))
    }

    // MARK: Call gates

    @Test func callGateToInnerLevelCopiesParameters() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        bench.describe(8, .gate(Bench.code0, 0x4000, access: 0xEC, count: 2))
        bench.pushWords([0x11, 0x22])
        let outerESP = bench.cpu[.esp]
        _ = try bench.run(.callFar, bench.far(0x43, 0xDEAD))
        #expect(bench.eip == 0x4000)
        #expect(bench.cpu.pointee.privileged.cpl == 0)
        #expect(bench.selector(.cs) == Bench.code0)
        #expect(bench.selector(.ss) == Bench.data0)
        #expect(bench.cpu[.esp] == Bench.stacks[0] - 24)
        #expect(bench.stack(6) == [0x102, UInt32(Bench.code3), 0x11, 0x22, outerESP, UInt32(Bench.data3)])
        // And back, dropping the parameters from both stacks.
        _ = try bench.run(.retFar, CallArguments(size: 4, immediate: 8))
        #expect(bench.cpu.pointee.privileged.cpl == 3)
        #expect(bench.cpu[.esp] == outerESP + 8)
        #expect(bench.selector(.ss) == Bench.data3)
    }

    @Test func narrowCallGate() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        bench.describe(8, .gate(Bench.code0, 0xFFFF_4000, access: 0xE4, count: 1))
        bench.pushWords([0xBEEF], size: 2)
        _ = try bench.run(.callFar, bench.far(0x43, 0))
        #expect(bench.eip == 0x4000)
        let outer = Bench.stacks[3] - 2
        #expect(bench.stack(5, size: 2) == [0x102, UInt32(Bench.code3), 0xBEEF, outer, UInt32(Bench.data3)])
    }

    @Test func callGateOnTheSameLevel() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.describe(8, .gate(Bench.code0, 0x4000, access: 0x8C, count: 2))
        _ = try bench.run(.callFar, bench.far(0x40, 0))
        #expect(bench.stack(2) == [0x102, UInt32(Bench.code0)])
        #expect(bench.cpu[.esp] == Bench.stacks[0] - 8)
    }

    @Test func callGatesThatAreRefused() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        bench.describe(8, .gate(Bench.code0, 0, access: 0x8C))
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == generalProtection(0x40))
        bench.describe(8, .gate(Bench.code0, 0, access: 0x6C))
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == notPresent(0x40))
        bench.describe(8, .gate(0, 0, access: 0xEC))
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == generalProtection(0))
        bench.describe(8, .gate(Bench.data0, 0, access: 0xEC))
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == generalProtection(0x10))
        // JMP may not change the level.
        bench.describe(8, .gate(Bench.code0, 0, access: 0xEC))
        #expect(bench.fault(.jmpFar, bench.far(0x43, 0)) == generalProtection(0x08))
    }

    @Test func innerStacksThatAreRefused() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(3)
        bench.describe(8, .gate(Bench.code0, 0, access: 0xEC))
        func stackSelector(_ selector: UInt16) { bench.poke(Bench.tss + 8, UInt32(selector)) }
        stackSelector(0)
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == invalidTSS(0))
        stackSelector(Bench.data0 | 1)
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == invalidTSS(0x10))
        stackSelector(Bench.code0)
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == invalidTSS(0x08))
        bench.describe(9, .segment(limit: 0xF, access: 0x4012))
        stackSelector(0x48)
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == stackFault(0x48))
        // Present, but without room for the frame.
        bench.describe(9, .segment(limit: 0xF, access: 0x4092))
        bench.poke(Bench.tss + 4, 0xC)
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == stackFault(0x48))
        bench.cpu.pointee.privileged.tr.limit = 8
        #expect(bench.fault(.callFar, bench.far(0x43, 0)) == invalidTSS(0x28))
        #expect(bench.cpu.pointee.privileged.cpl == 3)
        #expect(bench.cpu[.esp] == Bench.stacks[3])
    }

    // MARK: Returns

    @Test func returnToOuterLevelDropsInnerSegments() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.cpu.setSegment(.es, SegmentState(selector: Bench.data3, base: 0, limit: ~0, access: 0xC0F3))
        bench.cpu.setSegment(.fs, SegmentState(selector: Bench.conforming0, base: 0, limit: ~0, access: 0xC09F))
        bench.cpu.setSegment(.gs, .null(2))
        bench.pushWords([0x5000, UInt32(Bench.code3), 0x9000, UInt32(Bench.data3)])
        _ = try bench.run(.retFar, CallArguments(size: 4))
        #expect(bench.eip == 0x5000)
        #expect(bench.cpu[.esp] == 0x9000)
        #expect(bench.selector(.ds) == 0)
        #expect(!bench.cpu.pointee.privileged[.ds].isPresent)
        #expect(bench.selector(.es) == Bench.data3)
        #expect(bench.selector(.fs) == Bench.conforming0)
        #expect(bench.selector(.gs) == 2)
    }

    @Test func returnsThatAreRefused() throws {
        let bench = try Bench()
        bench.enterProtected()
        func result(_ words: [UInt32]) -> GuestFault? {
            bench.setLevel(0)
            bench.pushWords(words)
            let top = bench.cpu[.esp]
            defer { #expect(bench.cpu[.esp] == top) }
            return bench.fault(.retFar, CallArguments(size: 4))
        }
        #expect(result([0, 0]) == generalProtection(0))
        #expect(result([0, UInt32(Bench.data0)]) == generalProtection(0x10))
        // RPL and DPL must agree.
        #expect(result([0, UInt32(Bench.code0 | 3), 0, 0]) == generalProtection(0x08))
        #expect(result([0, UInt32(Bench.code3), 0, 0]) == generalProtection(0))
        #expect(result([0, UInt32(Bench.code3), 0, UInt32(Bench.data0)]) == generalProtection(0x10))
        bench.describe(8, .segment(limit: 0xF_FFFF, access: 0xC072))
        #expect(result([0, UInt32(Bench.code3), 0, 0x43]) == stackFault(0x40))
        bench.setLevel(3)
        bench.pushWords([0, UInt32(Bench.code0)])
        #expect(bench.fault(.retFar, CallArguments(size: 4)) == generalProtection(0x08))
    }

    @Test func narrowStackKeepsUpperHalfOfESP() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.describe(8, .segment(limit: 0xFFFF, access: 0x00F2))
        bench.cpu[.esp] = 0x0001_8000
        bench.pushWords([0x5000, UInt32(Bench.code3), 0xABCD_9000, 0x43])
        _ = try bench.run(.retFar, CallArguments(size: 4))
        #expect(bench.cpu[.esp] == 0x0001_9000)
    }
}

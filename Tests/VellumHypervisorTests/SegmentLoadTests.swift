import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

@Suite struct SegmentLoadTests {
    @Test func realModeKeepsLimitsLoadedInProtectedMode() throws {
        let bench = try Bench()
        bench.cpu.setSegment(.ds, SegmentState(selector: 0x10, base: 0, limit: ~0, access: 0xC093))
        #expect(try bench.load(.ds, 0x1234) == .endFragment)
        let state = bench.cpu.pointee.privileged[.ds]
        #expect(state == SegmentState(selector: 0x1234, base: 0x12340, limit: ~0, access: 0xC093))
    }

    @Test func realModeRepairsUnusableRegister() throws {
        let bench = try Bench()
        bench.cpu.setSegment(.fs, .null())
        _ = try bench.load(.fs, 0x10)
        #expect(bench.cpu.pointee.privileged[.fs] == .realMode(0x10))
    }

    @Test func virtualModeLoadsWholeRealModeState() throws {
        let bench = try Bench()
        bench.enterVirtual(iopl: 0)
        bench.cpu.setSegment(.gs, SegmentState(selector: 0, base: 0, limit: ~0, access: 0xC0F3))
        _ = try bench.load(.gs, 0x40)
        #expect(bench.cpu.pointee.privileged[.gs] == .realMode(0x40, dpl: 3))
    }

    @Test func loadSetsAccessedBitAndKeepsFlatSegmentsInTheFragment() throws {
        let bench = try Bench()
        bench.enterProtected()
        #expect(bench.accessByte(Bench.data0) == 0x92)
        #expect(try bench.load(.ds, Bench.data0) == .next)
        #expect(bench.accessByte(Bench.data0) == 0x93)
        #expect(bench.cpu.pointee.privileged[.ds].access == 0xC093)
        bench.describe(8, .segment(base: 0x1000, limit: 0xFF, access: 0x92))
        #expect(try bench.load(.ds, 0x40) == .endFragment)
    }

    @Test func nullSelectors() throws {
        let bench = try Bench()
        bench.enterProtected()
        _ = try bench.load(.es, 3)
        #expect(bench.cpu.pointee.privileged[.es] == .null(3))
        #expect(bench.loadFault(.ss, 0) == generalProtection(0))
        #expect(bench.selector(.ss) == Bench.data0)
    }

    @Test func stackSegmentShadowsTheNextInstruction() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.cpu.eflags = EFlags.interrupt.rawValue
        #expect(try bench.load(.ss, Bench.data0) == .endFragment)
        #expect(bench.cpu.pointee.privileged.shadow == .movSS)
        #expect(!bench.hypervisor.canTakeInterrupt)
        #expect(!bench.hypervisor.canTakeNMI)
    }

    @Test func tableLimits() throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.cpu.pointee.privileged.gdtr.limit = 0x17
        #expect(bench.loadFault(.ds, Bench.data0) == nil)
        bench.cpu.pointee.privileged.gdtr.limit = 0x16
        #expect(bench.loadFault(.ds, Bench.data0) == generalProtection(0x10))
        // The LDT's last descriptor, the one beyond, and no LDT at all.
        bench.describe(7, .segment(limit: 0xF_FFFF, access: 0xC092), table: Bench.ldt)
        #expect(bench.loadFault(.ds, 0x3C) == nil)
        #expect(bench.loadFault(.ds, 0x44) == generalProtection(0x44))
        bench.cpu.pointee.privileged.ldtr = .null()
        #expect(bench.loadFault(.ds, 0x3C) == generalProtection(0x3C))
    }

    /// Access byte, selector RPL, CPL, and what DS and SS say to it.
    struct Row: Sendable, CustomTestStringConvertible {
        var access: UInt16
        var rpl: UInt16
        var level: UInt8
        var data: ExceptionVector?
        var stack: ExceptionVector?
        var testDescription: String { "\(access) rpl \(rpl) cpl \(level)" }
    }

    static let matrix: [Row] = [
        // Writable data of level 0.
        Row(access: 0x92, rpl: 0, level: 0, data: nil, stack: nil),
        Row(access: 0x92, rpl: 3, level: 0, data: .generalProtection, stack: .generalProtection),
        Row(access: 0x92, rpl: 0, level: 3, data: .generalProtection, stack: .generalProtection),
        // Writable data of level 3: readable from everywhere, a stack only at level 3.
        Row(access: 0xF2, rpl: 0, level: 0, data: nil, stack: .generalProtection),
        Row(access: 0xF2, rpl: 3, level: 0, data: nil, stack: .generalProtection),
        Row(access: 0xF2, rpl: 3, level: 3, data: nil, stack: nil),
        Row(access: 0xF2, rpl: 0, level: 3, data: nil, stack: .generalProtection),
        // Read-only data; expand-down; not present.
        Row(access: 0x90, rpl: 0, level: 0, data: nil, stack: .generalProtection),
        Row(access: 0x96, rpl: 0, level: 0, data: nil, stack: nil),
        Row(access: 0x12, rpl: 0, level: 0, data: .segmentNotPresent, stack: .stackFault),
        // Execute-only, readable and conforming code.
        Row(access: 0x98, rpl: 0, level: 0, data: .generalProtection, stack: .generalProtection),
        Row(access: 0x9A, rpl: 0, level: 0, data: nil, stack: .generalProtection),
        Row(access: 0x9A, rpl: 0, level: 3, data: .generalProtection, stack: .generalProtection),
        Row(access: 0x9E, rpl: 3, level: 3, data: nil, stack: .generalProtection),
        // A system descriptor.
        Row(access: 0x82, rpl: 0, level: 0, data: .generalProtection, stack: .generalProtection),
    ]

    @Test(arguments: matrix) func rights(_ row: Row) throws {
        let bench = try Bench()
        bench.enterProtected()
        bench.setLevel(row.level)
        bench.describe(8, .segment(limit: 0xF_FFFF, access: 0xC000 | row.access))
        let code: UInt32 = 0x40
        #expect(bench.loadFault(.ds, 0x40 | row.rpl) == row.data.map { GuestFault($0, errorCode: code) })
        #expect(bench.loadFault(.ss, 0x40 | row.rpl) == row.stack.map { GuestFault($0, errorCode: code) })
    }
}

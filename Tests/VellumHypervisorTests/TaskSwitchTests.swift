import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

/// SDM vol. 3, chapter 7.
@Suite struct TaskSwitchTests {
    static let newTSS: UInt32 = 0x6000
    static let newTask: UInt16 = 0x40

    /// A second task, 32-bit, at level 0 with its own stack, described at index 8.
    private func twoTasks(access: UInt16 = 0x89) throws -> Bench {
        let bench = try Bench()
        bench.enterProtected()
        bench.describe(8, .segment(base: TaskSwitchTests.newTSS, limit: 0x67, access: access))
        let tss = TaskSwitchTests.newTSS
        bench.poke(tss + 32, 0x4444)
        bench.poke(tss + 36, 0x202)
        for number in UInt32(0)..<8 { bench.poke(tss + 40 + number * 4, 0xA000 + number) }
        bench.poke(tss + 56, 0xC000)
        setSegments(bench, code: Bench.code0, stack: Bench.data0, data: Bench.data0)
        bench.poke(tss + 96, UInt32(Bench.localTable))
        bench.poke(tss + 100, 0)
        bench.cpu[.eax] = 0x1111_1111
        bench.cpu.eflags = 0x3
        return bench
    }

    private func setSegments(_ bench: Bench, code: UInt16, stack: UInt16, data: UInt16) {
        for (number, selector) in [data, code, stack, data, data, data].enumerated() {
            bench.poke(TaskSwitchTests.newTSS + 72 + UInt32(number) * 4, UInt32(selector))
        }
    }

    private func busy(_ bench: Bench, _ selector: UInt16) -> Bool { bench.accessByte(selector) & 2 != 0 }

    @Test func jumpSavesAndLoads() throws {
        let bench = try twoTasks()
        #expect(try bench.run(.jmpFar, bench.far(TaskSwitchTests.newTask, 0xDEAD)) == .transfer)
        #expect(bench.eip == 0x4444)
        #expect(bench.cpu[.eax] == 0xA000)
        #expect(bench.cpu[.esp] == 0xC000)
        #expect(bench.cpu.eflags == 0x202)
        #expect(bench.cpu.pointee.privileged.cr0 & CR0.ts != 0)
        #expect(bench.cpu.pointee.privileged.tr.selector == TaskSwitchTests.newTask)
        #expect(bench.cpu.pointee.privileged.tr.access == 0x8B)
        #expect(!busy(bench, Bench.task))
        #expect(busy(bench, TaskSwitchTests.newTask))
        // The old task's state.
        #expect(bench.peek(Bench.tss + 32) == 0x102)
        #expect(bench.peek(Bench.tss + 36) == 0x3)
        #expect(bench.peek(Bench.tss + 40) == 0x1111_1111)
        #expect(bench.peek(Bench.tss + 76, width: 2) == UInt32(Bench.code0))
    }

    @Test func callNestsAndReturnGoesBack() throws {
        let bench = try twoTasks()
        _ = try bench.run(.callFar, bench.far(TaskSwitchTests.newTask, 0))
        #expect(bench.cpu.eflags == 0x4202)
        #expect(bench.peek(TaskSwitchTests.newTSS, width: 2) == UInt32(Bench.task))
        #expect(busy(bench, Bench.task))
        #expect(busy(bench, TaskSwitchTests.newTask))
        bench.setEIP(0x4450)
        _ = try bench.run(.iret)
        #expect(bench.eip == 0x102)
        #expect(bench.cpu[.eax] == 0x1111_1111)
        #expect(bench.cpu.eflags == 0x3)
        #expect(busy(bench, Bench.task))
        #expect(!busy(bench, TaskSwitchTests.newTask))
        // NT is clear in what the nested task left behind.
        #expect(bench.peek(TaskSwitchTests.newTSS + 36) == 0x202)
        #expect(bench.peek(TaskSwitchTests.newTSS + 32) == 0x4452)
    }

    @Test func taskGates() throws {
        let bench = try twoTasks()
        bench.describe(9, .gate(TaskSwitchTests.newTask, 0, access: 0x85))
        _ = try bench.run(.jmpFar, bench.far(0x48, 0))
        #expect(bench.eip == 0x4444)
        let other = try twoTasks()
        other.gate(13, .gate(TaskSwitchTests.newTask, 0, access: 0x85))
        #expect(other.hypervisor.deliver(generalProtection(0x18)) == .delivered)
        #expect(other.eip == 0x4444)
        #expect(other.stack(1) == [0x18])
        #expect(other.cpu.eflags == 0x4202)
        // A fault saves the faulting EIP, with RF.
        #expect(other.peek(Bench.tss + 32) == 0x100)
        #expect(other.peek(Bench.tss + 36) == 0x1_0003)
    }

    @Test func narrowTask() throws {
        let bench = try Bench()
        bench.enterProtected()
        let tss = TaskSwitchTests.newTSS
        bench.describe(8, .segment(base: tss, limit: 0x2B, access: 0x81))
        let words: [UInt16] = [
            0, 0, 0, 0, 0, 0, 0, 0x4444, 0x202, 1, 2, 3, 4, 0xC000, 6, 7, 8, Bench.data0, Bench.code0, Bench.data0,
            Bench.data0, 0,
        ]
        for (number, word) in words.enumerated() { bench.poke(tss + UInt32(number) * 2, UInt32(word), width: 2) }
        bench.poke(Bench.tss + 96, UInt32(Bench.localTable))
        _ = try bench.run(.callFar, bench.far(0x40, 0))
        #expect(bench.eip == 0x4444)
        #expect(bench.cpu[.ecx] == 0xFFFF_0002)
        #expect(bench.selector(.fs) == 0)
        #expect(bench.cpu.pointee.privileged.ldtr == .null())
        #expect(bench.peek(tss, width: 2) == UInt32(Bench.task))
        _ = try bench.run(.iret)
        #expect(bench.eip == 0x102)
        #expect(bench.cpu.pointee.privileged.ldtr.selector == Bench.localTable)
        #expect(bench.peek(tss + 14, width: 2) == 0x102)
    }

    @Test func switchToVirtualMode() throws {
        let bench = try twoTasks()
        bench.poke(TaskSwitchTests.newTSS + 36, EFlags.virtual8086.rawValue | 2)
        setSegments(bench, code: 0x1234, stack: 0x2345, data: 0x3456)
        _ = try bench.run(.jmpFar, bench.far(TaskSwitchTests.newTask, 0))
        #expect(bench.cpu.pointee.privileged[.cs] == .realMode(0x1234, dpl: 3))
        #expect(bench.cpu.pointee.privileged.cpl == 3)
    }

    @Test func switchLoadsCR3AndTraps() throws {
        let bench = try twoTasks()
        bench.poke(0x20000, 0x21000 | 3)
        for page in UInt32(0)..<1024 { bench.poke(0x21000 + page * 4, page << 12 | 3) }
        bench.poke(0x22000, 0x21000 | 3)
        bench.cpu.pointee.privileged.cr3 = 0x20000
        bench.cpu.pointee.privileged.cr0 |= CR0.pg
        bench.poke(TaskSwitchTests.newTSS + 28, 0x22000)
        bench.poke(TaskSwitchTests.newTSS + 100, 1)
        bench.cpu.pointee.privileged.debug[7] = 0x4FF
        _ = try bench.run(.jmpFar, bench.far(TaskSwitchTests.newTask, 0))
        #expect(bench.cpu.pointee.privileged.cr3 == 0x22000)
        #expect(bench.mmu.watchpointHits == DR6.bt)
        #expect(bench.cpu.pointee.privileged.debug[7] == 0x4AA)
    }

    @Test func refusedBeforeTheCommitPoint() throws {
        let bench = try twoTasks(access: 0x8B)
        #expect(bench.fault(.jmpFar, bench.far(0x40, 0)) == generalProtection(0x40))
        bench.describe(8, .segment(base: TaskSwitchTests.newTSS, limit: 0x67, access: 0x09))
        #expect(bench.fault(.jmpFar, bench.far(0x40, 0)) == notPresent(0x40))
        bench.describe(8, .segment(base: TaskSwitchTests.newTSS, limit: 0x66, access: 0x89))
        #expect(bench.fault(.jmpFar, bench.far(0x40, 0)) == invalidTSS(0x40))
        bench.cpu.pointee.privileged.cpl = 3
        bench.describe(8, .segment(base: TaskSwitchTests.newTSS, limit: 0x67, access: 0x89))
        #expect(bench.fault(.jmpFar, bench.far(0x43, 0)) == generalProtection(0x40))
        #expect(bench.cpu.pointee.privileged.tr.selector == Bench.task)
        // IRET blames the back link with #TS.
        bench.setLevel(0)
        bench.cpu.eflags = EFlags.nestedTask.rawValue
        bench.poke(Bench.tss, 0x40)
        #expect(bench.fault(.iret) == invalidTSS(0x40))
    }

    /// What the new task's descriptors are blamed for, in the new task's context.
    @Test func faultsInTheNewTask() throws {
        func result(_ change: (Bench) -> Void) throws -> GuestFault? {
            let bench = try twoTasks()
            change(bench)
            let fault = bench.fault(.jmpFar, bench.far(TaskSwitchTests.newTask, 0))
            #expect(bench.eip == 0x4444)
            #expect(bench.cpu.pointee.privileged.tr.selector == TaskSwitchTests.newTask)
            return fault
        }
        let code = Bench.code0
        let data = Bench.data0
        #expect(try result { $0.poke(TaskSwitchTests.newTSS + 96, UInt32(data)) } == invalidTSS(0x10))
        #expect(try result { setSegments($0, code: 0, stack: data, data: data) } == invalidTSS(0))
        #expect(try result { setSegments($0, code: data, stack: data, data: data) } == invalidTSS(0x10))
        #expect(try result { setSegments($0, code: code, stack: code, data: data) } == invalidTSS(0x08))
        #expect(try result { setSegments($0, code: code, stack: data, data: 0xF8) } == invalidTSS(0xF8))
        #expect(try result { setSegments($0, code: code, stack: data, data: 0x100) } == invalidTSS(0x100))
        let absent = Descriptor.segment(limit: 0xF_FFFF, access: 0xC012)
        #expect(
            try result {
                $0.describe(9, absent)
                setSegments($0, code: code, stack: 0x48, data: data)
            } == stackFault(0x48))
        #expect(
            try result {
                $0.describe(9, absent)
                setSegments($0, code: code, stack: data, data: 0x48)
            } == notPresent(0x48))
        #expect(
            try result {
                $0.describe(9, .segment(limit: 0x4443, access: 0x409A))
                setSegments($0, code: 0x48, stack: data, data: data)
            } == generalProtection(0))
    }
}

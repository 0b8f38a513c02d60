import Testing
import VellumExecution
import VellumHypervisor
import VellumIA32
import VellumMicroOps

/// SDM vol. 3, chapter 4.
@Suite struct PagingTests {
    static let directory: UInt32 = 0x20000
    static let table: UInt32 = 0x21000

    /// 32-bit paging; linear 40_0000h goes through `table`.
    private func paged(directory: UInt32 = 7, page: UInt32 = 0x30000 | 7) throws -> Bench {
        let bench = try Bench()
        bench.enterProtected()
        bench.poke(PagingTests.directory + 4, PagingTests.table | directory)
        bench.poke(PagingTests.table, page)
        bench.cpu.pointee.privileged.cr3 = PagingTests.directory
        bench.cpu.pointee.privileged.cr0 |= CR0.pg
        bench.mmu.flushAll()
        return bench
    }

    private func result(
        _ bench: Bench, _ access: MemoryAccess, user: Bool, at linear: UInt32 = 0x40_0123
    ) -> GuestFault? {
        do {
            _ = try bench.mmu.translate(linear, access: access, user: user)
            return nil
        } catch {
            return error
        }
    }

    private func pageFault(_ code: UInt32, _ address: UInt32 = 0x40_0123) -> GuestFault {
        GuestFault(.pageFault, errorCode: code, address: address)
    }

    @Test func translatesAndMarks() throws {
        let bench = try paged()
        #expect(try bench.mmu.translate(0x40_0123, access: .read, user: true) == 0x30123)
        #expect(bench.peek(PagingTests.directory + 4) == PagingTests.table | 0x27)
        #expect(bench.peek(PagingTests.table) == 0x30027)
        _ = try bench.mmu.translate(0x40_0123, access: .write, user: true)
        #expect(bench.peek(PagingTests.directory + 4) == PagingTests.table | 0x27)
        #expect(bench.peek(PagingTests.table) == 0x30067)
    }

    @Test func missingEntries() throws {
        let bench = try paged()
        bench.poke(PagingTests.table, 0)
        #expect(result(bench, .read, user: false) == pageFault(0))
        #expect(result(bench, .write, user: true) == pageFault(6))
        #expect(result(bench, .read, user: true, at: 0x80_0000) == pageFault(4, 0x80_0000))
        #expect(bench.peek(PagingTests.directory + 4) == PagingTests.table | 7)
    }

    @Test func userAndWriteRights() throws {
        // Both levels count.
        for (directory, page) in [(UInt32(3), UInt32(7)), (7, 3)] {
            let bench = try paged(directory: directory, page: 0x30000 | page)
            #expect(result(bench, .read, user: true) == pageFault(5))
            #expect(result(bench, .write, user: true) == pageFault(7))
            #expect(result(bench, .write, user: false) == nil)
        }
        for (directory, page) in [(UInt32(5), UInt32(7)), (7, 5)] {
            let bench = try paged(directory: directory, page: 0x30000 | page)
            #expect(result(bench, .read, user: true) == nil)
            #expect(result(bench, .write, user: true) == pageFault(7))
            #expect(result(bench, .write, user: false) == nil)
            bench.cpu[.t0] = bench.cpu.pointee.privileged.cr0 | CR0.wp
            _ = try bench.run(.writeControl, CallArguments(index: 0))
            #expect(result(bench, .write, user: false) == pageFault(3))
        }
    }

    @Test func largePages() throws {
        let bench = try paged()
        bench.poke(PagingTests.directory + 8, 0x0080_0087)
        // Without CR4.PSE the bit means nothing.
        #expect(result(bench, .read, user: true, at: 0x80_1234) != nil || bench.peek(0x80_0000) != 0)
        _ = try bench.writeControl(4, CR4.pse)
        #expect(try bench.mmu.translate(0x80_1234, access: .write, user: true) == 0x80_1234)
        #expect(bench.peek(PagingTests.directory + 8) == 0x0080_00E7)
        // A reserved bit; then an address above 4 GiB, where nothing answers.
        bench.poke(PagingTests.directory + 8, 0x00A0_0087)
        bench.mmu.flushAll()
        #expect(result(bench, .read, user: true, at: 0x80_1234) == pageFault(0xD, 0x80_1234))
        bench.poke(PagingTests.directory + 8, 0x0080_2087)
        #expect(try bench.mmu.read(0x80_1234, width: 4, user: true) == ~0)
    }

    @Test func globalPagesSurviveALoadOfCR3() throws {
        let bench = try paged(page: 0x30000 | 0x107)
        _ = try bench.writeControl(4, CR4.pge)
        _ = try bench.mmu.translate(0x40_0123, access: .read, user: false)
        bench.poke(PagingTests.table, 0)
        _ = try bench.writeControl(3, PagingTests.directory)
        #expect(result(bench, .read, user: false) == nil)
        bench.cpu[.t0] = 0x40_0000
        _ = try bench.run(.invlpg)
        #expect(result(bench, .read, user: false) == pageFault(0))
    }

    /// The soft TLB must not take the second page's entry for the first one's.
    @Test(arguments: [UInt32(0x7FFF_F000), 0xFFFF_F000, 0x003F_F000]) func straddlingAccesses(first: UInt32) throws {
        let bench = try paged()
        bench.poke(PagingTests.directory, 0x22007)
        for (page, frame) in [(first, UInt32(0x31007)), (first &+ 0x1000, 0x33007)] {
            let table: UInt32 = page >> 22 == 0 ? 0x22000 : page >> 22 == 0x1FF ? 0x23000 : 0x24000
            bench.poke(PagingTests.directory + page >> 22 * 4, table | 7)
            bench.poke(table + page >> 12 % 1024 * 4, frame)
        }
        bench.poke(0x31FFC, 0x4433_2211)
        bench.poke(0x33000, 0x8877_6655)
        for _ in 0..<2 {
            _ = try bench.mmu.read(first &+ 0x1000, width: 4, user: true)
            #expect(try bench.mmu.read(first &+ 0xFFE, width: 4, user: true) == 0x6655_4433)
        }
        try bench.mmu.write(first &+ 0xFFE, value: 0xAABB_CCDD, width: 4, user: true)
        #expect(bench.peek(0x31FFC) == 0xCCDD_2211)
        #expect(bench.peek(0x33000) == 0x8877_AABB)
    }

    // MARK: PAE

    /// PAE paging: linear 40_0000h is entry 2 of the first directory, at 23000h.
    private func extended() throws -> Bench {
        let bench = try Bench()
        bench.enterProtected()
        bench.poke(0x22020, 0x23001)
        bench.poke(0x23000, 0x87)
        bench.poke(0x23010, 0x24007)
        bench.poke(0x24000, 0x30007)
        _ = try bench.writeControl(4, CR4.pae)
        _ = try bench.writeControl(3, 0x22020)
        _ = try bench.writeControl(0, bench.cpu.pointee.privileged.cr0 | CR0.pg)
        return bench
    }

    @Test func extendedPaging() throws {
        let bench = try extended()
        #expect(try bench.mmu.translate(0x40_0123, access: .write, user: true) == 0x30123)
        #expect(bench.peek(0x24000) == 0x30067)
        #expect(bench.peek(0x23010) == 0x24027)
        #expect(result(bench, .read, user: true, at: 0x4000_0000) == pageFault(4, 0x4000_0000))
        // The first 2 MiB are one page.
        #expect(try bench.mmu.translate(0x12_3456, access: .write, user: true) == 0x12_3456)
        #expect(bench.peek(0x23000) == 0xE7)
    }

    @Test func extendedReservedBits() throws {
        let bench = try extended()
        bench.poke(0x24004, 0x10)
        #expect(result(bench, .read, user: false) == pageFault(9))
        bench.poke(0x24004, 0)
        bench.poke(0x23000, 0x2087)
        bench.mmu.flushAll()
        #expect(result(bench, .read, user: false, at: 0x5000) == pageFault(9, 0x5000))
    }

    @Test func pointersAreCachedAndChecked() throws {
        let bench = try extended()
        bench.poke(0x22020, 0)
        bench.mmu.flushAll()
        #expect(result(bench, .read, user: false) == nil)
        bench.poke(0x22020, 0x23003)
        bench.cpu[.t0] = 0x22020
        #expect(bench.fault(.writeControl, CallArguments(index: 3)) == generalProtection(0))
        bench.poke(0x22020, 0x23001)
        bench.poke(0x22024, 1 << 4)
        #expect(bench.fault(.writeControl, CallArguments(index: 3)) == generalProtection(0))
        // What is not present is not checked.
        bench.poke(0x22020, 0x23002)
        #expect(bench.fault(.writeControl, CallArguments(index: 3)) == nil)
        #expect(result(bench, .read, user: false) == pageFault(0))
    }

    @Test func addressesAbove4GiBAnswerNothing() throws {
        let bench = try extended()
        bench.poke(0x24004, 1)
        #expect(try bench.mmu.read(0x40_0000, width: 4, user: true) == ~0)
        try bench.mmu.write(0x40_0000, value: 1, width: 4, user: true)
        #expect(bench.peek(0x30000) == 0)
    }

    @Test func descriptorReadsAreSupervisorReads() throws {
        let bench = try Bench()
        bench.enterProtected()
        for page in UInt32(0)..<1024 { bench.poke(PagingTests.table + page * 4, page << 12 | 3) }
        bench.poke(PagingTests.directory, PagingTests.table | 3)
        bench.setLevel(3)
        bench.cpu.pointee.privileged.cr3 = PagingTests.directory
        bench.cpu.pointee.privileged.cr0 |= CR0.pg
        bench.mmu.flushAll()
        #expect(bench.loadFault(.ds, Bench.data3) == nil)
        // The accessed bit needs a writable page only with WP.
        bench.poke(PagingTests.table + 4, 0x1001)
        bench.describe(8, .segment(limit: 0xF_FFFF, access: 0xC0F2))
        bench.cpu.pointee.privileged.cr0 |= CR0.wp
        bench.mmu.flushAll()
        #expect(bench.loadFault(.ds, 0x43) == pageFault(3, 0x1045))
        bench.cpu.pointee.privileged.cr0 &= ~CR0.wp
        bench.mmu.flushAll()
        #expect(bench.loadFault(.ds, 0x43) == nil)
        // The program itself may not touch the page.
        #expect(result(bench, .read, user: true, at: 0x1000) == pageFault(5, 0x1000))
    }
}

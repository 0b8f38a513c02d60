import Testing
import VellumMachine

@testable import VellumDOS

/// Memory, processes, dates, tables: services that are no files.
@Suite struct ServiceTests {
    /// The program's own block shrunk, so that there is memory to have.
    private func bench() throws -> ServiceBench {
        let bench = try ServiceBench()
        bench.call(0x4A00) { ($0.es, $0.bx) = (bench.kernel.psp, 0x1100) }
        return bench
    }

    @Test func blocksAreGivenFreedAndJoined() throws {
        let bench = try bench()
        let most = bench.call(0x4800) { $0.bx = 0xFFFF }
        #expect(most.carry && most.ax == 8 && most.bx > 0x7000)
        let first = bench.call(0x4800) { $0.bx = 0x100 }.ax
        let second = bench.call(0x4800) { $0.bx = 0x200 }.ax
        #expect(second == first + 0x101)
        // The first may not grow over the second, but may once that is free.
        let grown = bench.call(0x4A00) { ($0.es, $0.bx) = (first, 0x180) }
        #expect(grown.carry && grown.ax == 8 && grown.bx == 0x100)
        #expect(!bench.call(0x4900) { $0.es = second }.carry)
        #expect(!bench.call(0x4A00) { ($0.es, $0.bx) = (first, 0x180) }.carry)
        #expect(bench.call(0x4900) { $0.es = first + 1 }.ax == DOSError.invalidBlock.rawValue)
        bench.call(0x4900) { $0.es = first }
        #expect(bench.call(0x4800) { $0.bx = 0xFFFF }.bx == most.bx)
    }

    @Test func theStrategyChoosesTheBlock() throws {
        let bench = try bench()
        let low = bench.call(0x4800) { $0.bx = 0x40 }.ax
        bench.call(0x4800) { $0.bx = 1 }
        bench.call(0x4900) { $0.es = low }
        bench.call(0x5801) { $0.bx = 1 }
        #expect(bench.call(0x4800) { $0.bx = 0x40 }.ax == low)
        bench.call(0x5801) { $0.bx = 2 }
        #expect(bench.call(0x4800) { $0.bx = 0x40 }.ax > 0x9000)
        #expect(bench.call(0x5800).ax == 2)
        // Upper memory only after it is linked in.
        bench.call(0x5801) { $0.bx = 0x80 }
        #expect(bench.call(0x4800) { $0.bx = 0x40 }.ax < 0xA000)
        #expect(!bench.call(0x5803) { $0.bx = 1 }.carry)
        let upper = bench.call(0x4800) { $0.bx = 0x40 }.ax
        #expect((0xD000..<0xE000).contains(upper))
        bench.put(Array("rw".utf8), at: 0)
        bench.kernel.host.writeByte(UInt32(upper) << 4, 0x5A)
        #expect(bench.kernel.host.readByte(UInt32(upper) << 4) == 0x5A)
        bench.call(0x5803) { $0.bx = 0 }
        #expect(bench.call(0x5802).al == 0)
    }

    @Test func aBrokenChainIsToldOf() throws {
        let bench = try bench()
        bench.kernel.host.writeByte(UInt32(bench.kernel.psp - 1) << 4, 0x20)
        #expect(bench.call(0x4800) { $0.bx = 1 }.carry)
        #expect(bench.call(0x4900) { $0.es = 0x5000 }.ax == DOSError.arenaTrashed.rawValue)
    }

    @Test func theClockIsTheGuests() throws {
        // 2000-01-01, a Saturday, unless told otherwise.
        let bench = try bench()
        let date = bench.call(0x2A00)
        #expect((date.cx, date.dx, date.al) == (2000, 0x0101, 6))
        #expect(bench.call(0x2B00) { ($0.cx, $0.dx) = (1992, 0x021D) }.al == 0)
        #expect(bench.call(0x2B00) { ($0.cx, $0.dx) = (1993, 0x021D) }.al == 0xFF)
        #expect(bench.call(0x2D00) { ($0.cx, $0.dx) = (0x0C22, 0x3800) }.al == 0)
        let time = bench.call(0x2C00)
        #expect((time.cx, time.dh) == (0x0C22, 0x38))
        let leap = bench.call(0x2A00)
        #expect((leap.cx, leap.dx, leap.al) == (1992, 0x021D, 6))
    }

    @Test func versionVectorsAndSwitches() throws {
        let bench = try bench()
        #expect(bench.call(0x3000).ax == 0x0005)
        #expect(bench.call(0x3306).bx == 0x0005)
        bench.call(0x2560) { ($0.ds, $0.dx) = (0x1234, 0x5678) }
        let vector = bench.call(0x3560)
        #expect((vector.es, vector.bx) == (0x1234, 0x5678))
        #expect(bench.call(0x6200).bx == bench.kernel.psp)
        #expect(bench.call(0x3700).dl == 0x2F)
        let lists = bench.call(0x5200)
        let first = bench.kernel.host.readWord(FarPointer(lists.es, lists.bx).linear - 2)
        #expect(bench.kernel.host.readByte(UInt32(first) << 4) == 0x4D)
        let busy = bench.call(0x3400)
        #expect(bench.kernel.host.readByte(FarPointer(busy.es, busy.bx).linear) == 0)
    }

    @Test func countryTablesMakeCapitals() throws {
        let bench = try bench()
        let country = bench.call(0x3800) { $0.dx = 0x200 }
        #expect(country.bx == 1)
        #expect(bench.bytes(0x202, 1) == [0x24])
        bench.put([0x61, 0x84, 0x5A], at: 0x300)
        bench.call(0x6521) { ($0.dx, $0.cx) = (0x300, 3) }
        #expect(bench.bytes(0x300, 3) == [0x41, 0x8E, 0x5A])
        for table: UInt16 in [2, 4, 5, 6, 7] {
            bench.call(0x6500 | table) { ($0.di, $0.cx, $0.bx, $0.dx) = (0x200, 5, 0xFFFF, 0xFFFF) }
            #expect(bench.bytes(0x200, 1) == [UInt8(table)])
            let pointer = FarPointer(packed: bench.kernel.host.readLong(FarPointer(bench.segment, 0x201).linear))
            let length = bench.kernel.host.readWord(pointer.linear)
            #expect(length == [2: 128, 4: 128, 5: 22, 6: 256, 7: 0][table])
        }
    }

    @Test func errorsAreExplained() throws {
        let bench = try bench()
        #expect(bench.error(0x3D00, path: "none") == .fileNotFound)
        let error = bench.call(0x5900)
        #expect((error.ax, error.bx >> 8) == (2, 8))
    }

    @Test func unknownServicesAreToldOfAndFail() throws {
        let run = try Workspace().run(
            body: "mov ax, 7F12h\nmov bx, 3456h\nint 21h\nmov ax, 4C00h\nadc al, 0\nint 21h")
        #expect(run.status == 1)
        #expect(run.notes.count == 1)
        #expect(run.notes.first?.hasPrefix("no such service: INT 21h AX=7F12 BX=3456") == true)
    }

    @Test func controlBlocksReadAndWriteRecords() throws {
        let bench = try bench()
        bench.kernel.transferArea = FarPointer(bench.segment, 0x400)
        let block = UInt16(0x100)
        func fcb(_ function: UInt16, _ set: (inout ServiceRegisters) -> Void = { _ in }) -> UInt8 {
            bench.call(function << 8) {
                $0.dx = block
                set(&$0)
            }.al
        }
        bench.put(" rec.dat /x", at: 0x80)
        let parsed = bench.call(0x2901) { ($0.si, $0.di) = (0x80, block) }
        #expect(parsed.al == 0 && parsed.si == 0x88)
        #expect(bench.bytes(block, 12) == [0] + Array("REC     DAT".utf8))
        #expect(fcb(0x16) == 0)
        bench.put([16, 0], at: block + 0x0E)
        for index in 0..<3 as Range<UInt8> {
            bench.put([UInt8](repeating: 0x41 + index, count: 16), at: 0x400)
            #expect(fcb(0x15) == 0)
        }
        // The second record, by its number.
        bench.put([1, 0, 0, 0], at: block + 0x21)
        #expect(fcb(0x21) == 0)
        #expect(bench.bytes(0x400, 16) == [UInt8](repeating: 0x42, count: 16))
        bench.put([0, 0, 0, 0], at: block + 0x21)
        let many = bench.call(0x2700) { ($0.dx, $0.cx) = (block, 5) }
        #expect(many.al == 1 && many.cx == 3)
        #expect(fcb(0x10) == 0)
        #expect(bench.space.text("REC.DAT")?.count == 48)
        bench.put(Array("REC     DAT".utf8), at: block + 1)
        #expect(fcb(0x23) == 0)
        #expect(bench.bytes(block + 0x21, 1) == [3])
        bench.put(Array("????????DAT".utf8), at: block + 1)
        #expect(fcb(0x11) == 0)
        #expect(bench.bytes(0x401, 11) == Array("REC     DAT".utf8))
        bench.put(Array("REC     OLD".utf8), at: block + 0x11)
        #expect(fcb(0x17) == 0)
        bench.put(Array("REC     OLD".utf8), at: block + 1)
        #expect(fcb(0x13) == 0 && fcb(0x13) == 0xFF)
        #expect(bench.space.names == ["bench.com"])
    }

    @Test func standardInputIsAFileWhenRedirected() throws {
        let bench = try ServiceBench(input: "ab\ncd")
        #expect(bench.call(0x4400) { $0.bx = 0 }.dx & 0x80 == 0)
        #expect(bench.call(0x3F00) { ($0.bx, $0.cx, $0.dx) = (0, 3, 0x200) }.ax == 3)
        #expect(bench.bytes(0x200, 3) == Array("ab\n".utf8))
        #expect(bench.call(0x0B00).al == 0xFF)
        #expect(bench.call(0x0800).al == 0x63)
        let direct = bench.call(0x0600) { $0.dl = 0xFF }
        #expect(direct.al == 0x64 && !direct.zero)
        #expect(bench.call(0x0600) { $0.dl = 0xFF }.zero)
        #expect(bench.call(0x3F00) { ($0.bx, $0.cx, $0.dx) = (0, 3, 0x200) }.ax == 0)
    }
}

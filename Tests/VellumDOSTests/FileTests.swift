import Foundation
import Testing
import VellumMachine

@testable import VellumDOS

/// Files, directories and names.
@Suite struct FileTests {
    @Test func bytesComeBack() throws {
        let bench = try ServiceBench()
        let handle = try #require(bench.create("new.dat"))
        bench.put(Array("hello world".utf8), at: 0x300)
        #expect(bench.call(0x4000) { ($0.bx, $0.cx, $0.dx) = (handle, 11, 0x300) }.ax == 11)
        let end = bench.call(0x4202) { $0.bx = handle }
        #expect((end.dx, end.ax) == (0, 11))
        bench.call(0x4200) { ($0.bx, $0.dx) = (handle, 6) }
        #expect(bench.call(0x3F00) { ($0.bx, $0.cx, $0.dx) = (handle, 100, 0x400) }.ax == 5)
        #expect(bench.bytes(0x400, 5) == Array("world".utf8))
        // Writing nothing cuts the file at the current place.
        bench.call(0x4200) { ($0.bx, $0.dx) = (handle, 5) }
        bench.call(0x4000) { ($0.bx, $0.cx) = (handle, 0) }
        #expect(!bench.call(0x3E00) { $0.bx = handle }.carry)
        #expect(bench.space.text("NEW.DAT") == "hello")
        #expect(bench.call(0x3E00) { $0.bx = handle }.ax == DOSError.invalidHandle.rawValue)
    }

    @Test func longNamesAreStableAndDistinct() throws {
        let names = [
            "readme.text.bak", "A long name.txt", "a long name.txt", "über.txt", ".hidden", "x+y.c", "CON.txt",
        ]
        let all = ShortNames.map(names.map { Array($0.utf8) })
        #expect(Set(all).count == names.count)
        // Each alone has the name that it has among the others.
        for (name, short) in zip(names, all) { #expect(ShortNames.map([Array(name.utf8)]) == [short]) }
        #expect(String(decoding: all[1].text, as: UTF8.self).hasPrefix("ALON~"))
        #expect(all[3] == DOSName(component: [0x9A] + Array("BER.TXT".utf8)))
    }

    @Test func capitalsWinOverSmallLetters() {
        let names = ["foo.txt", "Foo.txt", "FOO.TXT"].map { Array($0.utf8) }
        let all = ShortNames.map(names)
        #expect(all[2] == DOSName(component: Array("FOO.TXT".utf8)))
        #expect(Set(all).count == 3)
        #expect(ShortNames.map(names.reversed()) == all.reversed())
    }

    @Test func filesAreFoundWhateverTheirCase() throws {
        let space = try Workspace()
        try space.write("MixedCas.Txt", "mixed")
        try space.write("Some Long Name.document", "long")
        let bench = try ServiceBench(space)
        #expect(bench.open("mixedcas.txt", mode: 0) != nil)
        let long = try #require(bench.find("SOME~*.*").first)
        #expect(bench.open(long, mode: 0) != nil)
        #expect(bench.find("*.com") == ["BENCH.COM"])
        #expect(bench.find("*.*") == ["BENCH.COM", "MIXEDCAS.TXT", long])
    }

    @Test func directoriesAreMadeEnteredAndRemoved() throws {
        let bench = try ServiceBench()
        #expect(bench.error(0x3900, path: "SUB") == nil)
        #expect(bench.error(0x3900, path: "sub") == .accessDenied)
        #expect(bench.error(0x3900, path: "NONE\\SUB") == .pathNotFound)
        #expect(bench.error(0x3B00, path: "sub") == nil)
        bench.call(0x4700) { ($0.dl, $0.si) = (0, 0x100) }
        #expect(bench.string(0x100) == "SUB")
        #expect(bench.create("IN.TXT") != nil)
        #expect(bench.find("*.*", attributes: 0x10) == [".", "..", "IN.TXT"])
        #expect(bench.find("..\\*.*", attributes: 0x10) == ["BENCH.COM", "SUB"])
        #expect(bench.error(0x3A00, path: "\\SUB") == .currentDirectory)
        #expect(bench.error(0x3B00, path: "..") == nil)
        #expect(bench.error(0x3A00, path: "\\SUB") == .accessDenied)
        #expect(bench.error(0x4100, path: "SUB\\IN.TXT") == nil)
        #expect(bench.error(0x3A00, path: "\\SUB") == nil)
        #expect(bench.space.names == ["bench.com"])
    }

    @Test func renamingMovesWithinADrive() throws {
        let bench = try ServiceBench()
        try bench.space.write("a.txt", "a")
        try bench.space.write("b.txt", "b")
        #expect(bench.error(0x3900, path: "DIR") == nil)
        func rename(_ from: String, _ to: String) -> DOSError? {
            bench.put(to, at: 0x100)
            bench.put(from)
            let result = bench.call(0x5600) { $0.di = 0x100 }
            return result.carry ? DOSError(rawValue: result.ax) : nil
        }
        #expect(rename("A.TXT", "B.TXT") == .accessDenied)
        #expect(rename("A.TXT", "DIR\\C.TXT") == nil)
        #expect(rename("NONE", "X") == .fileNotFound)
        #expect(rename("DIR", "DIR\\DIR") == .accessDenied)
        #expect(rename("B.TXT", "Z:\\B.TXT") == .notSameDevice)
        #expect(bench.space.text("DIR/C.TXT") == "a")
    }

    @Test func attributesAndTimesAreKept() throws {
        let bench = try ServiceBench()
        let handle = try #require(bench.create("T.TXT"))
        bench.call(0x5701) { ($0.bx, $0.cx, $0.dx) = (handle, 12 << 11 | 34 << 5, 19 << 9 | 7 << 5 | 4) }
        let time = bench.call(0x5700) { $0.bx = handle }
        #expect((time.cx, time.dx) == (12 << 11 | 34 << 5, 19 << 9 | 7 << 5 | 4))
        bench.call(0x3E00) { $0.bx = handle }
        #expect(bench.error(0x4301, path: "T.TXT", cx: 3) == nil)
        bench.put("T.TXT")
        #expect(bench.call(0x4300).cx == 0x03)
        #expect(bench.error(0x3D02, path: "T.TXT") == .accessDenied)
        #expect(bench.error(0x4100, path: "T.TXT") == .accessDenied)
        #expect(bench.find("T.TXT", attributes: 0).isEmpty)
        #expect(bench.find("T.TXT", attributes: 2) == ["T.TXT"])
    }

    @Test func temporaryFilesAreNewAndExtendedOpenSaysWhatItDid() throws {
        let bench = try ServiceBench()
        bench.put("C:\\")
        #expect(!bench.call(0x5A00).carry)
        let first = bench.string(0)
        bench.put("C:\\")
        bench.call(0x5A00)
        #expect(bench.string(0) != first)
        bench.put("E.TXT", at: 0x100)
        func extended(_ action: UInt16) -> ServiceRegisters {
            bench.call(0x6C00) { ($0.si, $0.dx, $0.bx) = (0x100, action, 2) }
        }
        #expect(extended(0x01).ax == DOSError.fileNotFound.rawValue)
        #expect(extended(0x11).cx == 2)
        #expect(extended(0x11).cx == 1)
        #expect(extended(0x12).cx == 3)
        #expect(extended(0x10).ax == DOSError.fileExists.rawValue)
    }

    @Test func handlesAreSharedDuplicatedAndForced() throws {
        let bench = try ServiceBench()
        let handle = try #require(bench.create("D.TXT"))
        let twin = bench.call(0x4500) { $0.bx = handle }.ax
        bench.put(Array("ab".utf8), at: 0x300)
        bench.call(0x4000) { ($0.bx, $0.cx, $0.dx) = (handle, 1, 0x300) }
        bench.call(0x4000) { ($0.bx, $0.cx, $0.dx) = (twin, 1, 0x301) }
        // Standard output into the file, as a shell redirects it.
        #expect(!bench.call(0x4600) { ($0.bx, $0.cx) = (handle, 1) }.carry)
        bench.call(0x0200) { $0.dl = 0x21 }
        #expect(bench.space.text("D.TXT") == "ab!")
    }

    @Test func runsOutOfHandlesWithoutHarm() throws {
        let bench = try ServiceBench()
        var count = 0
        while bench.create("F\(count).TXT") != nil { count += 1 }
        #expect(count == 15)
        #expect(bench.error(0x3C00, path: "MORE.TXT") == .tooManyOpenFiles)
        #expect(bench.space.text("MORE.TXT") == nil)
        bench.call(0x4A00) { ($0.es, $0.bx) = (bench.kernel.psp, 0x1000) }
        #expect(!bench.call(0x6700) { $0.bx = 60 }.carry)
        while bench.create("F\(count).TXT") != nil { count += 1 }
        #expect(count > 30)
    }
}

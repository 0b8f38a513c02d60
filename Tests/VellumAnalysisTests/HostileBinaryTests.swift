import Testing
import VellumMachine

@testable import VellumAnalysis

@Suite struct HostileBinaryTests {
    /// A smallest ELF file with one section header, whose fields a test changes.
    private func elf(_ change: (inout ByteWriter) -> Void) -> [UInt8] {
        var file = ByteWriter(count: 0x100)
        file.set([0x7F, 0x45, 0x4C, 0x46, 1, 1, 1], at: 0)
        file.put16(2, at: 16)
        file.put16(3, at: 18)
        file.put32(0x8000, at: 24)
        file.put32(0x80, at: 32)
        file.put16(40, at: 46)
        file.put16(1, at: 48)
        for (index, value) in [0, 1, 6, 0x8000, 0x60, 2].enumerated() {
            file.put32(UInt32(value), at: 0x80 + index * 4)
        }
        file.set([0x9D, 0xC3], at: 0x60)
        change(&file)
        return file.bytes
    }

    @Test func theUnchangedFileIsRead() throws {
        #expect(try Audit(CodeImage(elf { _ in }, name: "x")).sites.map(\.kind) == ["popf"])
    }

    /// A kernel that is linked high and loaded low: e_entry is the physical address.
    @Test func aPhysicalEntryPointIsFound() throws {
        let file = elf {
            $0.put32(0x1000, at: 24)
            $0.put32(0xB0, at: 28)
            $0.put16(32, at: 42)
            $0.put16(1, at: 44)
            for (index, value) in [1, 0x60, 0x8000, 0x1000, 2, 2, 5].enumerated() {
                $0.put32(UInt32(value), at: 0xB0 + index * 4)
            }
        }
        #expect(try Audit(CodeImage(file, name: "x")).sites.map(\.address) == [0x8000])
    }

    @Test func lyingHeadersAreRefusedInOneLine() {
        let changes: [(inout ByteWriter) -> Void] = [
            { $0.put16(0xFFFF, at: 48) }, { $0.put16(3, at: 46) }, { $0.put32(0xFFFF_FFF0, at: 32) },
            { $0.put32(0xFFFF_FFFF, at: 0x80 + 16) }, { $0.put32(0x4000_0000, at: 0x80 + 20) },
            { $0.put32(0xFFFF_FFFF, at: 0x80 + 12) }, { $0.put32(0x9000, at: 24) }, { $0.put16(62, at: 18) },
        ]
        for (number, change) in changes.enumerated() {
            let error = #expect(throws: ImageError.self, "change \(number)") { try CodeImage(elf(change), name: "x") }
            #expect(error.map { !$0.description.isEmpty && !$0.description.contains("\n") } == true)
        }
    }

    @Test func otherFormatsAreRefusedInOneLine() {
        var pe = ByteWriter(count: 0x100)
        pe.set([0x4D, 0x5A], at: 0)
        pe.put32(0x40, at: 0x3C)
        pe.put32(0x4550, at: 0x40)
        let files: [[UInt8]] = [[], [1, 2, 3], [0x4D, 0x5A], pe.bytes, Array(repeating: 0x1F, count: 30)]
        for file in files { #expect(throws: ImageError.self) { try CodeImage(file, name: "x") } }
    }

    /// 2000 mutated files: each is audited or refused, and none takes the process along.
    @Test func mutatedFilesAreAuditedOrRefused() throws {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
        print("seed \(seed)")
        var state = seed | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var read = 0
        for _ in 0..<2000 {
            var bytes = elf { _ in }
            for _ in 0...next(4) { bytes[next(bytes.count)] = UInt8(next(256)) }
            guard let image = try? CodeImage(bytes, name: "x") else { continue }
            _ = try Audit(image)
            read += 1
        }
        #expect(read > 0 && read < 2000, "seed \(seed)")
    }
}

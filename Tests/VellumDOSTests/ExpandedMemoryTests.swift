import Foundation
import Testing
import VellumTestSupport

@testable import VellumDOS

/// EMS as programs use it.
@Suite struct ExpandedMemoryTests {
    @Test func everyServiceAnswers() throws {
        let work = try Workspace()
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Resources/ems.asm")
        try work.assemble("ems.com", String(contentsOf: source, encoding: .utf8))
        let run = try work.run("ems.com", input: "")
        #expect(run.status == 0, "step \(run.status) went wrong")
    }

    /// XMS and EMS take from the same memory, and never the same bytes.
    @Test(arguments: [1, 2, 3] as [UInt64]) func pagesNeverOverlapWhateverIsAsked(seed: UInt64) throws {
        let bench = try ServiceBench()
        let memory = ExtendedMemoryDriver(host: bench.kernel.host, memory: 4 << 20)
        let driver = ExpandedMemoryDriver(host: bench.kernel.host, memory: memory)
        var random = SeededGenerator(seed: seed)
        for call in 0..<20_000 {
            var registers = ServiceRegisters()
            registers.ah = 0x40 + UInt8(random.next() % 0x1E)
            registers.al = UInt8(random.next() % 5)
            registers.bx = random.next() % 8 == 0 ? random.word16() : UInt16(random.next() % 40)
            registers.dx = random.next() % 8 == 0 ? random.word16() : UInt16(random.next() % 12)
            registers.cx = UInt16(random.next() % 6)
            registers.ds = bench.segment
            registers.es = bench.segment
            registers.ss = bench.segment
            (registers.si, registers.di) = (UInt16(random.next() % 64), UInt16(random.next() % 64))
            registers.sp = 0xF000
            // Structures with a little of everything.
            if random.next() % 4 == 0 { bench.put((0..<24).map { _ in UInt8(random.next() % 8) }, at: registers.si) }
            _ = driver.perform(&registers)
            // XMS blocks of odd sizes come between.
            if random.next() % 64 == 0 {
                var other = ServiceRegisters()
                other.ah = random.next() % 2 == 0 ? 9 : 0x0A
                other.dx = UInt16(random.next() % 90)
                memory.perform(&other)
            }
            let pages = driver.owners.values.flatMap(\.pages).sorted()
            #expect(
                zip(pages, pages.dropFirst()).allSatisfy { $0 + 0x4000 <= $1 } && pages.allSatisfy { $0 & 0xFFF == 0 },
                "seed \(seed), call \(call)")
            let blocks = memory.arena.blocks.values.filter { $0.size > 0 }.sorted { $0.base < $1.base }
            #expect(zip(blocks, blocks.dropFirst()).allSatisfy { $0.base + $0.size <= $1.base })
            #expect(
                pages.allSatisfy { page in blocks.contains { $0.base <= page && page + 0x4000 <= $0.base + $0.size } })
        }
    }
}

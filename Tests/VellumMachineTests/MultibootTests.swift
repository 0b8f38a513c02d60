import Testing

@testable import VellumMachine

@Suite struct MultibootTests {
    private let loader = MultibootLoader(memory: 16 << 20, commandLine: "kernel a=b")

    private func text(_ plan: BootPlan, _ address: UInt32?) -> String? {
        guard let address, let bytes = plan.bytes(at: address, count: 1) else { return nil }
        _ = bytes
        var result: [UInt8] = []
        var at = address
        while let byte = plan.bytes(at: at, count: 1)?.first, byte != 0 {
            result.append(byte)
            at += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    @Test func startsAnELFKernelAsTheSpecificationSays() throws {
        let plan = try loader.plan(Images.elf())
        #expect(plan.entry.eax == 0x2BAD_B002)
        #expect(plan.entry.eip == 0x10000C)
        #expect(plan.bytes(at: 0x10000C, count: 4) == [0xB0, 0x03, 0xE6, 0xF4])
        let information = plan.entry.ebx
        #expect(plan.word(information) == 0x245)
        #expect(plan.word(information + 4) == 639)
        #expect(plan.word(information + 8) == UInt32(15 * 1024))
        #expect(text(plan, plan.word(information + 16)) == "kernel a=b")
        #expect(text(plan, plan.word(information + 64)) == "Vellum")
    }

    @Test func givesTheMemoryMap() throws {
        let plan = try loader.plan(Images.elf())
        let map = try #require(plan.word(plan.entry.ebx + 48))
        #expect(plan.word(plan.entry.ebx + 44) == 96)
        #expect((0..<4).map { plan.word(map + $0 * 24) } == [20, 20, 20, 20])
        #expect(plan.word(map + 3 * 24 + 4) == 0x100000)
        #expect(plan.word(map + 3 * 24 + 12) == 15 << 20)
    }

    @Test func entryAsVirtualAddressBecomesPhysical() throws {
        let code = Images.multibootHeader() + Images.exitCode
        let high = Images.Segment(
            virtual: 0xC010_0000, physical: 0x100000, bytes: code, memory: UInt32(code.count))
        #expect(try loader.plan(Images.elf(segments: [high], entry: 0xC010_000C)).entry.eip == 0x10000C)
        #expect(try loader.plan(Images.elf(segments: [high], entry: 0x10000C)).entry.eip == 0x10000C)
    }

    @Test func placesModulesOnPagesAboveTheKernel() throws {
        let modules = [
            BootModule(bytes: [1, 2, 3], string: "one x"),
            BootModule(bytes: Array(repeating: 9, count: 5000), string: "two"),
        ]
        let plan = try MultibootLoader(memory: 16 << 20, modules: modules).plan(Images.elf())
        #expect(plan.word(plan.entry.ebx + 20) == 2)
        let table = try #require(plan.word(plan.entry.ebx + 24))
        let start = try #require(plan.word(table))
        #expect(start == 0x102000)
        #expect(plan.word(table + 4) == start + 3)
        #expect(text(plan, plan.word(table + 8)) == "one x")
        #expect(plan.word(table + 16) == 0x103000)
        #expect(plan.bytes(at: start, count: 3) == [1, 2, 3])
    }

    @Test func addressFieldsReplaceELF() throws {
        let plan = try loader.plan(Images.kludge(bssEnd: 0x210000))
        #expect(plan.entry.eip == 0x200030)
        #expect(plan.regions[0].address == 0x200000)
        #expect(plan.regions[0].size == 0x10000)
        #expect(plan.bytes(at: 0x200030, count: 1) == [0xB0])
    }

    @Test func hostileAddressFieldsAreRefused() {
        let images = [
            Images.kludge(load: 0x300000), Images.kludge(load: 0x100000), Images.kludge(loadEnd: 0x100000),
            Images.kludge(loadEnd: 0x400000), Images.kludge(bssEnd: 0x200004), Images.kludge(entry: 0x10),
            Images.kludge(entry: 0xFFFF_FFFF), Images.kludge(bssEnd: 0xFFFF_FFFF),
            Images.kludge(load: 0xFFFF_FFF0, entry: 0xFFFF_FFF8, header: 0xFFFF_FFFF),
        ]
        for image in images {
            let error = failure { try loader.plan(image) }
            #expect(error?.exitStatus == 65)
            #expect(error?.description.contains("\n") == false)
        }
    }

    @Test func segmentsThatLieAreRefused() {
        let code = Images.multibootHeader() + Images.exitCode
        let size = UInt32(code.count)
        func at(_ address: UInt32, memory: UInt32? = nil) -> Images.Segment {
            Images.Segment(virtual: address, physical: address, bytes: code, memory: memory ?? size)
        }
        let cases: [([Images.Segment], String)] = [
            ([at(0xFFFF_FFFF)], "beyond any memory"),
            ([at(0x100000, memory: 0xFFFF_FFFF)], "beyond any memory"),
            ([at(0x100000, memory: 4)], "only 4 in memory"),
            ([at(0x100000), at(0x100004)], "overlaps program header 0"),
            ([at(0xA0000)], "over video memory"),
            ([at(0x100000), at(0x1000000)], "try -m 17M"),
        ]
        for (segments, expected) in cases {
            let error = failure { try loader.plan(Images.elf(segments: segments)) }
            #expect(error?.description.contains(expected) == true, "\(expected): \(String(describing: error))")
        }
    }

    @Test func everyTruncationIsRefusedOrHarmless() {
        let image = Images.elf()
        for length in 0..<image.count {
            let error = failure { try loader.plan(Array(image[..<length])) }
            #expect(error != nil, "truncated to \(length) bytes")
        }
    }

    @Test func unknownRequirementsAreRefused() {
        var image = Images.elf()
        image.replaceSubrange(84..<96, with: Images.multibootHeader(flags: 0x8003))
        #expect(failure { try loader.plan(image) }?.description.contains("0x8000") == true)
    }

    @Test func compressedKernelsAreInflated() throws {
        let machine = try Machine(
            MachineConfiguration(image: BootImage(name: "k.gz", bytes: Images.gzip(Images.elf()))))
        #expect(machine.kind == .multiboot)
        #expect(machine.run().status == 7)
    }

    @Test func damagedAndEndlessCompressionIsRefused() {
        var damaged = Images.gzip(Images.elf())
        damaged[damaged.count / 2] ^= 0x55
        #expect(failure { try Gunzip.inflate(damaged) } != nil)
        #expect(failure { try Gunzip.inflate(Array(damaged[..<20])) } != nil)
        let bomb = Images.gzip(Array(repeating: 0, count: 1 << 20))
        #expect(failure { try Gunzip.inflate(bomb, limit: 1 << 16) }?.description.contains("more than") == true)
    }
}

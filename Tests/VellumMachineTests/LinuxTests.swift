import Testing
import VellumHypervisor

@testable import VellumMachine

@Suite struct LinuxTests {
    private let loader = LinuxLoader(memory: 64 << 20, commandLine: "console=ttyS0", initrd: [1, 2, 3, 4, 5])
    private let page = LinuxLoader.zeroPage

    @Test func fillsTheZeroPage() throws {
        let plan = try loader.plan(Images.linux())
        #expect(plan.entry.esi == page)
        #expect(plan.entry.eip == 0x100000)
        #expect(plan.bytes(at: 0x100000, count: 2) == [0xB0, 0x03])
        #expect(plan.word(page + 0x202) == 0x5372_6448)
        #expect(plan.bytes(at: page + 0x210, count: 1) == [0xFF])
        let line = try #require(plan.word(page + 0x228))
        #expect(plan.bytes(at: line, count: 14) == Array("console=ttyS0".utf8) + [0])
    }

    @Test func putsTheInitrdAsHighAsAllowed() throws {
        let plan = try loader.plan(Images.linux())
        #expect(plan.word(page + 0x218) == UInt32((64 << 20) - 4096))
        #expect(plan.word(page + 0x21C) == 5)
        let low = try loader.plan(Images.linux { $0.put32(0x1FF_FFFF, at: 0x22C) })
        #expect(low.word(page + 0x218) == UInt32(0x200_0000 - 4096))
    }

    @Test func reportsMemoryByE820() throws {
        let plan = try loader.plan(Images.linux())
        #expect(plan.bytes(at: page + 0x1E8, count: 1) == [4])
        let last = page + 0x2D0 + 3 * 20
        #expect(plan.word(last) == 0x100000)
        #expect(plan.word(last + 8) == 63 << 20)
        #expect(plan.word(last + 16) == 1)
        #expect(plan.word(page + 0x2D0 + 2 * 20) == 0xF0000)
        #expect(plan.word(page + 0x2D0 + 2 * 20 + 16) == 2)
    }

    @Test func absurdHeadersAreRefused() {
        let images: [(String, [UInt8])] = [
            ("setup sectors", Images.linux { $0.put8(255, at: 0x1F1) }),
            ("zImage", Images.linux { $0.put8(0, at: 0x211) }),
            ("boot header", Images.linux { $0.put8(0, at: 0x201) }),
            ("past the end of memory", Images.linux { $0.put32(0xFFFF_FFFF, at: 0x260) }),
            ("past the end of memory", Images.linux { $0.put64(0xFFFF_FFFF_0000_0000, at: 0x258) }),
            ("do not fit", Images.linux { $0.put32(0x1000, at: 0x22C) }),
            ("at most 3", Images.linux { $0.put32(3, at: 0x238) }),
        ]
        for (expected, image) in images {
            let error = failure { try loader.plan(image) }
            #expect(error?.exitStatus == 65)
            #expect(error?.description.contains(expected) == true, "\(expected): \(String(describing: error))")
        }
    }

    @Test func everyTruncationIsRefused() {
        let image = Images.linux()
        for length in 0...1024 {
            #expect(failure { try loader.plan(Array(image[..<length])) } != nil, "truncated to \(length) bytes")
        }
    }

    @Test func tablesHaveRightSumsAndLinks() throws {
        let region = ACPITables().region
        let reader = ByteReader(region.bytes)
        func table(_ address: UInt32) throws -> (String, [UInt8]) {
            let offset = Int(address - ACPITables.address)
            let length = Int(try #require(reader.u32(offset + 4)))
            let bytes = Array(try #require(reader.slice(UInt64(offset), UInt64(length))))
            return (String(decoding: bytes[..<4], as: UTF8.self), bytes)
        }
        #expect(region.bytes[..<8].elementsEqual("RSD PTR ".utf8))
        #expect(ACPITables.checksum(Array(region.bytes[..<20])) == 0)
        let root = try table(try #require(reader.u32(16)))
        #expect(root.0 == "RSDT" && ACPITables.checksum(root.1) == 0)
        let fixed = try table(try #require(ByteReader(root.1).u32(36)))
        #expect(fixed.0 == "FACP" && fixed.1.count == 116 && ACPITables.checksum(fixed.1) == 0)
        #expect(ByteReader(fixed.1).u32(64) == UInt32(ACPITables.controlPort))
        let controllers = try table(try #require(ByteReader(root.1).u32(40)))
        #expect(controllers.0 == "APIC" && ACPITables.checksum(controllers.1) == 0)
        // Each entry says how long it is, and the last ends with the table.
        var place = 44
        while place < controllers.1.count { place += Int(max(1, controllers.1[place + 1])) }
        #expect(place == controllers.1.count)
        let facs = try #require(ByteReader(fixed.1).u32(36))
        #expect(facs % 64 == 0)
        #expect(try table(facs).0 == "FACS")
        let definition = try table(try #require(ByteReader(fixed.1).u32(40)))
        #expect(definition.0 == "DSDT" && ACPITables.checksum(definition.1) == 0)
        #expect(definition.1[36...].starts(with: [0x08, 0x5F, 0x53, 0x35, 0x5F, 0x12]))
    }

    @Test func aProcessorWithoutAnAPICHasNoTableOfIt() throws {
        let bytes = ACPITables(hasAPIC: false).region.bytes
        #expect(ByteReader(bytes).u32(0x44) == 40)
        #expect(!bytes.indices.contains { bytes[$0...].starts(with: "APIC".utf8) })
    }

    @Test func theMultiprocessorTableHasRightSumsAndEntries() throws {
        let bytes = MPTable(ProcessorModel()).region.bytes
        #expect(bytes.starts(with: "_MP_".utf8) && ACPITables.checksum(Array(bytes[..<16])) == 0)
        #expect(ByteReader(bytes).u32(4) == MPTable.address + 16)
        let table = Array(bytes[16...])
        #expect(table.starts(with: "PCMP".utf8) && ACPITables.checksum(table) == 0)
        #expect(ByteReader(table).u16(4).map(Int.init) == table.count)
        var place = 44
        var counts: [UInt8: Int] = [:]
        while place < table.count {
            counts[table[place], default: 0] += 1
            place += table[place] == 0 ? 20 : 8
        }
        #expect(place == table.count)
        #expect(counts == [0: 1, 1: 2, 2: 1, 3: 16, 4: 2])
        #expect(ByteReader(table).u16(34).map(Int.init) == counts.values.reduce(0, +))
    }

    /// Linux switches off with SLP_TYP 0 and SLP_EN in the control register.
    @Test func softOffEndsTheRun() throws {
        // mov dx, 604h; mov eax, 2000h; out dx, ax
        let code: [UInt8] = [0xBA, 0x04, 0x06, 0, 0, 0xB8, 0x00, 0x20, 0, 0, 0x66, 0xEF, 0xF4]
        let machine = try Machine(MachineConfiguration(image: BootImage(name: "k", bytes: Images.linux(code: code))))
        #expect(machine.kind == .linux)
        let report = machine.run(maximumInstructions: 100)
        #expect(report.reason == .powerOff && report.status == 0)
        #expect(machine.instructions == 3)
    }
}

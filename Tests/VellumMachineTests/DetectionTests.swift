import Testing

@testable import VellumMachine

@Suite struct DetectionTests {
    @Test func tellsKindsByTheirBytes() {
        #expect(ImageKind.detect(Images.elf()) == .multiboot)
        #expect(ImageKind.detect(Images.kludge()) == .multiboot)
        #expect(ImageKind.detect(Images.linux()) == .linux)
        #expect(ImageKind.detect([0x4D, 0x5A] + Array(repeating: 0, count: 100)) == .dosEXE)
        var floppy = ByteWriter(count: 1_474_560)
        floppy.put16(0xAA55, at: 510)
        #expect(ImageKind.detect(floppy.bytes) == .floppy)
        floppy.set("CD001".utf8, at: 16 * 2048 + 1)
        #expect(ImageKind.detect(floppy.bytes) == .cdrom)
        #expect(ImageKind.detect([]) == nil)
        #expect(ImageKind.detect(Array("hello".utf8)) == nil)
    }

    @Test func whatCannotRunSaysSoInOneLine() {
        let cases: [([UInt8], String)] = [
            ([], "empty"), (Array("hello".utf8), "--load"),
            ([0x4D, 0x5A] + Array(repeating: 0, count: 100), "no load module"),
            ([0x7F, 0x45, 0x4C, 0x46] + Array(repeating: 0, count: 100), "without a Multiboot header"),
        ]
        for (bytes, expected) in cases {
            let error = failure { try Machine(MachineConfiguration(image: BootImage(name: "x.img", bytes: bytes))) }
            #expect(error?.exitStatus == 65)
            #expect(error?.description.contains(expected) == true)
            #expect(error?.description.hasPrefix("x.img: ") == true)
        }
    }

    @Test func filesThatAreNoneAreRefused() {
        #expect(failure { try BootImage(path: "/") }?.exitStatus == 66)
        #expect(failure { try BootImage(path: "/nonexistent/image") }?.exitStatus == 66)
        #expect(failure { try BootImage(path: "/dev/null") }?.description.contains("regular") == true)
    }

    @Test func flatImagesStartWhereTheyAreTold() throws {
        let loader = FlatLoader(memory: 1 << 20, layout: FlatLayout(load: 0x7C00, entry: 0x7C02, mode: .bits16))
        let plan = try loader.plan([0x90, 0x90, 0xF4])
        #expect(plan.entry.mode == .real(code: 0, data: 0))
        #expect(plan.entry.eip == 0x7C02)
        let bad: [FlatLayout] = [
            FlatLayout(load: 0xFFFF_FFFF, entry: 0xFFFF_FFFF), FlatLayout(load: 0x1000, entry: 0x2000),
            FlatLayout(load: 0xFFFFF, entry: 0x100001), FlatLayout(load: 0xA0000, entry: 0xA0000),
        ]
        for layout in bad {
            #expect(failure { try FlatLoader(memory: 1 << 20, layout: layout).plan([1, 2, 3]) } != nil)
        }
        let high = FlatLayout(load: 0x100000, entry: 0x100000, mode: .bits16)
        #expect(
            failure { try FlatLoader(memory: 2 << 20, layout: high).plan([1]) }?.description.contains("--mode 32")
                == true)
    }
}

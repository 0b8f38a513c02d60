import Foundation
import Testing
import VellumMachine
import VellumTestSupport

@testable import VellumDOS

/// Services called with random registers: nothing may stop the host, and nothing outside the drive may be touched.
@Suite struct ServiceFuzzTests {
    private static func number(_ name: String, _ standard: UInt64) -> UInt64 {
        getenv(name).flatMap { UInt64(String(cString: $0)) } ?? standard
    }

    /// Names that programs may come up with.
    private static let names = [
        "A.TXT", "B", "..", ".", "\\", "C:\\", "C:A.TXT", "SUB", "SUB\\A.TXT", "SUB\\..\\..\\secret.txt",
        "..\\secret.txt", "LINK", "LINKDIR\\X", "C:\\LINKDIR\\secret.txt", "*.*", "?.TXT", "SUB\\*.*", "NUL", "CON",
        "AUX.TXT", "CLOCK$", "PRN", "Z:\\COMMAND.COM", "D:\\X", "LONGNAMETHATISTOOLONG.EXTENSION", "A\\B\\C\\D\\E",
        "/etc/passwd", "\\\\server\\x", "a:", ":", "C:..", "SUB/../../secret.txt", "\u{1}\u{2}", "PROG.COM",
    ]

    /// The registers of one call: values near those that mean something.
    private func registers(_ random: inout SeededGenerator, _ bench: ServiceBench) -> ServiceRegisters {
        var registers = ServiceRegisters()
        func value(_ random: inout SeededGenerator) -> UInt16 {
            let word = random.word16()
            switch random.next() % 6 {
            case 0: return word
            case 1: return word & 0xFF
            case 2: return word & 7
            case 3: return word & 0x3F << 6
            case 4: return 0xFFFF - word & 3
            default: return UInt16(random.next() % 40) * 0x40
            }
        }
        registers.ax = random.word16()
        if random.next() % 3 != 0 { registers.ah = UInt8(random.next() % 0x6D) }
        if random.next() % 2 == 0 { registers.al = UInt8(random.next() % 8) }
        registers.bx = value(&random)
        registers.cx = value(&random)
        registers.dx = value(&random)
        registers.si = value(&random)
        registers.di = value(&random)
        registers.bp = value(&random)
        registers.ds = random.next() % 8 == 0 ? random.word16() : bench.segment
        registers.es = random.next() % 8 == 0 ? random.word16() : bench.segment
        registers.ss = bench.segment
        registers.sp = 0xFF00
        return registers
    }

    private func call(_ random: inout SeededGenerator, _ bench: ServiceBench) {
        var registers = registers(&random, bench)
        let (kernel, bios) = (bench.kernel, bench.kernel.bios)
        switch random.next() % 24 {
        case 0: _ = bios.video(&registers)
        case 1: _ = bios.keyboard(&registers)
        case 2: _ = bios.clock(&registers)
        case 3 where registers.ah != 0x86: _ = bios.system(&registers)
        case 4: _ = bios.disk(&registers)
        case 5: _ = bios.mouse.service(&registers)
        case 6: _ = kernel.multiplexService(&registers)
        case 7: _ = kernel.shellStep(&registers)
        default: _ = kernel.function(&registers)
        }
    }

    /// A drive with links to what is beside it.
    private func prison() throws -> Workspace {
        let outer = try Workspace()
        try outer.write("secret.txt", "secret")
        try outer.write("other/secret.txt", "other")
        try outer.write("drive/A.TXT", "a")
        try outer.write("drive/SUB/A.TXT", "sub")
        try outer.write("drive/PROG.COM", [0xC3])
        let files = FileManager.default
        try files.createSymbolicLink(atPath: outer.file("drive/LINK"), withDestinationPath: "../secret.txt")
        try files.createSymbolicLink(atPath: outer.file("drive/LINKDIR"), withDestinationPath: "../other")
        return outer
    }

    @Test func randomRegistersTouchNothingOutside() throws {
        let seed = Self.number("VELLUM_FUZZ_SEED", 20_260_102)
        let calls = Self.number("VELLUM_FUZZ_CALLS", 20_000)
        var random = SeededGenerator(seed: seed)
        let round: UInt64 = 20_000
        for _ in 0..<(calls + round - 1) / round {
            let outer = try prison()
            let bench = try ServiceBench(drives: [DOSDrive(letter: "C", directory: outer.file("drive"))], input: "ab\n")
            for _ in 0..<round {
                if random.next() % 16 == 0 {
                    for slot in 0..<40 as Range<UInt16> {
                        bench.put(Self.names.randomElement(using: &random) ?? "", at: slot * 0x40)
                    }
                }
                // Programs may write to the BIOS's own data.
                if random.next() % 32 == 0 {
                    let place = 0x400 + UInt32(random.next() % 0x100)
                    bench.kernel.host.writeByte(place, UInt8(truncatingIfNeeded: random.next()))
                }
                call(&random, bench)
            }
            #expect(outer.names == ["drive", "other", "secret.txt"], "seed \(seed)")
            #expect(outer.text("secret.txt") == "secret" && outer.text("other/secret.txt") == "other", "seed \(seed)")
            let other = try FileManager.default.contentsOfDirectory(atPath: outer.file("other"))
            #expect(other == ["secret.txt"], "seed \(seed)")
        }
    }

    /// Found by five million random calls: the port of the status register is worked out of a word that programs may change.
    @Test func aWrongControllerPortInTheDataAreaDoesNoHarm() throws {
        let bench = try ServiceBench()
        bench.kernel.host.writeWord(0x463, 0xFFFF)
        var registers = ServiceRegisters()
        (registers.ax, registers.bx) = (0x0B00, 0x0001)
        #expect(bench.kernel.bios.video(&registers) == .done)
    }

    /// Found likewise: a key buffer whose tail no head ever meets held the host for ever.
    @Test(arguments: [0x001F, 0x0010, 0xFFFE, 0x0040] as [UInt16]) func aKeyBufferWithoutAnEndIsEmpty(tail: UInt16)
        throws
    {
        let bench = try ServiceBench()
        bench.kernel.host.writeWord(0x41C, tail)
        var taken = 0
        while bench.kernel.bios.takeKey() != nil, taken < 100_000 { taken += 1 }
        #expect(taken == 0)
        bench.kernel.host.writeWord(0x41C, 0x22)
        #expect(bench.kernel.bios.takeKey() != nil && bench.kernel.bios.takeKey() != nil)
        #expect(bench.kernel.bios.takeKey() == nil)
    }

    @Test func randomProgramsAreRefusedOrRun() throws {
        let seed = Self.number("VELLUM_FUZZ_SEED", 20_260_103)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var bytes = (0..<Int(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if bytes.count > 30 {
                bytes.replaceSubrange(0..<2, with: [0x4D, 0x5A])
                for index in stride(from: 2, to: 28, by: 2) where random.next() % 3 != 0 {
                    bytes[index] = UInt8(random.next() % 8)
                    bytes[index + 1] = 0
                }
            }
            guard let image = try? ProgramImage(bytes) else { continue }
            #expect(image.relocated(to: random.word16()).count == image.module.count)
        }
    }
}

extension SeededGenerator {
    /// What a 16-bit register may hold.
    mutating func word16() -> UInt16 { UInt16(truncatingIfNeeded: next()) }
}

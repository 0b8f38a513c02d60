import Testing

@testable import VellumConformance

/// Builds MOO chunks.
private enum Chunk {
    static func make(_ tag: String, _ body: [UInt8]) -> [UInt8] { Array(tag.utf8) + word(UInt32(body.count)) + body }
    static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) } }
    static func half(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }

    static func header(_ processor: String, tests: UInt32 = 1) -> [UInt8] {
        make("MOO ", [1, 1, 0, 0] + word(tests) + Array(processor.utf8))
    }

    static func registers16(_ values: [UInt16?]) -> [UInt8] {
        let present = values.enumerated().reduce(UInt16(0)) { $1.element == nil ? $0 : $0 | 1 << UInt16($1.offset) }
        return make("REGS", half(present) + values.compactMap { $0 }.flatMap(half))
    }

    static func memory(_ bytes: [(UInt32, UInt8)]) -> [UInt8] {
        make("RAM ", word(UInt32(bytes.count)) + bytes.flatMap { word($0.0) + [$0.1] })
    }

    static func test(bytes: [UInt8], initial: [UInt8], final: [UInt8], more: [UInt8] = []) -> [UInt8] {
        let name = Array("nop".utf8)
        return make(
            "TEST",
            word(7) + make("NAME", word(3) + name) + make("BYTS", word(UInt32(bytes.count)) + bytes)
                + make("INIT", initial) + make("FINA", final) + more)
    }
}

@Suite struct MooParserTests {
    private let initial = (1...14).map { UInt16($0) as UInt16? }

    private func sample(_ processor: String = "C286") -> [UInt8] {
        let final: [UInt16?] = Array(repeating: nil, count: 12) + [0x101, nil]
        let test = Chunk.test(
            bytes: [0x90, 0xF4], initial: Chunk.registers16(initial) + Chunk.memory([(0x20, 0x90), (0x21, 0xF4)]),
            final: Chunk.registers16(final) + Chunk.memory([]),
            more: Chunk.make("EXCP", [13] + Chunk.word(0x1234)) + Chunk.make("HASH", [0xAB, 0xCD]))
        return Chunk.header(processor) + Chunk.make("XTRA", [1, 2, 3]) + test
    }

    @Test func readsSixteenBitTests() throws {
        let file = try MooParser.parse(sample())
        #expect(file.processor == "C286" && file.is286 && !file.isWide)
        let test = try #require(file.tests.first)
        #expect(test.index == 7 && test.name == "nop" && test.bytes == [0x90, 0xF4])
        // AX BX CX DX CS SS DS ES SP BP SI DI IP FLAGS hold 1 to 14.
        #expect(test.initial.registers[.ebx] == 2 && test.initial.registers[.ss] == 6)
        #expect(test.initial.registers[.esp] == 9 && test.initial.registers[.eflags] == 14)
        #expect(test.final.registers[.eip] == 0x101 && test.final.registers[.eax] == nil)
        #expect(test.initial.memory == [MooByte(address: 0x20, value: 0x90), MooByte(address: 0x21, value: 0xF4)])
        #expect(test.exception == MooException(vector: 13, flagsAddress: 0x1234))
        #expect(test.hash == [0xAB, 0xCD])
    }

    @Test func readsWideRegistersAndMasks() throws {
        let all = (0..<20).map { UInt32($0) * 0x1_0001 }
        let wide = Chunk.make("RG32", Chunk.word(0xF_FFFF) + all.flatMap(Chunk.word))
        let changed = Chunk.make("RG32", Chunk.word(1 << 16 | 1 << 2) + Chunk.word(0xAAAA_0000) + Chunk.word(0x500))
        let mask = Chunk.make("RM32", Chunk.word(1 << 17) + Chunk.word(0xFFFF_F7FF))
        let bytes =
            Chunk.header("386E") + mask
            + Chunk.test(
                bytes: [0x40, 0xF4], initial: wide + Chunk.memory([]), final: changed + mask + Chunk.memory([]))
        let file = try MooParser.parse(bytes)
        #expect(file.isWide && file.masks[.eflags] == 0xFFFF_F7FF)
        let test = try #require(file.tests.first)
        #expect(test.initial.registers[.cr3] == 0x1_0001 && test.initial.registers[.dr7] == 19 * 0x1_0001)
        #expect(test.final.registers[.eax] == 0xAAAA_0000 && test.final.registers[.eip] == 0x500)
        #expect(test.masks[.eflags] == 0xFFFF_F7FF)
    }

    @Test func readsTheModeOfMeta() throws {
        let meta = Chunk.make("META", Array(repeating: 0, count: 27) + [2, 0, 0, 0])
        #expect(try MooParser.parse(Chunk.header("386E") + meta).mode == 2)
    }

    @Test func refusesWhatIsNotMoo() {
        #expect(throws: MooError.notMoo) { try MooParser.parse([]) }
        #expect(throws: MooError.notMoo) { try MooParser.parse(Chunk.make("RIFF", [1, 2, 3, 4])) }
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = sample()
        // A file may end between top-level chunks; anywhere else it is truncated.
        let boundaries: Set<Int> = [20, 31]
        for length in 0..<whole.count where !boundaries.contains(length) {
            #expect(throws: MooError.self) { try MooParser.parse(Array(whole[0..<length])) }
        }
    }

    @Test func lyingCountsAndLengthsAreErrors() throws {
        let whole = sample()
        for offset in stride(from: 24, to: whole.count - 4, by: 1) {
            var bytes = whole
            for byte in 0..<4 { bytes[offset + byte] = 0xFF }
            // Either an error or a file: no trap, no giant allocation.
            _ = try? MooParser.parse(bytes)
        }
        let lying = Chunk.make("RAM ", Chunk.word(0xFFFF_FFFF))
        let test = Chunk.test(bytes: [0x90], initial: Chunk.registers16(initial) + lying, final: [])
        #expect(throws: MooError.self) { try MooParser.parse(Chunk.header("C286") + test) }
    }

    @Test func randomMutationsNeverTrap() {
        let seed: UInt64 = 0xA11CE
        var random = RandomSource(seed: seed)
        for _ in 0..<2_000 {
            var bytes = sample()
            for _ in 0..<(1 + random.below(6)) { bytes[random.below(bytes.count)] = random.byte() }
            _ = try? MooParser.parse(bytes)
        }
    }
}

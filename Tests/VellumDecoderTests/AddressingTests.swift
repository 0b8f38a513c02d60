import Testing
import VellumDecoder
import VellumIA32

@Suite struct AddressingTests {
    let decoder: Decoder

    init() throws {
        decoder = try Decoder(level: .pentium3)
    }

    @Test func decodedInstructionIsSmall() {
        #expect(MemoryLayout<DecodedInstruction>.size <= 64)
        #expect(MemoryLayout<DecodedInstruction>.stride <= 64)
    }

    /// Base, index, default segment and displacement of the eight 16-bit forms (SDM vol. 2, table 2-1).
    @Test(
        arguments: [
            ("8b00", 3, 6, SegmentRegister.ds), ("8b01", 3, 7, .ds), ("8b02", 5, 6, .ss), ("8b03", 5, 7, .ss),
            ("8b04", 6, 0xFF, .ds), ("8b05", 7, 0xFF, .ds), ("8b4600", 5, 0xFF, .ss), ("8b07", 3, 0xFF, .ds),
        ] as [(String, UInt8, UInt8, SegmentRegister)])
    func sixteenBitForm(bytes: String, base: UInt8, index: UInt8, segment: SegmentRegister) throws {
        let instruction = try #require(decoder.instruction(bytes, codeSize32: false))
        #expect(instruction.base == base && instruction.index == index && instruction.segment == segment)
        #expect(instruction.addressSize == .word && instruction.isMemory)
    }

    @Test func direct() throws {
        let word = try #require(decoder.instruction("8b06f0ff", codeSize32: false))
        #expect(word.base == 0xFF && word.index == 0xFF && word.displacement == 0xFFFF_FFF0 && word.segment == .ds)
        let dword = try #require(decoder.instruction("8b0578563412"))
        #expect(dword.base == 0xFF && dword.displacement == 0x1234_5678)
        let sib = try #require(decoder.instruction("648b04b578563412"))
        #expect(sib.base == 0xFF && sib.index == 6 && sib.scale == 2 && sib.segment == .fs && sib.length == 8)
        let stack = try #require(decoder.instruction("8b4424f0"))
        #expect(stack.base == 4 && stack.index == 0xFF && stack.segment == .ss && stack.displacement == 0xFFFF_FFF0)
    }

    @Test func memoryOffset() throws {
        let word = try #require(decoder.instruction("67a1f0ff"))
        #expect(word.displacement == 0xFFF0 && word.operandSize == .dword && word.addressSize == .word)
        #expect(!word.isMemory && word.segment == .ds && word.length == 4)
        let override = try #require(decoder.instruction("26a200000080"))
        #expect(override.displacement == 0x8000_0000 && override.segment == .es)
    }

    @Test func immediates() throws {
        #expect(try #require(decoder.instruction("830984")).immediate == 0xFFFF_FF84)
        #expect(try #require(decoder.instruction("66058084")).immediate == 0x8480)
        let enter = try #require(decoder.instruction("c8ff80ff"))
        #expect(enter.immediate == 0x80FF && enter.immediate2 == 0xFF)
        let far = try #require(decoder.instruction("ea001122334455"))
        #expect(far.immediate == 0x3322_1100 && far.immediate2 == 0x5544)
        let near = try #require(decoder.instruction("ea00112233", codeSize32: false))
        #expect(near.immediate == 0x1100 && near.immediate2 == 0x3322)
        #expect(try #require(decoder.instruction("66e80080")).immediate == 0xFFFF_8000)
        #expect(try #require(decoder.instruction("ebfe")).immediate == 0xFFFF_FFFE)
        #expect(try #require(decoder.instruction("d40a")).immediate == 10)
    }

    @Test func impliedSegments() throws {
        #expect(try #require(decoder.instruction("2ea5")).segment == .cs)
        #expect(try #require(decoder.instruction("2eab")).segment == .es)
        #expect(try #require(decoder.instruction("36d7")).segment == .ss)
        #expect(try #require(decoder.instruction("65ac")).segment == .gs)
    }
}

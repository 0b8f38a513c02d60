import VellumIA32

/// A random program for comparing engine settings: 32 blocks of generated code in one page, which jump among each other,
/// rewrite each other, call, return and loop, while a timer interrupts.
///
/// It runs in ring 3 with paging.  Whatever faults goes on in another block, so a program has no end of its own; it is
/// run for a number of instructions.
package struct EngineProgram: Equatable, Sendable {
    package static let blockSize = 128
    package static let blockCount = Int(Arena.codeSize) / blockSize
    /// Where the code page can be written: offset in the data segment, beyond the data.
    package static let alias: UInt32 = 0x7000
    /// The software interrupt that ring 3 may use.
    package static let service: UInt8 = 0x21
    package static let timer: UInt8 = 0x20

    package var is16: Bool
    /// The code page.
    package var code: [UInt8]
    package var registers: [UInt32]
    package var eflags: UInt32
    package var pattern: Int
    /// Instructions from one timer tick to the next.
    package var period: UInt64
    package var length: UInt64

    package init(seed: UInt64, choice: RowChoice) {
        var generator = CaseGenerator(choice: choice, seed: seed)
        is16 = generator.random.chance(35)
        code = [UInt8](repeating: 0xCC, count: Int(Arena.codeSize))
        let first = generator.next(is16: is16)
        registers = first.registers
        pattern = first.pattern
        eflags = 0x202
        period = UInt64(37 + generator.random.below(400))
        length = UInt64(500 + generator.random.below(2500))
        for number in 0..<EngineProgram.blockCount {
            let bytes = EngineProgram.block(number, is16, &generator)
            code.replaceSubrange(
                (number * EngineProgram.blockSize)..<(number * EngineProgram.blockSize + bytes.count), with: bytes)
        }
    }

    /// EIP of a block.
    package static func entry(_ number: Int, is16: Bool) -> UInt32 {
        (is16 ? 0 : Arena.code) + UInt32(number * blockSize)
    }

    // MARK: Blocks

    private static func block(_ number: Int, _ is16: Bool, _ generator: inout CaseGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<(1 + generator.random.below(2)) {
            let part = generator.next(is16: is16).code
            if bytes.count + part.count <= 70 { bytes += part }
            if generator.random.chance(30) { bytes += selfModifying(number, is16, &generator.random) }
        }
        bytes += tail(number, bytes.count, is16, &generator.random)
        return Array(bytes.prefix(blockSize))
    }

    /// XOR byte or MOV byte with an immediate, to a random place in the code: often the same block.
    private static func selfModifying(_ number: Int, _ is16: Bool, _ random: inout RandomSource) -> [UInt8] {
        let near = random.chance(50)
        let place = UInt32(near ? number * blockSize + random.below(100) : random.below(Int(Arena.codeSize)))
        let segment = is16 ? alias : Arena.dataSegment + alias
        let address = Encoding.little(segment + place, is16 ? 2 : 4)
        let modRM: UInt8 = is16 ? 0x06 : 0x05
        switch random.below(3) {
        case 0: return [0x80, modRM | 0x30] + address + [1 << UInt8(random.below(8))]
        case 1: return [0xC6, modRM] + address + [random.byte()]
        // INC of a byte: a loop that changes its own immediates.
        default: return [0xFE, modRM] + address
        }
    }

    private static func tail(
        _ number: Int, _ offset: Int, _ is16: Bool, _ random: inout RandomSource
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        let backToStart = UInt8(truncatingIfNeeded: 0 - offset - 2)
        switch random.below(8) {
        // LOOP, and LOOPNE: back to the block's start.
        case 0 where offset < 120: bytes += [random.chance(50) ? 0xE2 : 0xE0, backToStart]
        // DEC ECX; JNZ: the same with flags.
        case 1 where offset < 110: bytes += [0x49, 0x75, backToStart &- 1]
        case 2: bytes += [0xCD, service]
        case 3: bytes += near(0xE8, number, offset, is16, &random)
        case 4: return [0xC3]
        default: break
        }
        return bytes + near(0xE9, number, offset + bytes.count, is16, &random)
    }

    /// JMP or CALL to a random block.
    private static func near(
        _ opcode: UInt8, _ number: Int, _ offset: Int, _ is16: Bool, _ random: inout RandomSource
    ) -> [UInt8] {
        let size = is16 ? 2 : 4
        let from = number * blockSize + offset + 1 + size
        let target = random.below(blockCount) * blockSize
        return [opcode] + Encoding.little(UInt32(truncatingIfNeeded: target - from), size)
    }
}

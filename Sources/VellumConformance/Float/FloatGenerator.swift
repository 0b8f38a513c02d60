import VellumIA32

/// Makes cases of x87, MMX and SSE: FXRSTOR of a random state, then one to eight instructions, and sums between.
struct FloatGenerator {
    private var random: RandomSource
    private let rows: [Int]

    init(seed: UInt64, rows: [Int]) {
        random = RandomSource(seed: seed)
        self.rows = rows
    }

    /// The rows of MMX and SSE.
    static let vectorRows = InstructionTable.rows.indices.filter { InstructionTable.rows[$0].operation == .simd }

    mutating func next() -> GeneratedCase {
        var instructions = [restore()]
        let count = random.chance(60) ? 1 : random.chance(70) ? 2 + random.below(3) : 5 + random.below(4)
        for _ in 0..<count {
            instructions.append(instruction())
            if isKnownToDiffer(instructions[instructions.count - 1]) { break }
            // The interpreter's short ways are open once an instruction went the long one.
            if random.chance(15) { instructions += sum() }
        }
        var registers = (0..<8).map { _ in random.edge() }
        for index in [1, 3, 6, 7] { registers[index] = pointer() }
        registers[4] = Arena.data + 0x800
        let flags = UInt32(truncatingIfNeeded: random.next()) & 0x8D5 | 0x202
        var item = GeneratedCase(
            registers: registers, eflags: flags | (random.chance(4) ? EFlags.alignmentCheck.rawValue : 0), is16: false,
            pattern: random.below(Arena.patternCount), instructions: instructions)
        item.isFloat = true
        return item
    }

    /// Somewhere in the first page: mostly aligned, now and then at its end or in the page that cannot be written.
    private mutating func pointer() -> UInt32 {
        switch random.below(20) {
        case 0: Arena.data + UInt32(random.below(4000))
        case 1: Arena.data + 0x1FF0 + UInt32(random.below(24))
        case 2: Arena.data + Arena.writableSize + UInt32(random.below(0xE00))
        case 3: Arena.data + Arena.dataSize - UInt32(random.below(40))
        default: Arena.data + UInt32(random.below(200)) * 16
        }
    }

    private mutating func restore() -> GeneratedInstruction {
        let address = FloatArena.image(random.below(FloatArena.imagesPerPattern))
        return GeneratedInstruction(
            bytes: [0x0F, 0xAE, 0x0D] + (0..<4).map { UInt8(truncatingIfNeeded: address >> UInt32($0 * 8)) },
            row: InstructionTable.lookup(map: .escape0F, opcode: 0xAE, modRM: 0x0D) ?? 0)
    }

    private mutating func instruction() -> GeneratedInstruction {
        switch random.below(20) {
        case 0:
            GeneratedInstruction(
                bytes: [0x9B], row: InstructionTable.lookup(map: .primary, opcode: 0x9B, modRM: 0) ?? 0)
        case 1..<13: escape()
        default: vector()
        }
    }

    /// FXSAVE and CVTPI2PS from memory leave what `FloatRules` explains; nothing may build upon it.
    private func isKnownToDiffer(_ instruction: GeneratedInstruction) -> Bool {
        let row = InstructionTable.rows[instruction.row]
        guard row.map == .escape0F else { return false }
        return row.opcode == 0xAE && row.group == 0 || row.opcode == 0x2A && instruction.bytes[0] == 0x0F
    }

    // MARK: x87

    private mutating func escape() -> GeneratedInstruction {
        let opcode = 0xD8 + UInt8(random.below(8))
        let isMemory = random.chance(35)
        var bytes = isMemory && random.chance(15) ? [UInt8(0x66)] : []
        let operand = isMemory ? memory(reg: UInt8(random.below(8))) : [0xC0 | UInt8(random.below(64))]
        // FISTTP came with SSE3.
        if isMemory, operand[0] >> 3 & 7 == 1, [0xDB, 0xDD, 0xDF].contains(opcode) { return escape() }
        bytes += [opcode] + operand
        return GeneratedInstruction(
            bytes: bytes, row: InstructionTable.lookup(map: .primary, opcode: opcode, modRM: operand[0]) ?? 0)
    }

    /// FLD and arithmetic with memory, and mostly arithmetic that pops: what the interpreter does at once.
    private mutating func sum() -> [GeneratedInstruction] {
        let double: UInt8 = random.chance(50) ? 4 : 0
        var all = [[0xD9 + double] + memory(reg: 0), [0xD8 + double] + memory(reg: UInt8(random.below(8)))]
        if random.chance(80) {
            let index = random.chance(80) ? 1 : UInt8(random.below(8))
            all.append([random.chance(90) ? 0xDE : 0xD8, 0xC0 | UInt8(random.below(8)) << 3 | index])
        }
        return all.map { bytes in
            GeneratedInstruction(
                bytes: bytes, row: InstructionTable.lookup(map: .primary, opcode: bytes[0], modRM: bytes[1]) ?? 0)
        }
    }

    /// ModRM and what follows: a pointer register with a small displacement.
    private mutating func memory(reg: UInt8, aligned: Bool = false) -> [UInt8] {
        let base: [UInt8] = [1, 3, 6, 7]
        let register = base[random.below(4)]
        let displacement = aligned ? UInt8(random.below(8) * 16) : UInt8(random.below(128))
        if random.chance(30) { return [reg << 3 | register] }
        return [0x40 | reg << 3 | register, displacement]
    }

    // MARK: MMX and SSE

    private mutating func vector() -> GeneratedInstruction {
        let index = random.pick(rows, else: 0)
        let row = InstructionTable.rows[index]
        let opcode = row.opcode + UInt8(random.below(Int(row.span)))
        var bytes: [UInt8] = []
        if row.mandatory == .packedAndScalar, random.chance(50), hasScalarForm(opcode) { bytes.append(0xF3) }
        bytes += [0x0F, opcode]
        let reg = row.group ?? UInt8(random.below(8))
        switch row.mod {
        case .none: break
        case .memory: bytes += memory(reg: reg, aligned: random.chance(90))
        case .register: bytes.append(0xC0 | reg << 3 | UInt8(random.below(8)))
        case .any:
            let isMemory = random.chance(40)
            bytes +=
                isMemory
                ? memory(reg: reg, aligned: random.chance(90)) : [0xC0 | reg << 3 | UInt8(random.below(8))]
        }
        if row.operands.third == .ib { bytes.append(random.chance(50) ? random.byte() : UInt8(random.below(8))) }
        return GeneratedInstruction(bytes: bytes, row: index)
    }

    private func hasScalarForm(_ opcode: UInt8) -> Bool { opcode != 0x50 }
}

import VellumIA32

/// Makes random cases by walking the instruction table.
package struct CaseGenerator {
    private let choice: RowChoice
    var random: RandomSource
    /// Changes what rows claim about flags; nil except in mutation tests.
    package var claims: (@Sendable (inout InstructionRow) -> Void)?

    package init(choice: RowChoice, seed: UInt64) {
        self.choice = choice
        random = RandomSource(seed: seed)
    }

    /// One instruction, or a few with forward branches among them.
    package mutating func next(is16: Bool) -> GeneratedCase {
        let isSingle = random.chance(55)
        var draft = CaseDraft(
            registers: registers(is16: is16), is16: is16, pattern: random.below(Arena.patternCount), isSingle: isSingle)
        let wanted = isSingle ? 1 : 2 + random.below(9)
        while draft.instructions.count < wanted && draft.length < Arena.longestCode - 40 { add(to: &draft) }
        var eflags: UInt32 = 0x202 | random.word() & (EFlags.arithmetic.rawValue | EFlags.direction.rawValue)
        if isSingle && (random.chance(30) || mustStep(draft)) { eflags |= EFlags.trap.rawValue }
        return GeneratedCase(
            registers: draft.registers, eflags: eflags, is16: is16, pattern: draft.pattern,
            instructions: draft.instructions)
    }

    /// A jump may land on bytes that were not meant as an instruction: it is left after one step.
    private func mustStep(_ draft: CaseDraft) -> Bool {
        draft.instructions.contains { instruction in
            switch InstructionTable.rows[instruction.row].operation {
            case .jmp, .call, .ret, .jcc, .loop, .loope, .loopne, .jcxz: true
            default: false
            }
        }
    }

    private mutating func registers(is16: Bool) -> [UInt32] {
        let base: UInt32 = is16 ? Arena.data - Arena.dataSegment : Arena.data
        var values = (0..<8).map { _ in random.edge() }
        for register in [3, 5, 6, 7] where random.chance(75) {
            let pointer = base + UInt32(random.below(Int(Arena.writableSize) - 64)) & ~3
            values[register] = is16 ? values[register] & 0xFFFF_0000 | pointer : pointer
        }
        var stack = base + 0x200 + UInt32(random.below(0x1C00)) & ~3
        if random.chance(10) {
            stack = base + UInt32(random.pick([0, 1, 2, 4, 6, 0x1FFE, 0x1FFF, 0x2000, 0x2010], else: 0))
        }
        if random.chance(10) { stack += 1 }
        values[4] = is16 ? values[4] & 0xFFFF_0000 | stack : stack
        return values
    }

    private mutating func add(to draft: inout CaseDraft) {
        for _ in 0..<50 {
            let index = choice.pick(&random)
            var row = InstructionTable.rows[index]
            claims?(&row)
            guard row.flagsRead.isDisjoint(with: draft.undefined), isSuitable(row, in: draft) else { continue }
            guard let encoding = encode(row, &draft) else { continue }
            let count = row.operands.second == .one ? 1 : encoding.count ?? knownCount(row, draft)
            let after = UndefinedFlags.after(row, count: count, bits: encoding.bits(row), before: draft.undefined)
            var instruction = GeneratedInstruction(bytes: encoding.bytes, row: index)
            instruction.skips = encoding.skips
            instruction.displacementSize = encoding.displacementSize
            draft.append(instruction, after: after, clobbers: encoding.clobbers(row))
            return
        }
        draft.append(
            GeneratedInstruction(bytes: [0x90], row: InstructionTable.nopRow), after: draft.undefined, clobbers: 0)
    }

    private func knownCount(_ row: InstructionRow, _ draft: CaseDraft) -> UInt32? {
        let usesCL = row.operands.second == .cl || row.operands.third == .cl
        return usesCL && draft.isKnown(1) ? draft.registers[1] & 0xFF : nil
    }

    /// Inside a longer case, an indirect jump could land between its instructions.
    private func isSuitable(_ row: InstructionRow, in draft: CaseDraft) -> Bool {
        if draft.isSingle { return true }
        switch row.operation {
        case .ret: return !draft.is16
        case .jmp, .call: return !draft.is16 || row.operands.first != .ev
        case .int, .int3, .icebp, .undefined: return false
        default: return row.sensitivity != .privileged
        }
    }

    private mutating func encode(_ row: InstructionRow, _ draft: inout CaseDraft) -> Encoding? {
        var encoding = Encoding(is16: draft.is16)
        prefixes(row, draft, &encoding)
        opcode(row, &encoding)
        if row.mod != .none { modRM(row, &draft, &encoding) }
        if draft.isFree { prepare(row, &draft, encoding) }
        for operand in [row.operands.first, row.operands.second, row.operands.third] {
            immediate(operand, row, draft, &encoding)
        }
        return isDefined(row, draft, encoding) ? encoding : nil
    }

    /// Drops what leaves registers undefined.
    private func isDefined(_ row: InstructionRow, _ draft: CaseDraft, _ encoding: Encoding) -> Bool {
        switch row.operation {
        case .shld, .shrd:
            guard encoding.operandIs16 else { return true }
            guard let count = encoding.count ?? knownCount(row, draft) else { return false }
            return count & 31 <= 16
        case .bswap: return !encoding.operandIs16
        default: return encoding.bytes.count <= 15
        }
    }

    private mutating func opcode(_ row: InstructionRow, _ encoding: inout Encoding) {
        switch row.map {
        case .primary: break
        case .escape0F: encoding.opcode = [0x0F]
        case .escape0F38: encoding.opcode = [0x0F, 0x38]
        case .escape0F3A: encoding.opcode = [0x0F, 0x3A]
        }
        var offset = UInt8(random.below(Int(row.span)))
        // ESP as an operand spoils the stack for the rest of the case.
        if row.span == 8, row.opcode + offset & 7 == 4, random.chance(70) { offset = 0 }
        encoding.opcode.append(row.opcode + offset)
    }
}

extension InstructionTable {
    /// The row of NOP.
    static let nopRow = lookup(map: .primary, opcode: 0x90, modRM: 0) ?? 0
}

import VellumIA32

/// The processor modes that instruction streams are tried in.
package enum FuzzMode: CaseIterable, Sendable {
    case real, protected16, protected32, user32, virtual8086
}

/// A stream of random bytes, some of them instructions, with a random state to start from.
package struct FuzzCase: Equatable, Sendable {
    package var mode: FuzzMode
    package var registers: [UInt32]
    package var eflags: UInt32
    package var code: [UInt8]
    package var pattern: Int
    /// Random bytes over the page tables or the descriptor tables: where and what.
    package var damage: [(UInt32, UInt32)]
    package var cr4: UInt32

    package static func == (a: FuzzCase, b: FuzzCase) -> Bool {
        a.mode == b.mode && a.registers == b.registers && a.eflags == b.eflags && a.code == b.code
            && a.pattern == b.pattern && a.cr4 == b.cr4 && a.damage.elementsEqual(b.damage, by: ==)
    }

    package init(seed: UInt64, rows: [Int]) {
        var random = RandomSource(seed: seed)
        mode = random.pick(FuzzMode.allCases, else: .real)
        registers = (0..<8).map { _ in
            random.chance(40) ? Arena.data + UInt32(random.below(Int(Arena.writableSize))) : random.edge()
        }
        if mode == .real || mode == .virtual8086 || mode == .protected16 {
            for register in registers.indices where random.chance(60) { registers[register] &= 0xFFFF }
        }
        eflags = random.word() & 0x27_7FD5 | 2
        if random.chance(70) { eflags &= ~EFlags.trap.rawValue }
        pattern = random.below(Arena.patternCount)
        code = []
        while code.count < 200 { code += FuzzCase.piece(&random, rows) }
        damage = []
        if random.chance(30) {
            damage = (0..<(1 + random.below(6))).map { _ in
                // Page directory and tables, GDT, IDT, TSS, LDT.
                (0x1000 + UInt32(random.below(0x6000)) & ~3, random.edge())
            }
        }
        // VME, PVI, TSD, DE, PSE, PAE, MCE, PGE, PCE, OSFXSR.
        cr4 = random.chance(30) ? random.word() & 0x3FF : 0
    }

    /// Noise, or the opcode of some row with random prefixes and operands.
    private static func piece(_ random: inout RandomSource, _ rows: [Int]) -> [UInt8] {
        if random.chance(25) { return (0..<(1 + random.below(12))).map { _ in random.byte() } }
        let row = InstructionTable.rows[random.pick(rows, else: 0)]
        var bytes: [UInt8] = []
        while random.chance(25) {
            bytes.append(random.pick([0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3], else: 0x66))
        }
        switch row.map {
        case .primary: break
        case .escape0F: bytes.append(0x0F)
        case .escape0F38: bytes += [0x0F, 0x38]
        case .escape0F3A: bytes += [0x0F, 0x3A]
        }
        bytes.append(row.opcode &+ UInt8(random.below(Int(row.span))))
        if row.mod != .none {
            var modRM = random.byte()
            if let group = row.group { modRM = modRM & 0xC7 | group << 3 }
            if row.mod == .register { modRM |= 0xC0 }
            bytes.append(modRM)
        }
        return bytes + (0..<random.below(7)).map { _ in random.chance(40) ? 0 : random.byte() }
    }
}

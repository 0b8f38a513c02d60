/// Moves between registers, memory and immediates.
enum MoveRows {
    static let moves: [InstructionRow] = [
        .primary(0x88, .mov, .eb, .gb),
        .primary(0x89, .mov, .ev, .gv),
        .primary(0x8A, .mov, .gb, .eb),
        .primary(0x8B, .mov, .gv, .ev),
        .primary(0xA0, .mov, .al, .ob),
        .primary(0xA1, .mov, .eax, .ov),
        .primary(0xA2, .mov, .ob, .al),
        .primary(0xA3, .mov, .ov, .eax),
        .primary(0xB0, .mov, .zb, .ib, span: 8),
        .primary(0xB8, .mov, .zv, .iv, span: 8),
        .primary(0xC6, .mov, .eb, .ib, group: 0),
        .primary(0xC7, .mov, .ev, .iv, group: 0),
        .primary(0x86, .xchg, .eb, .gb, attributes: .lockable),
        .primary(0x87, .xchg, .ev, .gv, attributes: .lockable),
        .primary(0x91, .xchg, .zv, .eax, span: 7),
        .primary(0x8D, .lea, .gv, .m),
        .primary(0xD7, .xlat),
        .primary(0x98, .cbw),
        .primary(0x99, .cwd),
        .extended(0xB6, .movzx, .gv, .eb),
        .extended(0xB7, .movzx, .gv, .ew),
        .extended(0xBE, .movsx, .gv, .eb),
        .extended(0xBF, .movsx, .gv, .ew),
        .extended(0xC8, .bswap, .zv, span: 8, since: .i486),
    ]

    /// CMOVcc and SETcc, sixteen rows each, because each condition reads flags of its own.
    static let conditional: [InstructionRow] = Condition.allCases.flatMap { condition in
        conditionalForms(condition)
    }

    private static func conditionalForms(_ condition: Condition) -> [InstructionRow] {
        let flags = FlagUse.reading(condition.reads)
        return [
            .extended(0x40 + condition.rawValue, .cmov, .gv, .ev, flags: flags, since: .pentiumPro),
            .extended(0x90 + condition.rawValue, .setcc, .eb, flags: flags),
        ]
    }
}

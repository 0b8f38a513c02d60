/// x87: the escapes D8 to DF.  Every ModRM is a row, reserved ones too, since CR0.EM and CR0.TS trap before the
/// operation is looked at.  The rows that touch EFLAGS stand apart.
enum FloatingPointRows {
    /// FCOMI and its kin set ZF, PF and CF and clear the others (SDM vol. 1, table A-2).
    private static let compared = FlagUse.writing(.arithmetic)

    static let rows: [InstructionRow] = [
        .primary(0xD8, .escape, mod: .any),
        .primary(0xD9, .escape, mod: .any),
        .primary(0xDC, .escape, mod: .any),
        .primary(0xDD, .escape, mod: .any),
        .primary(0xDE, .escape, mod: .any),
        .primary(0xDA, .escape, mod: .memory),
        .primary(0xDB, .escape, mod: .memory),
        .primary(0xDF, .escape, mod: .memory),
        // FCMOVcc, FCMOVNcc.
        .primary(0xDA, .escape, group: 0, mod: .register, flags: .reading(.carry)),
        .primary(0xDA, .escape, group: 1, mod: .register, flags: .reading(.zero)),
        .primary(0xDA, .escape, group: 2, mod: .register, flags: .reading([.carry, .zero])),
        .primary(0xDA, .escape, group: 3, mod: .register, flags: .reading(.parity)),
        .primary(0xDB, .escape, group: 0, mod: .register, flags: .reading(.carry)),
        .primary(0xDB, .escape, group: 1, mod: .register, flags: .reading(.zero)),
        .primary(0xDB, .escape, group: 2, mod: .register, flags: .reading([.carry, .zero])),
        .primary(0xDB, .escape, group: 3, mod: .register, flags: .reading(.parity)),
        // FUCOMI, FCOMI, FUCOMIP, FCOMIP.
        .primary(0xDB, .escape, group: 5, mod: .register, flags: compared),
        .primary(0xDB, .escape, group: 6, mod: .register, flags: compared),
        .primary(0xDF, .escape, group: 5, mod: .register, flags: compared),
        .primary(0xDF, .escape, group: 6, mod: .register, flags: compared),
    ]

    /// The other register forms of DA, DB and DF.
    static let registers: [InstructionRow] = [
        .primary(0xDA, .escape, group: 4, mod: .register),
        .primary(0xDA, .escape, group: 5, mod: .register),
        .primary(0xDA, .escape, group: 6, mod: .register),
        .primary(0xDA, .escape, group: 7, mod: .register),
        .primary(0xDB, .escape, group: 4, mod: .register),
        .primary(0xDB, .escape, group: 7, mod: .register),
        .primary(0xDF, .escape, group: 0, mod: .register),
        .primary(0xDF, .escape, group: 1, mod: .register),
        .primary(0xDF, .escape, group: 2, mod: .register),
        .primary(0xDF, .escape, group: 3, mod: .register),
        .primary(0xDF, .escape, group: 4, mod: .register),
        .primary(0xDF, .escape, group: 7, mod: .register),
    ]
}

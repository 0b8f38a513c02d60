/// The flags that the system owns, the bound check, and instructions that do nothing or are never defined.
enum FlagRows {
    /// POPF writes IF and IOPL only as the privilege level allows and says nothing where it does not: the classic
    /// sensitive instruction.  It clears RF and keeps VM, VIF and VIP.
    private static let popped: EFlags = EFlags.all.subtracting(
        [.virtual8086, .virtualInterrupt, .virtualInterruptPending])

    static let rows: [InstructionRow] = [
        .primary(0x9C, .pushf, flags: .reading(.all), class: .sensitive),
        .primary(0x9D, .popf, flags: .writing(popped), class: .sensitive),
        .primary(0xFA, .cli, flags: .writing([.interrupt, .virtualInterrupt]), class: .privileged),
        .primary(0xFB, .sti, flags: .writing([.interrupt, .virtualInterrupt]), class: .privileged),
        .primary(0x62, .bound, .gv, .ma, since: .i186),
        .primary(0x90, .nop),
        .primary(0x9B, .wait),
    ]

    /// Prefetches and hints: nothing that a guest can see, with or without a memory operand (SDM vol. 2, NOP and
    /// appendix A, table A-3: "Nop Ev" and the reserved hints from the Pentium Pro on).
    static let hints: [InstructionRow] = [
        .extended(0x0D, .nop, .ev, since: .pentiumPro),
        .extended(0x18, .nop, .ev, span: 8, since: .pentiumPro),
    ]

    /// Opcodes that are promised to raise #UD (SDM vol. 2, UD).  UD0 and UD1 have a ModRM byte.
    static let undefined: [InstructionRow] = [
        .extended(0x0B, .undefined, attributes: .endsUnit),
        .extended(0xB9, .undefined, .gv, .ev, attributes: .endsUnit),
        .extended(0xFF, .undefined, .gv, .ev, attributes: .endsUnit),
    ]
}

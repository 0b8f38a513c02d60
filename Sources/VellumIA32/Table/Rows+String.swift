/// String instructions.  All step by DF; CMPS and SCAS repeat while ZF agrees with the prefix.
enum StringRows {
    private static let stepped = FlagUse.reading(.direction)
    private static let compared = FlagUse(read: .direction, written: .arithmetic)

    static let rows: [InstructionRow] = [
        .primary(0xA4, .movs, .yb, .xb, flags: stepped, attributes: .repeats),
        .primary(0xA5, .movs, .yv, .xv, flags: stepped, attributes: .repeats),
        .primary(0xA6, .cmps, .xb, .yb, flags: compared, attributes: [.repeats, .repeatsWhile]),
        .primary(0xA7, .cmps, .xv, .yv, flags: compared, attributes: [.repeats, .repeatsWhile]),
        .primary(0xAA, .stos, .yb, .al, flags: stepped, attributes: .repeats),
        .primary(0xAB, .stos, .yv, .eax, flags: stepped, attributes: .repeats),
        .primary(0xAC, .lods, .al, .xb, flags: stepped, attributes: .repeats),
        .primary(0xAD, .lods, .eax, .xv, flags: stepped, attributes: .repeats),
        .primary(0xAE, .scas, .al, .yb, flags: compared, attributes: [.repeats, .repeatsWhile]),
        .primary(0xAF, .scas, .eax, .yv, flags: compared, attributes: [.repeats, .repeatsWhile]),
        .primary(0x6C, .ins, .yb, .dx, flags: stepped, class: .privileged, attributes: .repeats, since: .i186),
        .primary(0x6D, .ins, .yv, .dx, flags: stepped, class: .privileged, attributes: .repeats, since: .i186),
        .primary(0x6E, .outs, .dx, .xb, flags: stepped, class: .privileged, attributes: .repeats, since: .i186),
        .primary(0x6F, .outs, .dx, .xv, flags: stepped, class: .privileged, attributes: .repeats, since: .i186),
    ]
}

/// Near and far control transfers, interrupts and returns.
enum BranchRows {
    static let conditional: [InstructionRow] = Condition.allCases.flatMap { condition in
        conditionalForms(condition)
    }

    private static func conditionalForms(_ condition: Condition) -> [InstructionRow] {
        let flags = FlagUse.reading(condition.reads)
        return [
            .primary(0x70 + condition.rawValue, .jcc, .jb, flags: flags, attributes: .endsUnit),
            .extended(0x80 + condition.rawValue, .jcc, .jv, flags: flags, attributes: .endsUnit),
        ]
    }

    static let near: [InstructionRow] = [
        .primary(0xE0, .loopne, .jb, flags: .reading(.zero), attributes: .endsUnit),
        .primary(0xE1, .loope, .jb, flags: .reading(.zero), attributes: .endsUnit),
        .primary(0xE2, .loop, .jb, attributes: .endsUnit),
        .primary(0xE3, .jcxz, .jb, attributes: .endsUnit),
        .primary(0xE8, .call, .jv, attributes: .endsUnit),
        .primary(0xE9, .jmp, .jv, attributes: .endsUnit),
        .primary(0xEB, .jmp, .jb, attributes: .endsUnit),
        .primary(0xFF, .call, .ev, group: 2, attributes: .endsUnit),
        .primary(0xFF, .jmp, .ev, group: 4, attributes: .endsUnit),
        .primary(0xC2, .ret, .iw, attributes: .endsUnit),
        .primary(0xC3, .ret, attributes: .endsUnit),
    ]

    /// The flags that the transfer to a handler clears; the whole register is pushed (SDM vol. 3, section 6.12.1).
    private static let interrupted = FlagUse(
        read: .all, written: [.trap, .interrupt, .nestedTask, .resume, .virtual8086, .alignmentCheck])

    /// A task switch changes every flag besides; the rows state what happens without one.
    static let far: [InstructionRow] = [
        .primary(0x9A, .callFar, .ap, class: .sensitive, attributes: .endsUnit),
        .primary(0xEA, .jmpFar, .ap, class: .sensitive, attributes: .endsUnit),
        .primary(0xFF, .callFar, .mp, group: 3, class: .sensitive, attributes: .endsUnit),
        .primary(0xFF, .jmpFar, .mp, group: 5, class: .sensitive, attributes: .endsUnit),
        .primary(0xCA, .retFar, .iw, class: .sensitive, attributes: .endsUnit),
        .primary(0xCB, .retFar, class: .sensitive, attributes: .endsUnit),
        .primary(0xCC, .int3, flags: interrupted, class: .sensitive, attributes: .endsUnit),
        .primary(0xCD, .int, .ib, flags: interrupted, class: .sensitive, attributes: .endsUnit),
        .primary(0xCE, .into, flags: interrupted, class: .sensitive, attributes: .endsUnit),
        .primary(
            0xF1, .icebp, flags: interrupted, class: .sensitive, attributes: [.endsUnit, .undocumented], since: .i386),
        .primary(
            0xCF, .iret, flags: FlagUse(read: .nestedTask, written: .all), class: .sensitive, attributes: .endsUnit),
        .extended(
            0x34, .sysenter, flags: .writing([.interrupt, .virtual8086, .resume]), class: .sensitive,
            attributes: .endsUnit, since: .pentium3),
        .extended(0x35, .sysexit, class: .privileged, attributes: .endsUnit, since: .pentium3),
        .extended(0xAA, .rsm, flags: .writing(.all), class: .privileged, attributes: .endsUnit, since: .pentium),
    ]
}

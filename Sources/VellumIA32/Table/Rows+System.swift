/// Descriptor tables, selectors, control and debug registers, caches, time, model-specific state and ports.
enum SystemRows {
    /// Sensitive though not privileged: they show or test what the system owns (Robin and Irvine 2000).
    static let tables: [InstructionRow] = [
        .extended(0x00, .sldt, .evw, group: 0, class: .sensitive, attributes: .protectedOnly, since: .i286),
        .extended(0x00, .str, .evw, group: 1, class: .sensitive, attributes: .protectedOnly, since: .i286),
        .extended(0x00, .lldt, .ew, group: 2, class: .privileged, attributes: .protectedOnly, since: .i286),
        .extended(0x00, .ltr, .ew, group: 3, class: .privileged, attributes: .protectedOnly, since: .i286),
        .extended(
            0x00, .verr, .ew, group: 4, flags: .zero, class: .sensitive, attributes: .protectedOnly, since: .i286),
        .extended(
            0x00, .verw, .ew, group: 5, flags: .zero, class: .sensitive, attributes: .protectedOnly, since: .i286),
        .extended(0x01, .sgdt, .ms, group: 0, class: .sensitive, since: .i286),
        .extended(0x01, .sidt, .ms, group: 1, class: .sensitive, since: .i286),
        .extended(0x01, .lgdt, .ms, group: 2, class: .privileged, since: .i286),
        .extended(0x01, .lidt, .ms, group: 3, class: .privileged, since: .i286),
        .extended(0x01, .smsw, .evw, group: 4, class: .sensitive, since: .i286),
        .extended(0x01, .lmsw, .ew, group: 6, class: .privileged, attributes: .endsUnit, since: .i286),
        .extended(0x01, .invlpg, .m, group: 7, class: .privileged, attributes: .endsUnit, since: .i486),
        .extended(0x02, .lar, .gv, .ew, flags: .zero, class: .sensitive, attributes: .protectedOnly, since: .i286),
        .extended(0x03, .lsl, .gv, .ew, flags: .zero, class: .sensitive, attributes: .protectedOnly, since: .i286),
        .primary(0x63, .arpl, .ew, .gw, flags: .zero, attributes: .protectedOnly, since: .i286),
    ]

    /// CR1, CR5, CR6 and CR7 are #UD; CR4 came with the Pentium.
    private static let controlRegisters: [UInt8] = [0, 2, 3, 4]

    /// The mod bits are ignored: r/m always names a register (SDM vol. 2, MOV—Move to/from Control Registers).
    static let control: [InstructionRow] = controlRegisters.flatMap { number in
        controlForms(number, since: number == 4 ? .pentium : .i386)
    }

    private static func controlForms(_ number: UInt8, since: CPULevel) -> [InstructionRow] {
        [
            .extended(
                0x20, .movFromControl, .rd, .cd, group: number, flags: .allUndefined, class: .privileged, since: since),
            .extended(
                0x22, .movToControl, .cd, .rd, group: number, flags: .allUndefined, class: .privileged,
                attributes: .endsUnit,
                since: since),
        ]
    }

    /// DR4 and DR5 are aliases of DR6 and DR7 unless CR4.DE is set, which is not for the decoder to know.
    static let others: [InstructionRow] = [
        .extended(0x21, .movFromDebug, .rd, .dd, flags: .allUndefined, class: .privileged),
        .extended(0x23, .movToDebug, .dd, .rd, flags: .allUndefined, class: .privileged, attributes: .endsUnit),
        .extended(0x06, .clts, class: .privileged, attributes: .endsUnit, since: .i286),
        .extended(0x08, .invd, class: .privileged, since: .i486),
        .extended(0x09, .wbinvd, class: .privileged, since: .i486),
        .extended(0x30, .wrmsr, class: .privileged, attributes: .endsUnit, since: .pentium),
        .extended(0x31, .rdtsc, class: .privileged, since: .pentium),
        .extended(0x32, .rdmsr, class: .privileged, since: .pentium),
        .extended(0x33, .rdpmc, class: .privileged, since: .pentiumPro),
        .extended(0xA2, .cpuid, class: .sensitive, since: .pentium),
        .primary(0xF4, .hlt, class: .privileged, attributes: .endsUnit),
        .primary(0xE4, .in, .al, .ib, class: .privileged),
        .primary(0xE5, .in, .eax, .ib, class: .privileged),
        .primary(0xE6, .out, .ib, .al, class: .privileged),
        .primary(0xE7, .out, .ib, .eax, class: .privileged),
        .primary(0xEC, .in, .al, .dx, class: .privileged),
        .primary(0xED, .in, .eax, .dx, class: .privileged),
        .primary(0xEE, .out, .dx, .al, class: .privileged),
        .primary(0xEF, .out, .dx, .eax, class: .privileged),
    ]
}

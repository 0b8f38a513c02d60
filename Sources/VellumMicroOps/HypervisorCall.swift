import VellumIA32

/// What a translated sensitive or privileged instruction asks of the hypervisor.
///
/// Arguments stand in `CallArguments`; "first" and "second" are register slots there.  Checks that depend only on mode
/// and privilege (CPL 0, IOPL in virtual-8086 mode, real mode) are made by the handler, before anything else, except
/// where the lowering already raised the fault from the fragment's mode.
package enum HypervisorCall: UInt8, CaseIterable, Sendable {
    /// The handler pushes, pops: size.
    case pushf, popf
    /// STI: `immediate` is 1 when the unit ends in an exit after the next instruction, and so holds interrupts back for
    /// it; else 0, and the run loop runs that instruction alone.
    case cli, sti, hlt, clts
    /// INT n: vector in `immediate`.
    case int
    /// INT3; INTO (the handler looks at OF); INT1/ICEBP.
    case int3, into, icebp
    /// size
    case iret
    /// size; first: offset, second: selector.
    case jmpFar, callFar
    /// size; `immediate`: bytes to drop.
    case retFar
    /// `index`: segment register; first: receives the selector, zero-extended to 32 bits.
    case readSegment
    /// `index`: segment register (never CS); first: selector.
    case loadSegment
    /// first: receives the limit, second: receives the base.
    case sgdt, sidt
    /// size; first: limit, second: base (the handler drops the upper byte for 16-bit operands).
    case lgdt, lidt
    /// first: receives the value, zero-extended to 32 bits (SMSW: all of CR0).
    case sldt, str, smsw
    /// first: value.
    case lldt, ltr, lmsw
    /// size; first: selector, second: destination register, written (at size) only when ZF is set.
    case lar, lsl
    /// first: selector.
    case verr, verw
    /// `index`: control or debug register; first: general register slot.
    case readControl, writeControl, readDebug, writeDebug
    /// first: linear address.
    case invlpg
    case invd, wbinvd
    case rdtsc, rdpmc, rdmsr, wrmsr, cpuid, sysenter, sysexit
    /// size (1, 2, 4); first: port; second: receives the value, zero-extended.
    case portIn
    /// size (1, 2, 4); first: port; second: value.
    case portOut
    /// One iteration of INS: size (1, 2, 4), `addressSize`, `repeats`.
    case ins
    /// One iteration of OUTS: likewise, and `index`: source segment.
    case outs

    /// The call with a number; nil when there is none.
    @inline(__always) init?(number: UInt8) {
        // The cases are numbered from zero without a gap.
        guard number <= HypervisorCall.outs.rawValue else { return nil }
        self = unsafeBitCast(number, to: HypervisorCall.self)
    }

    /// May change the privilege level, virtual-8086 mode or the task.
    package var mayChangeRing: Bool {
        switch self {
        case .int, .int3, .into, .icebp, .iret, .jmpFar, .callFar, .retFar, .sysenter, .sysexit: true
        default: false
        }
    }

    /// The name in statistics.
    package var name: String { "\(self)" }

    /// The class of the instructions behind the call, as the table's rows have it.
    package var sensitivity: Sensitivity {
        switch self {
        case .cli, .sti, .hlt, .clts, .lgdt, .lidt, .lldt, .ltr, .lmsw, .readControl, .writeControl, .readDebug,
            .writeDebug, .invlpg, .invd, .wbinvd, .rdtsc, .rdpmc, .rdmsr, .wrmsr, .sysexit, .portIn, .portOut, .ins,
            .outs:
            .privileged
        case .pushf, .popf, .int, .int3, .into, .icebp, .iret, .jmpFar, .callFar, .retFar, .readSegment, .loadSegment,
            .sgdt, .sidt, .sldt, .str, .smsw, .lar, .lsl, .verr, .verw, .cpuid, .sysenter:
            .sensitive
        }
    }
}

/// How a handler leaves the instruction.
package enum CallOutcome: Int32, Sendable {
    /// Done; the next micro-op may run: no mode, mapping, line or deadline changed.
    case next = 0
    /// Done; the fragment must end after this instruction.
    case endFragment = 1
    /// Done; the handler wrote the EIP to go on at.
    case transfer = 2
}

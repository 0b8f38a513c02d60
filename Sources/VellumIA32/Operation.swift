/// What an instruction does: one case for each meaning, whatever its encodings.
package enum Operation: UInt8, CaseIterable, Sendable {
    // Integer arithmetic and logic.
    case add, or, adc, sbb, and, sub, xor, cmp, test, inc, dec, neg, not
    case mul, imul, imulTwo, imulThree, div, idiv
    case daa, das, aaa, aas, aam, aad
    case rol, ror, rcl, rcr, shl, shr, sar, shld, shrd
    case bt, bts, btr, btc, bsf, bsr
    // Moves.
    case mov, movzx, movsx, lea, xchg, xadd, cmpxchg, cmpxchg8b, bswap, xlat, cbw, cwd, lahf, sahf, salc
    case cmov, setcc
    // Stack.
    case push, pop, pusha, popa, enter, leave
    // Strings.
    case movs, cmps, stos, lods, scas, ins, outs
    // Near transfers.
    case jcc, jmp, call, ret, loop, loope, loopne, jcxz
    // Flags.
    case clc, stc, cmc, cld, std
    // Nothing, or nothing that a guest can see.
    case nop, wait, escape, simd, undefined
    // Checks.
    case bound, into
    // Far transfers and interrupts.
    case jmpFar, callFar, retFar, iret, int, int3, icebp
    // Segment registers.
    case pushSegment, popSegment, movFromSegment, movToSegment, les, lds, lss, lfs, lgs
    // Flags that the system owns.
    case pushf, popf, cli, sti
    // Descriptor tables and selectors.
    case sgdt, sidt, sldt, str, smsw, lgdt, lidt, lldt, ltr, lmsw, lar, lsl, verr, verw, arpl
    // Control, debug and test registers, caches, time, model.
    case movFromControl, movToControl, movFromDebug, movToDebug, clts, invlpg, invd, wbinvd
    case rdtsc, rdpmc, rdmsr, wrmsr, cpuid, sysenter, sysexit, rsm, hlt
    // Ports.
    case `in`, out
}

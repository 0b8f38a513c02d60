/// What a micro-op does.
///
/// Names say: operation, operand size in bits, and a suffix.  `i`: the second operand is the immediate, else slot `b`.
/// `n`: flags are not computed.  For memory operations, the address is `b` + displacement (`B`: base), that plus
/// `c` << `d` (`X`: indexed), both through a flat segment, or base + displacement checked and mapped by segment `e`
/// (`S`: segmented).
package enum MicroOpcode: UInt16, CaseIterable, Sendable {
    // Moves: a from b or the immediate.
    case move8, move16, move32, set8, set16, set32
    case zeroExtend8, zeroExtend16, signExtend8, signExtend16, signFill16, signFill32, swapBytes
    // Addresses: b + displacement; b + c << d + displacement; the same at 16 bits.
    case leaB, leaX, lea16
    // a = a op b.
    case add8, add16, add32, or8, or16, or32, and8, and16, and32, sub8, sub16, sub32, xor8, xor16, xor32
    case add8i, add16i, add32i, or8i, or16i, or32i, and8i, and16i, and32i, sub8i, sub16i, sub32i, xor8i, xor16i, xor32i
    case add8n, add16n, add32n, or8n, or16n, or32n, and8n, and16n, and32n, sub8n, sub16n, sub32n, xor8n, xor16n, xor32n
    case add8in, add16in, add32in, or8in, or16in, or32in, and8in, and16in, and32in
    case sub8in, sub16in, sub32in, xor8in, xor16in, xor32in
    case adc8, adc16, adc32, sbb8, sbb16, sbb32, adc8i, adc16i, adc32i, sbb8i, sbb16i, sbb32i
    // Flags only.
    case cmp8, cmp16, cmp32, test8, test16, test32, cmp8i, cmp16i, cmp32i, test8i, test16i, test32i
    case inc8, inc16, inc32, dec8, dec16, dec32, neg8, neg16, neg32, not8, not16, not32
    // Shifts and rotates of a by the immediate or by slot b (a zero count changes nothing); `d` is the kind of rotate.
    case shl8, shl16, shl32, shr8, shr16, shr32, sar8, sar16, sar32
    case shl8i, shl16i, shl32i, shr8i, shr16i, shr32i, sar8i, sar16i, sar32i
    case shl32in, shr32in, sar32in
    // a rotated left by the immediate, 1 to 31.
    case rotateLeft32in
    case rotate8, rotate16, rotate32, rotate8i, rotate16i, rotate32i
    // Double shifts of a with b, count in slot c or immediate; d = 0 left, 1 right.
    case doubleShift16, doubleShift32, doubleShift16i, doubleShift32i
    // Accumulator by slot b.
    case mul8, mul16, mul32, imul8, imul16, imul32, div8, div16, div32, idiv8, idiv16, idiv32
    // a = a × b; a = b × immediate.
    case imulTwo16, imulTwo32, imulTwo16i, imulTwo32i, imulTwo32n, imulTwo32in
    // Bits of a: number in slot b or immediate; d = 0 test, 1 set, 2 reset, 3 complement.
    case bit16, bit32, bit16i, bit32i
    // a = byte displacement of the word that holds bit b of a bit string.
    case bitOffset16, bitOffset32
    case bsf16, bsf32, bsr16, bsr32
    case daa, das, aaa, aas, aam, aad
    // a = condition d; a = b when condition d.
    case setcc, cmov16, cmov32
    case lahf, sahf, salc, clc, stc, cmc, cld, std
    // EDX:EAX against t1:t0.
    case compareExchange8B
    case arpl
    // #BR unless b <= a <= c, signed.
    case bound16, bound32
    // a += direction × immediate.
    case step16, step32
    // Loads of a.
    case load8B, load8X, load8S, load16B, load16X, load16S, load32B, load32X, load32S
    case loadZX8B, loadZX8X, loadZX8S, loadZX16B, loadZX16X, loadZX16S
    case loadSX8B, loadSX8X, loadSX8S, loadSX16B, loadSX16X, loadSX16S
    // Loads that require the right to write: the store that follows cannot fault.
    case modify8B, modify8X, modify8S, modify16B, modify16X, modify16S, modify32B, modify32X, modify32S
    // Stores of a or of the immediate.
    case store8B, store8X, store8S, store16B, store16X, store16S, store32B, store32X, store32S
    case store8iB, store8iX, store8iS, store16iB, store16iX, store16iS, store32iB, store32iX, store32iS
    // Faults unless `immediate` bytes from b + displacement through segment e may be written.
    case probeWrite
    // The stack through a flat SS with a 32-bit stack pointer.
    case push32, push32i, pop32
    // The same of 16 bits through SS (segment e), with a 16-bit stack pointer.
    case push16, push16i, pop16
    // Bulk string operations: as many whole iterations as can be done at once, possibly none; d and e: `BulkShape`.
    case bulkMove, bulkFill, bulkScan, bulkCompare
    // a = linear address of b + displacement in segment e, unchecked (INVLPG).
    case linear
    // #GP(0) when slot a is above the immediate: a near transfer out of the code segment.
    case limitCheck
    // To link 1 when slot a is zero: a REP prefix with nothing to do.
    case skipIfZero16, skipIfZero32
    // Asks the hypervisor.
    case hypervisor
    // x87, MMX and SSE; `immediate` is a `CoprocessorCode`.  Operands in memory have all fields of an address: b + c << d
    // + displacement through segment `e` (see `SegmentField`).  Each first raises what an earlier instruction left
    // pending, can fault, and may leave the fragment (FERR#); `wait` does that only.
    case wait
    // FLD, FST(P), and FADD to FDIVR of ST(0) with memory; the operation or the pop is in the code.
    case floatLoad32, floatLoad64, floatStore32, floatStore64, floatMemory32, floatMemory64
    // FADD to FDIVRP of two registers, FXCH, FLD ST(i).
    case floatRegister, floatExchange, floatDuplicate
    // Any other x87 instruction: on registers (slot a receives FNSTSW AX; FCOMI and FCMOV write and read EFLAGS), or
    // reading or writing memory.
    case float, floatRead, floatWrite
    // MMX and SSE: on registers (slot a is the general register; COMISS writes EFLAGS), reading or writing memory.
    case simd, simdRead, simdWrite

    // Not of the guest: a fragment that is watched starts with it.  Writes the entry to the log.
    case logEntry

    // Terminals.  Link 0 is taken, link 1 is not taken.
    case jump
    case branchO, branchNO, branchB, branchNB, branchZ, branchNZ, branchBE, branchA
    case branchS, branchNS, branchP, branchNP, branchL, branchNL, branchLE, branchG
    // Compare or test a with b or the immediate, set the flags, branch.
    case cmp32BranchB, cmp32BranchNB, cmp32BranchZ, cmp32BranchNZ, cmp32BranchBE, cmp32BranchA
    case cmp32BranchL, cmp32BranchNL, cmp32BranchLE, cmp32BranchG
    case cmp32iBranchB, cmp32iBranchNB, cmp32iBranchZ, cmp32iBranchNZ, cmp32iBranchBE, cmp32iBranchA
    case cmp32iBranchL, cmp32iBranchNL, cmp32iBranchLE, cmp32iBranchG
    case cmp8iBranchZ, cmp8iBranchNZ, cmp8iBranchB, cmp8iBranchNB
    case test32BranchZ, test32BranchNZ, test32BranchS, test32BranchNS
    case test8iBranchZ, test8iBranchNZ
    case dec32BranchNZ
    // Branch on slot a (16 or 32 bits) being zero or not; `loopWhile`: a not zero and ZF equal to d.
    case slotBranchZ16, slotBranchNZ16, slotBranchZ32, slotBranchNZ32, loopWhile16, loopWhile32
    // EIP from slot b.
    case indirect
    // Pops EIP through a flat SS with a 32-bit stack pointer and drops `immediate` bytes.
    case return32
    // Raises vector `immediate` with error code `displacement`.
    case fault
    // Back to the run loop; EIP is `displacement`.
    case exit
}

/// How a memory micro-op forms its address.
package enum AddressForm: UInt16, Sendable {
    case base, indexed, segmented
}

extension MicroOpcode {
    /// The opcode of a memory operation in a given form; `self` is the `B` variant.
    package func form(_ form: AddressForm) -> MicroOpcode {
        MicroOpcode(rawValue: rawValue + form.rawValue) ?? self
    }

    /// The opcode `steps` cases on: families are laid out by size 8, 16, 32.
    package func offset(_ steps: Int) -> MicroOpcode {
        MicroOpcode(rawValue: UInt16(Int(rawValue) + steps)) ?? self
    }

    /// The 8-, 16- or 32-bit member of a family whose 8-bit member is `self`.
    package func sized(_ size: UInt8) -> MicroOpcode { offset(size == 1 ? 0 : size == 2 ? 1 : 2) }

    /// The 16- or 32-bit member of a family whose 16-bit member is `self`.
    package func wordSized(_ size: UInt8) -> MicroOpcode { offset(size == 2 ? 0 : 1) }

    /// Memory families: the `B` form of the 8-, 16- or 32-bit member, where `self` is the 8-bit `B` form.
    package func memorySized(_ size: UInt8) -> MicroOpcode { offset(size == 1 ? 0 : size == 2 ? 3 : 6) }

    /// A load that extends the sign.
    package var extendsSign: Bool {
        switch self {
        case .loadSX8B, .loadSX8X, .loadSX8S, .loadSX16B, .loadSX16X, .loadSX16S: true
        default: false
        }
    }

    package var isTerminal: Bool { rawValue >= MicroOpcode.jump.rawValue }
}

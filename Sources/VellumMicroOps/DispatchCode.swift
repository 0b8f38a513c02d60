// Made from MicroOpcode and the list of superinstructions: see Superinstructions.swift.

/// What the interpreter dispatches on: the opcodes, in their order, and then the superinstructions.
package enum DispatchCode: UInt16, CaseIterable, Sendable {
    case move8, move16, move32, set8, set16, set32, zeroExtend8, zeroExtend16, signExtend8, signExtend16, signFill16
    case signFill32, swapBytes, leaB, leaX, lea16, add8, add16, add32, or8, or16, or32, and8, and16, and32, sub8, sub16
    case sub32, xor8, xor16, xor32, add8i, add16i, add32i, or8i, or16i, or32i, and8i, and16i, and32i, sub8i, sub16i
    case sub32i, xor8i, xor16i, xor32i, add8n, add16n, add32n, or8n, or16n, or32n, and8n, and16n, and32n, sub8n, sub16n
    case sub32n, xor8n, xor16n, xor32n, add8in, add16in, add32in, or8in, or16in, or32in, and8in, and16in, and32in
    case sub8in, sub16in, sub32in, xor8in, xor16in, xor32in, adc8, adc16, adc32, sbb8, sbb16, sbb32, adc8i, adc16i
    case adc32i, sbb8i, sbb16i, sbb32i, cmp8, cmp16, cmp32, test8, test16, test32, cmp8i, cmp16i, cmp32i, test8i
    case test16i, test32i, inc8, inc16, inc32, dec8, dec16, dec32, neg8, neg16, neg32, not8, not16, not32, shl8, shl16
    case shl32, shr8, shr16, shr32, sar8, sar16, sar32, shl8i, shl16i, shl32i, shr8i, shr16i, shr32i, sar8i, sar16i
    case sar32i, shl32in, shr32in, sar32in, rotateLeft32in, rotate8, rotate16, rotate32, rotate8i, rotate16i, rotate32i
    case doubleShift16, doubleShift32, doubleShift16i, doubleShift32i, mul8, mul16, mul32, imul8, imul16, imul32, div8
    case div16, div32, idiv8, idiv16, idiv32, imulTwo16, imulTwo32, imulTwo16i, imulTwo32i, imulTwo32n, imulTwo32in
    case bit16, bit32, bit16i, bit32i, bitOffset16, bitOffset32, bsf16, bsf32, bsr16, bsr32, daa, das, aaa, aas, aam
    case aad, setcc, cmov16, cmov32, lahf, sahf, salc, clc, stc, cmc, cld, std, compareExchange8B, arpl, bound16
    case bound32, step16, step32, load8B, load8X, load8S, load16B, load16X, load16S, load32B, load32X, load32S, loadZX8B
    case loadZX8X, loadZX8S, loadZX16B, loadZX16X, loadZX16S, loadSX8B, loadSX8X, loadSX8S, loadSX16B, loadSX16X
    case loadSX16S, modify8B, modify8X, modify8S, modify16B, modify16X, modify16S, modify32B, modify32X, modify32S
    case store8B, store8X, store8S, store16B, store16X, store16S, store32B, store32X, store32S, store8iB, store8iX
    case store8iS, store16iB, store16iX, store16iS, store32iB, store32iX, store32iS, probeWrite, push32, push32i, pop32
    case bulkMove, bulkFill, linear, limitCheck, skipIfZero16, skipIfZero32, hypervisor, wait, floatLoad32, floatLoad64
    case floatStore32, floatStore64, floatMemory32, floatMemory64, floatRegister, floatExchange, floatDuplicate, float
    case floatRead, floatWrite, simd, simdRead, simdWrite, logEntry, jump, branchO, branchNO, branchB, branchNB, branchZ
    case branchNZ, branchBE, branchA, branchS, branchNS, branchP, branchNP, branchL, branchNL, branchLE, branchG
    case cmp32BranchB, cmp32BranchNB, cmp32BranchZ, cmp32BranchNZ, cmp32BranchBE, cmp32BranchA, cmp32BranchL
    case cmp32BranchNL, cmp32BranchLE, cmp32BranchG, cmp32iBranchB, cmp32iBranchNB, cmp32iBranchZ, cmp32iBranchNZ
    case cmp32iBranchBE, cmp32iBranchA, cmp32iBranchL, cmp32iBranchNL, cmp32iBranchLE, cmp32iBranchG, cmp8iBranchZ
    case cmp8iBranchNZ, cmp8iBranchB, cmp8iBranchNB, test32BranchZ, test32BranchNZ, test32BranchS, test32BranchNS
    case test8iBranchZ, test8iBranchNZ, dec32BranchNZ, slotBranchZ16, slotBranchNZ16, slotBranchZ32, slotBranchNZ32
    case loopWhile16, loopWhile32, indirect, return32, fault, exit
    case floatLoad64FloatMemory64FloatRegisterAdd32in, load32BLoad32XImulTwo32Add32n, store8iBAdd32nCmp32iBranchB
    case load32BSub32iStore32BCmp32iBranchG, move32Inc32LoadZX8XCmp32iBranchA, add32inAdd32iBranchNZ
    case skipIfZero32Load8BCmp8Step32, add32iBranchNZ, load32XXor32Store32XAdd32in, load32BXor32Add32inAdd32i
    case store32BAdd32inLeaBCmp32BranchNB, store32BSub32inLeaBCmp32BranchNB, push32iJump, store8iBInc32BranchNZ
    case inc32LoadZX8BAdd32inTest8, load32BCmp32BranchZ, load32BAdd32inCmp32BranchL, load32BCmp32BranchB
    case load32BAdd32inCmp32BranchG, move32Push32iJump, load8BStore8BStep32Step32, load32XIndirect, load8BCmp8BranchNZ
    case load32BLoad32BLoad32BLoad32B, push32Push32Push32LeaB, move32Add32iMove32Push32i, add32nAdd32iPop32Pop32
    case move32Shl32inAdd32nZeroExtend8, xor32LoadZX8BAdd32inTest8, leaBStore32XLeaXAdd32in
    case zeroExtend8And32inShl32iLoad32X, load32XMove32ZeroExtend16Shr32in, modify32BDec32Store32BBranchNZ
    case add32inCmp32Move32Move32, add32Load32BLoad32XSub32, leaXAdd32iStore32BBranchNZ, move32Load32BSetccShr32in
    case move32ZeroExtend16Shr32inAdd32, load32BAdc32Store32XMove32, imulTwo32nImulTwo32nImulTwo32nImulTwo32n
    case xor32nAdd32Load32BCmp32, store32BMove32Add32Load32B, load32BCmov32Add32nShl32in, leaBAdd32iLoad32BAdd32in
    case move32Load32BAdd32inCmp32BranchL, rotateLeft32inXor32nMove32RotateLeft32in, store32BStore32BAdd32inCmp32
    case lea16Load32SAdd16inMove32, add32inCmp32iBranchZ, load8XStore8XJump, load8BCmp8iBranchNZ, move32Cmp32iBranchB
    case leaBLoopWhile32, lea16LoadZX16SAdd16inIndirect, add32inAdd8inCmp32iBranchNZ, load32XLoadZX8XModify32XAdd32
    case loadZX8XLoad32XLoad32XCmp32BranchNZ, move32Shr32inAnd32iLoad32B, leaXAdd32inLeaXAdd32in
    case move8Shl32inOr32nCmp16i, load32BStore32BLoad32BStore32B, move32Set32Move32, cmp32Move32Load32BSbb32
    case add32Store32BModify32BAdc32, rotate32iBranchNB, xor32iAdd16inSlotBranchNZ16, store32BAdd32Adc32Load32B
    case or32iLoad32BLoad32BModify32B, pop32Pop32Pop32Return32, load32BStore32BStore32BStore32B
    case load32BAdd32Load32BStore32B, loadZX8XModify32XShr32iStore32X, store32BPush32iIndirect
    case loadZX8XLoad8XTest8iBranchZ, xor32Load32BLoad32BMove32, add32nMove32Move32RotateLeft32in
    case move32Not32And32nAdd32n, xor32nAdd32Load32BLoad32B, add32Load32XAdd32Load32B, xor32Store32BMove32And32
    case xor32nAnd32nMove32And32n, add32nAdd32nAdd32iStore32B, dec32Store8iXJump, store32BMove32RotateLeft32inMove32
    case and32inAdd32Dec32BranchNZ, move32BranchA, move32RotateLeft32inXor32nMove32, move8ZeroExtend8Set32
    case store32BAdd32inCmp32BranchA, load32BLeaXLoad8BLoad8X, move32And32iLoad32BLoadZX16X, move32Mul32Shr32inLeaX
    case add8iStore8BAdd32inCmp32i, leaXAdd32nMove32Sub32n, sub32iBranchB, lea16Store32SAdd16inLea16
    case add32nXor32Store32BMove32, rotateLeft32inXor32nShr32inXor32n, add32Load32BLoad32XAdd32
    case adc32Store32XAdd32nAdd32i, load32BLoad32B, store32BLoad32B, move32Load32B, pop32Return32, pop32Pop32
    case load32BStore32B, push32Move32, move32Move32, move32Push32i, push32Push32, move32Push32, load32BAdd32in
    case store32BStore32B, load32BMove32, add32inAdd32i, store32BMove32, load32BLoad32X, leaBPush32, load32BAdd32
    case add32Store32B, add32Load32B, cmp32Move32, load8BCmp8, add32iStore32B, load32BLeaB, load32XAdd32
    case add32inCmp32iBranchNZ, load32BCmp32, store32BAdd32in, sub32iStore32B, leaBMove32, store32BBranchNZ
    case push32Load32B, add32iPop32, add16inIndirect, add32nMove32, test8BranchNZ, add16inJump, xor32Store32B
    case move32Shr32in, sub32Load32B, cmp8BranchNZ, xor32nAdd32, load32BLeaX, lea16Store16iS, set32Move32
    case store16iSAdd16in, step32LeaB, load32BTest32BranchZ, load32BXor32, loadZX8BAdd32in, lea16Load32S, xor32Load32B
    case test8BranchZ, add32inCmp32, add32inAdd32in, leaBCmp32BranchNB, store32XAdd32in, add32iMove32, load32XMove32
    case store8iBAdd32n, push32Sub32i, add32nCmp32iBranchB, add32Store32X, add16inMove32, add32inTest8
    case add16inSlotBranchNZ16, add32nAdd32in, load32BAdd32n, add32Adc32
}

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
    case push16, push16i, pop16, bulkMove, bulkFill, bulkScan, bulkCompare, linear, limitCheck, skipIfZero16
    case skipIfZero32, hypervisor, wait, floatLoad32, floatLoad64, floatStore32, floatStore64, floatMemory32
    case floatMemory64, floatRegister, floatExchange, floatDuplicate, float, floatRead, floatWrite, simd, simdRead
    case simdWrite, logEntry, jump, branchO, branchNO, branchB, branchNB, branchZ, branchNZ, branchBE, branchA, branchS
    case branchNS, branchP, branchNP, branchL, branchNL, branchLE, branchG, cmp32BranchB, cmp32BranchNB, cmp32BranchZ
    case cmp32BranchNZ, cmp32BranchBE, cmp32BranchA, cmp32BranchL, cmp32BranchNL, cmp32BranchLE, cmp32BranchG
    case cmp32iBranchB, cmp32iBranchNB, cmp32iBranchZ, cmp32iBranchNZ, cmp32iBranchBE, cmp32iBranchA, cmp32iBranchL
    case cmp32iBranchNL, cmp32iBranchLE, cmp32iBranchG, cmp8iBranchZ, cmp8iBranchNZ, cmp8iBranchB, cmp8iBranchNB
    case test32BranchZ, test32BranchNZ, test32BranchS, test32BranchNS, test8iBranchZ, test8iBranchNZ, dec32BranchNZ
    case slotBranchZ16, slotBranchNZ16, slotBranchZ32, slotBranchNZ32, loopWhile16, loopWhile32, indirect, return32
    case fault, exit
    case store32BAdd32inLeaBCmp32BranchNB, add32inAdd32iBranchNZ, load32BSub32inStore32BCmp32iBranchG
    case add32nAdd32inAdd32iBranchNZ, store8iBAdd32nCmp32iBranchB, move32Add32inLoadZX8XCmp32iBranchA
    case load32BLoad32XImulTwo32n, loadZX8BAdd32inTest8BranchNZ, cmp8Step32LeaBLoopWhile32
    case xor32nStore32XAdd32inCmp32iBranchNZ, xor32nAdd32inAdd32iBranchNZ, load32BCmp32BranchZ
    case add32inAdd32inAdd8inCmp32iBranchNZ, load32XLeaBStore32XLeaX, load32BCmp32BranchB
    case floatLoad64FloatMemory64FloatRegister, floatLoad32FloatMemory32FloatRegister, floatLoad64FloatMemory64
    case floatLoad32FloatMemory32, store8iBInc32BranchNZ, load32BAdd32inCmp32BranchL, zeroExtend8And32inShl32i
    case leaBMove32Push32iJump, shl32inOr32nCmp16iBranchA, push32iJump, load32BAdd32inCmp32BranchG
    case load32BLoad32BLoad32BLoad32B, add32iPop32Pop32Return32, load32XIndirect, store8BStep32Step32Jump
    case load8BCmp8BranchNZ, add32iMove32Push32iJump, shl32inAdd32nZeroExtend8Xor32n, move32ZeroExtend16Shr32inAdd32n
    case load32XMove32ZeroExtend16Shr32in, modify32BDec32Store32BBranchNZ, leaXAdd32iStore32BBranchNZ
    case load32BAdc32Store32XMove32, add32Load32BLoad32XSub32, move32Load32BSetccShr32in, xor32nAdd32Load32BCmp32
    case load32BCmov32Add32nShl32in, add32inCmp32Move32Move32, store32BMove32Add32Load32B
    case imulTwo32nImulTwo32nImulTwo32nImulTwo32n, xor32nMove32RotateLeft32inXor32n
    case move32RotateLeft32inMove32RotateLeft32in, add32inLoad32BAdd32inCmp32BranchG, move32Load32BAdd32inCmp32BranchL
    case lea16Load32SAdd16inMove32, add32inCmp32Move32BranchA, and32inAdd32Dec32BranchNZ, push32Push32Push32
    case move32Set32Move32, move8ZeroExtend8Set32, push16iJump, push16Push16iJump, push16Push16, push16Move16
    case move16Push16, load16SPush16, pop16Pop16, lea16Load16S, lea16Load8S, lea16LoadZX16S, lea16Store16S, lea16Store8S
    case lea16Store16iS, lea16Store8iS, lea16Modify16S, cmp16iBranchZ, cmp16iBranchNZ, cmp16iBranchB, cmp16iBranchNB
    case cmp16iBranchL, cmp16iBranchNL, cmp16iBranchLE, cmp16iBranchG, cmp16BranchZ, cmp16BranchNZ, cmp16BranchB
    case cmp16BranchNB, cmp16BranchL, cmp16BranchNL, dec16BranchNZ, load8SStep16, store8SStep16, load16SStep16
    case store16SStep16, move16Move16, lea16LoadZX16SAdd16inIndirect, add32inCmp32iBranchZ, load8XStore8XJump
    case load8BCmp8iBranchNZ, move32Cmp32iBranchB, skipIfZero32Load8B, move8Test8iBranchZ, modify32XAdd32Store32XJump
    case loadZX8XLoad32XLoad32XCmp32BranchNZ, load32BStore32BPush32iIndirect, add32inLeaXAdd32inCmp32iBranchNZ
    case modify32BStore16BStore32B, modify32BInc32Store32B, store32BLoad32BStore32BLoad32B, store8SMove8Test8BranchZ
    case move32Load32BSbb32BranchB, store32BModify32BAdc32Store32B, load32BLoad32BModify32BAdd32, add32Adc32Load32BCmp32
    case load32BReturn32, pop32Pop32Pop32Return32, load8BLoad8XCmp8BranchNZ, modify32XShr32iStore32XJump
    case move32Shr32inAnd32i, loadZX8XLoad8XTest8iBranchZ, move32Move32RotateLeft32inRotateLeft32in
    case load32XAdd32nLoad32BAdd32n, add32nLoad32BLoad32BAdd32, load32BLoad32BMove32Xor32n
    case store32BStore32BStore32BBranchNZ, add32nAdd32iStore32BLoad32B, and32nMove32And32nXor32n
    case not32And32nAdd32nAdd32n, add32nLoad32BStore32BMove32, store32BMove32And32nLoad32B, and32inAdd32nAdd32nAdd32n
    case dec32Move32Set32Move32, add32nMove32Add32Dec32BranchNZ, add32iSet32, store32BAdd32inCmp32BranchA
    case load32BLoadZX16XLoad32BCmp32BranchNB, add16inLea16Store32SAdd16in, add32inCmp32iMove32BranchA
    case move32Sub32nAdd8inStore8B, shr32inLeaXLeaXAdd32n, store32BStore32B, sub32iBranchB, xor32nShr32inXor32nAdd32n
    case shr32iMove32Load32BAdd32, store32XAdd32nAdd32iBranchNZ, load32BLoad32XAdd32Adc32, add32Load32BCmp32Setcc
    case xor32nStore32BMove32Shl32in, load32BCmov32ZeroExtend16Add32n, add32Load32BAdd32inCmp32
    case load32BAdd32nMove32Shr32in, load32BImulTwo32nImulTwo32Store32B, shr32inImulTwo32nImulTwo32Store32B
    case load32XLoad32BZeroExtend16Move32, add32Adc32Test32BranchNS, leaXLoad16SLoad32SCmp32BranchNB
    case shr32iLeaXLoadZX16SMul32, rotateLeft32inXor32nMove32Shr32in, store32XAdd32iMove32BranchNZ
    case xor32nAdd32nLoad32XAdd32n, load32XMove32RotateLeft32inMove32, loadZX8XJump, load32BSub32Load32BSbb32
    case move32LoadZX16BLoadZX16B, store32BStore32BStore32BStore32B, move32Load32B, leaXAdd32inAdd32inCmp32iBranchNZ
    case load32BLeaX, move32And32in, load32XLoadZX8X, and32inStore32BAdd32iBranchNZ, add32iBranchNZ
    case leaXLoad32XAdd32Store32X, load32BLoad32B, test8BranchZ, push32Load32B, push32Move32, store32BLoad32B
    case move32Move32, load32BStore32B, leaBStore32B, leaBMove32, cmp32Move32, load32BAdd32n, load32BTest32BranchZ
    case load32BAdd32, push32Push32, load32BLoad32X, set32Move32, load32BMove32, pop32Return32, add32inCmp32iBranchNZ
    case move32Shr32in, load32BLeaB, store32BMove32, load32BCmp32BranchNB, move32Push32, add32iPop32, store32BAdd32in
    case sub32Load32B, store32XAdd32in, add32Store32B, step32LeaB, add32inAdd32in, move32Pop32, push32Sub32in
    case move32Store32B, test8BranchNZ, add32iStore32B, load32BXor32n, leaBPush32, sub32inStore32B, leaBLoad32B
    case move32Set32, add32nMove32, load8BCmp8, store32BLeaB, pop32Pop32, leaBPop32, add32Load32B, cmp8BranchNZ
    case load32BCmp32, load32BAdd32in, add32nStore32B, leaXLoad32B, sub32inLoad32B, load32BPush32i, add32inAdd32i
    case push32Push32i, store32BBranchNZ, add32inCmp32, move32Push32i
}

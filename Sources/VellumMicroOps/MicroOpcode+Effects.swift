import VellumIA32

extension EFlags {
    /// All but CF: INC and DEC.
    fileprivate static let allButCarry: EFlags = [.parity, .adjust, .zero, .sign, .overflow]
    /// The flags in AH: LAHF and SAHF.
    fileprivate static let lowByte: EFlags = [.carry, .parity, .adjust, .zero, .sign]
    fileprivate static let rotated: EFlags = [.carry, .overflow]
}

extension MicroOpcode {
    /// The opcode's effects; a table look-up.
    package var effects: OpcodeEffects { MicroOpcode.effectsTable[Int(rawValue)] }

    private static let effectsTable = MicroOpcode.allCases.map(\.statedEffects)

    /// The one statement of what every opcode does.
    private var statedEffects: OpcodeEffects {
        switch self {
        case .move8: .unary(from: 1, to: 1)
        case .move16, .signFill16: .unary(from: 2, to: 2)
        case .move32, .signFill32, .bitOffset32: .unary(from: 4, to: 4)
        case .set8: OpcodeEffects(a: .write(1))
        case .set16: OpcodeEffects(a: .write(2))
        case .set32: OpcodeEffects(a: .write(4))
        case .zeroExtend8, .signExtend8: .unary(from: 1, to: 4)
        case .zeroExtend16, .signExtend16, .bitOffset16: .unary(from: 2, to: 4)
        case .swapBytes: .alone(4, [])
        case .leaB: .address(c: false)
        case .leaX: .address(c: true, true)
        case .lea16: .address(c: true)

        case .add8, .or8, .and8, .sub8, .xor8: .binary(1)
        case .add16, .or16, .and16, .sub16, .xor16, .imulTwo16: .binary(2)
        case .add32, .or32, .and32, .sub32, .xor32, .imulTwo32: .binary(4)
        case .add8i, .or8i, .and8i, .sub8i, .xor8i, .neg8, .shl8i, .shr8i, .sar8i: .alone(1)
        case .add16i, .or16i, .and16i, .sub16i, .xor16i, .neg16, .shl16i, .shr16i, .sar16i: .alone(2)
        case .add32i, .or32i, .and32i, .sub32i, .xor32i, .neg32, .shl32i, .shr32i, .sar32i: .alone(4)
        case .add8n, .or8n, .and8n, .sub8n, .xor8n: .binary(1, [])
        case .add16n, .or16n, .and16n, .sub16n, .xor16n: .binary(2, [])
        case .add32n, .or32n, .and32n, .sub32n, .xor32n, .imulTwo32n: .binary(4, [])
        case .add8in, .or8in, .and8in, .sub8in, .xor8in, .not8: .alone(1, [])
        case .add16in, .or16in, .and16in, .sub16in, .xor16in, .not16: .alone(2, [])
        case .add32in, .or32in, .and32in, .sub32in, .xor32in, .not32, .shl32in, .shr32in, .sar32in,
            .rotateLeft32in:
            .alone(4, [])
        case .adc8, .sbb8: .binary(1, reads: .carry)
        case .adc16, .sbb16: .binary(2, reads: .carry)
        case .adc32, .sbb32: .binary(4, reads: .carry)
        case .adc8i, .sbb8i: .alone(1, reads: .carry)
        case .adc16i, .sbb16i: .alone(2, reads: .carry)
        case .adc32i, .sbb32i: .alone(4, reads: .carry)
        case .inc8, .dec8: .alone(1, .allButCarry)
        case .inc16, .dec16: .alone(2, .allButCarry)
        case .inc32, .dec32: .alone(4, .allButCarry)
        case .cmp8, .test8: OpcodeEffects(a: .read(1), b: .read(1), flagsWritten: .arithmetic)
        case .cmp16, .test16: OpcodeEffects(a: .read(2), b: .read(2), flagsWritten: .arithmetic)
        case .cmp32, .test32: OpcodeEffects(a: .read(4), b: .read(4), flagsWritten: .arithmetic)
        case .cmp8i, .test8i: OpcodeEffects(a: .read(1), flagsWritten: .arithmetic)
        case .cmp16i, .test16i: OpcodeEffects(a: .read(2), flagsWritten: .arithmetic)
        case .cmp32i, .test32i: OpcodeEffects(a: .read(4), flagsWritten: .arithmetic)

        case .shl8, .shr8, .sar8: OpcodeEffects(a: .update(1), b: .read(1)).perhaps(.arithmetic)
        case .shl16, .shr16, .sar16: OpcodeEffects(a: .update(2), b: .read(1)).perhaps(.arithmetic)
        case .shl32, .shr32, .sar32: OpcodeEffects(a: .update(4), b: .read(1)).perhaps(.arithmetic)
        case .rotate8: OpcodeEffects(a: .update(1), b: .read(1)).perhaps(.rotated)
        case .rotate16: OpcodeEffects(a: .update(2), b: .read(1)).perhaps(.rotated)
        case .rotate32: OpcodeEffects(a: .update(4), b: .read(1)).perhaps(.rotated)
        case .rotate8i: .alone(1, .rotated)
        case .rotate16i: .alone(2, .rotated)
        case .rotate32i: .alone(4, .rotated)
        case .doubleShift16: OpcodeEffects(a: .update(2), b: .read(2), c: .read(1)).perhaps(.arithmetic)
        case .doubleShift32: OpcodeEffects(a: .update(4), b: .read(4), c: .read(1)).perhaps(.arithmetic)
        case .doubleShift16i: .binary(2)
        case .doubleShift32i: .binary(4)

        case .mul8, .imul8: OpcodeEffects(b: .read(1), reads: .al, writes: .ax, flagsWritten: .arithmetic)
        case .mul16, .imul16:
            OpcodeEffects(b: .read(2), reads: .ax, writes: [.ax, .dx], flagsWritten: .arithmetic)
        case .mul32, .imul32:
            OpcodeEffects(b: .read(4), reads: .eax, writes: [.eax, .edx], flagsWritten: .arithmetic)
        case .div8, .idiv8: OpcodeEffects(b: .read(1), reads: .ax, writes: .ax, flow: .faults)
        case .div16, .idiv16: OpcodeEffects(b: .read(2), reads: [.ax, .dx], writes: [.ax, .dx], flow: .faults)
        case .div32, .idiv32: OpcodeEffects(b: .read(4), reads: [.eax, .edx], writes: [.eax, .edx], flow: .faults)
        case .imulTwo32in: OpcodeEffects(a: .write(4), b: .read(4))
        case .imulTwo16i: OpcodeEffects(a: .write(2), b: .read(2), flagsWritten: .arithmetic)
        case .imulTwo32i: OpcodeEffects(a: .write(4), b: .read(4), flagsWritten: .arithmetic)
        case .bit16: .binary(2, .carry)
        case .bit32: .binary(4, .carry)
        case .bit16i: .alone(2, .carry)
        case .bit32i: .alone(4, .carry)
        case .bsf16, .bsr16: .binary(2, .zero)
        case .bsf32, .bsr32: .binary(4, .zero)
        case .daa, .das:
            OpcodeEffects(reads: .al, writes: .al, flagsRead: [.carry, .adjust], flagsWritten: .arithmetic)
        case .aaa, .aas: OpcodeEffects(reads: .ax, writes: .ax, flagsRead: .adjust, flagsWritten: .arithmetic)
        case .aam: OpcodeEffects(reads: .al, writes: .ax, flagsWritten: .arithmetic)
        case .aad: OpcodeEffects(reads: .ax, writes: .ax, flagsWritten: .arithmetic)

        case .setcc: .conditional(a: .write(1))
        case .cmov16: .conditional(a: .update(2), b: .read(2))
        case .cmov32: .conditional(a: .update(4), b: .read(4))
        case .lahf: OpcodeEffects(writes: .ah, flagsRead: .lowByte)
        case .sahf: OpcodeEffects(reads: .ah, flagsWritten: .lowByte)
        case .salc: OpcodeEffects(writes: .al, flagsRead: .carry)
        case .clc, .stc: OpcodeEffects(flagsWritten: .carry)
        case .cmc: OpcodeEffects(flagsRead: .carry, flagsWritten: .carry)
        case .cld, .std: OpcodeEffects(flagsWritten: .direction)
        case .compareExchange8B:
            OpcodeEffects(
                reads: [.eax, .ebx, .ecx, .edx, SlotSet(.t0), SlotSet(.t1)],
                writes: [.eax, .edx, SlotSet(.t0), SlotSet(.t1)], flagsWritten: .zero)
        case .arpl: .binary(2, .zero)
        case .bound16: OpcodeEffects(a: .read(2), b: .read(2), c: .read(2), flow: .faults)
        case .bound32: OpcodeEffects(a: .read(4), b: .read(4), c: .read(4), flow: .faults)
        case .step16: .alone(2, [], reads: .direction)
        case .step32: .alone(4, [], reads: .direction)

        case .load8B: .load(1, to: 1, .base)
        case .load8X: .load(1, to: 1, .indexed)
        case .load8S: .load(1, to: 1, .segmented)
        case .load16B: .load(2, to: 2, .base)
        case .load16X: .load(2, to: 2, .indexed)
        case .load16S: .load(2, to: 2, .segmented)
        case .load32B: .load(4, to: 4, .base)
        case .load32X: .load(4, to: 4, .indexed)
        case .load32S: .load(4, to: 4, .segmented)
        case .loadZX8B, .loadSX8B: .load(1, to: 4, .base)
        case .loadZX8X, .loadSX8X: .load(1, to: 4, .indexed)
        case .loadZX8S, .loadSX8S: .load(1, to: 4, .segmented)
        case .loadZX16B, .loadSX16B: .load(2, to: 4, .base)
        case .loadZX16X, .loadSX16X: .load(2, to: 4, .indexed)
        case .loadZX16S, .loadSX16S: .load(2, to: 4, .segmented)
        case .modify8B: .modify(1, .base)
        case .modify8X: .modify(1, .indexed)
        case .modify8S: .modify(1, .segmented)
        case .modify16B: .modify(2, .base)
        case .modify16X: .modify(2, .indexed)
        case .modify16S: .modify(2, .segmented)
        case .modify32B: .modify(4, .base)
        case .modify32X: .modify(4, .indexed)
        case .modify32S: .modify(4, .segmented)
        case .store8B: .store(1, .base)
        case .store8X: .store(1, .indexed)
        case .store8S: .store(1, .segmented)
        case .store16B: .store(2, .base)
        case .store16X: .store(2, .indexed)
        case .store16S: .store(2, .segmented)
        case .store32B: .store(4, .base)
        case .store32X: .store(4, .indexed)
        case .store32S: .store(4, .segmented)
        case .store8iB: .storeImmediate(1, .base)
        case .store8iX: .storeImmediate(1, .indexed)
        case .store8iS: .storeImmediate(1, .segmented)
        case .store16iB: .storeImmediate(2, .base)
        case .store16iX: .storeImmediate(2, .indexed)
        case .store16iS: .storeImmediate(2, .segmented)
        case .store32iB: .storeImmediate(4, .base)
        case .store32iX: .storeImmediate(4, .indexed)
        case .store32iS: .storeImmediate(4, .segmented)
        case .probeWrite: .through(OpcodeEffects(b: .read(4), flow: .access), memory: .probe)
        case .push32: .stack(.write, a: .read(4))
        case .push32i: .stack(.write)
        case .pop32: .stack(.read, a: .write(4))
        case .bulkMove: .bulk(reads: [], writes: [.ecx, .esi, .edi], .readAndWrite)
        case .bulkFill: .bulk(reads: .eax, writes: [.ecx, .edi], .write)
        case .linear: .through(OpcodeEffects(a: .write(4), b: .read(4)), memory: .none)
        case .limitCheck: OpcodeEffects(a: .read(4), flow: .faults)
        case .skipIfZero16: OpcodeEffects(a: .read(2), flow: [.leaves, .link1])
        case .skipIfZero32: OpcodeEffects(a: .read(4), flow: [.leaves, .link1])
        case .hypervisor: OpcodeEffects(flow: .access)
        case .wait, .floatRegister, .floatExchange, .floatDuplicate, .float, .simd: OpcodeEffects(flow: .access)
        case .floatLoad32, .floatMemory32: .coprocessor(.read, 4)
        case .floatLoad64, .floatMemory64: .coprocessor(.read, 8)
        case .floatStore32: .coprocessor(.write, 4)
        case .floatStore64: .coprocessor(.write, 8)
        case .floatRead, .simdRead: .coprocessor(.read)
        case .floatWrite, .simdWrite: .coprocessor(.write)

        case .jump: OpcodeEffects(flow: [.terminal, .link0])
        case .branchO, .branchNO: .branch(reads: Condition.overflow.reads)
        case .branchB, .branchNB: .branch(reads: Condition.below.reads)
        case .branchZ, .branchNZ: .branch(reads: Condition.zero.reads)
        case .branchBE, .branchA: .branch(reads: Condition.above.reads)
        case .branchS, .branchNS: .branch(reads: Condition.sign.reads)
        case .branchP, .branchNP: .branch(reads: Condition.parity.reads)
        case .branchL, .branchNL: .branch(reads: Condition.less.reads)
        case .branchLE, .branchG: .branch(reads: Condition.greater.reads)
        case .cmp32BranchB, .cmp32BranchNB, .cmp32BranchZ, .cmp32BranchNZ, .cmp32BranchBE, .cmp32BranchA,
            .cmp32BranchL, .cmp32BranchNL, .cmp32BranchLE, .cmp32BranchG, .test32BranchZ, .test32BranchNZ,
            .test32BranchS, .test32BranchNS:
            .branch(a: .read(4), b: .read(4), writes: .arithmetic)
        case .cmp32iBranchB, .cmp32iBranchNB, .cmp32iBranchZ, .cmp32iBranchNZ, .cmp32iBranchBE, .cmp32iBranchA,
            .cmp32iBranchL, .cmp32iBranchNL, .cmp32iBranchLE, .cmp32iBranchG:
            .branch(a: .read(4), writes: .arithmetic)
        case .cmp8iBranchZ, .cmp8iBranchNZ, .cmp8iBranchB, .cmp8iBranchNB, .test8iBranchZ, .test8iBranchNZ:
            .branch(a: .read(1), writes: .arithmetic)
        case .dec32BranchNZ: .branch(a: .update(4), writes: .allButCarry)
        case .slotBranchZ16, .slotBranchNZ16: .branch(a: .read(2))
        case .slotBranchZ32, .slotBranchNZ32: .branch(a: .read(4))
        case .loopWhile16: .branch(a: .read(2), reads: .zero)
        case .loopWhile32: .branch(a: .read(4), reads: .zero)
        case .indirect: OpcodeEffects(b: .read(4), flow: .terminal)
        case .return32: .stack(.read, flow: [.access, .terminal])
        case .fault: OpcodeEffects(flow: [.faults, .terminal])
        case .exit: OpcodeEffects(flow: .terminal)
        }
    }
}

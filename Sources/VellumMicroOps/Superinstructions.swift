/// Runs of micro-ops that the interpreter does with one dispatch.
///
/// A superinstruction changes nothing but the `dispatch` of its first micro-op.  All of its micro-ops stay where they
/// are, each with its opcode, its operands and its instruction: each can be done alone, faults as itself, and is what
/// listings, effects and patches go by.  In the interpreter a superinstruction is the bodies of its parts one after the
/// other; where a part's fast way is barred, the loop goes on at that part alone.
package enum Superinstructions {
    /// Chosen by `vellum-conformance sequences` from the dynamic counts of real guests; see docs/performance.md.  What is
    /// made from the list (`DispatchCode`, and the end of the interpreter's loop) is written anew by the tests when
    /// VELLUM_UPDATE_GOLDENS is set.
    package static let sequences: [[MicroOpcode]] = [
        [.floatLoad64, .floatMemory64, .floatRegister, .add32in],
        [.load32B, .load32X, .imulTwo32, .add32n],
        [.store8iB, .add32n, .cmp32iBranchB],
        [.load32B, .sub32i, .store32B, .cmp32iBranchG],
        [.move32, .inc32, .loadZX8X, .cmp32iBranchA],
        [.add32in, .add32i, .branchNZ],
        [.skipIfZero32, .load8B, .cmp8, .step32],
        [.add32i, .branchNZ],
        [.load32X, .xor32, .store32X, .add32in],
        [.load32B, .xor32, .add32in, .add32i],
        [.store32B, .add32in, .leaB, .cmp32BranchNB],
        [.store32B, .sub32in, .leaB, .cmp32BranchNB],
        [.push32i, .jump],
        [.store8iB, .inc32, .branchNZ],
        [.inc32, .loadZX8B, .add32in, .test8],
        [.load32B, .cmp32BranchZ],
        [.load32B, .add32in, .cmp32BranchL],
        [.load32B, .cmp32BranchB],
        [.load32B, .add32in, .cmp32BranchG],
        [.move32, .push32i, .jump],
        [.load8B, .store8B, .step32, .step32],
        [.load32X, .indirect],
        [.load8B, .cmp8, .branchNZ],
        [.load32B, .load32B, .load32B, .load32B],
        [.push32, .push32, .push32, .leaB],
        [.move32, .add32i, .move32, .push32i],
        [.add32n, .add32i, .pop32, .pop32],
        [.move32, .shl32in, .add32n, .zeroExtend8],
        [.xor32, .loadZX8B, .add32in, .test8],
        [.leaB, .store32X, .leaX, .add32in],
        [.zeroExtend8, .and32in, .shl32i, .load32X],
        [.load32X, .move32, .zeroExtend16, .shr32in],
        [.modify32B, .dec32, .store32B, .branchNZ],
        [.add32in, .cmp32, .move32, .move32],
        [.add32, .load32B, .load32X, .sub32],
        [.leaX, .add32i, .store32B, .branchNZ],
        [.move32, .load32B, .setcc, .shr32in],
        [.move32, .zeroExtend16, .shr32in, .add32],
        [.load32B, .adc32, .store32X, .move32],
        [.imulTwo32n, .imulTwo32n, .imulTwo32n, .imulTwo32n],
        [.xor32n, .add32, .load32B, .cmp32],
        [.store32B, .move32, .add32, .load32B],
        [.load32B, .cmov32, .add32n, .shl32in],
        [.leaB, .add32i, .load32B, .add32in],
        [.move32, .load32B, .add32in, .cmp32BranchL],
        [.rotateLeft32in, .xor32n, .move32, .rotateLeft32in],
        [.store32B, .store32B, .add32in, .cmp32],
        [.lea16, .load32S, .add16in, .move32],
        [.add32in, .cmp32iBranchZ],
        [.load8X, .store8X, .jump],
        [.load8B, .cmp8iBranchNZ],
        [.move32, .cmp32iBranchB],
        [.leaB, .loopWhile32],
        [.lea16, .loadZX16S, .add16in, .indirect],
        [.add32in, .add8in, .cmp32iBranchNZ],
        [.load32X, .loadZX8X, .modify32X, .add32],
        [.loadZX8X, .load32X, .load32X, .cmp32BranchNZ],
        [.move32, .shr32in, .and32i, .load32B],
        [.leaX, .add32in, .leaX, .add32in],
        [.move8, .shl32in, .or32n, .cmp16i],
        [.load32B, .store32B, .load32B, .store32B],
        [.move32, .set32, .move32],
        [.cmp32, .move32, .load32B, .sbb32],
        [.add32, .store32B, .modify32B, .adc32],
        [.rotate32i, .branchNB],
        [.xor32i, .add16in, .slotBranchNZ16],
        [.store32B, .add32, .adc32, .load32B],
        [.or32i, .load32B, .load32B, .modify32B],
        [.pop32, .pop32, .pop32, .return32],
        [.load32B, .store32B, .store32B, .store32B],
        [.load32B, .add32, .load32B, .store32B],
        [.loadZX8X, .modify32X, .shr32i, .store32X],
        [.store32B, .push32i, .indirect],
        [.loadZX8X, .load8X, .test8iBranchZ],
        [.xor32, .load32B, .load32B, .move32],
        [.add32n, .move32, .move32, .rotateLeft32in],
        [.move32, .not32, .and32n, .add32n],
        [.xor32n, .add32, .load32B, .load32B],
        [.add32, .load32X, .add32, .load32B],
        [.xor32, .store32B, .move32, .and32],
        [.xor32n, .and32n, .move32, .and32n],
        [.add32n, .add32n, .add32i, .store32B],
        [.dec32, .store8iX, .jump],
        [.store32B, .move32, .rotateLeft32in, .move32],
        [.and32in, .add32, .dec32BranchNZ],
        [.move32, .branchA],
        [.move32, .rotateLeft32in, .xor32n, .move32],
        [.move8, .zeroExtend8, .set32],
        [.store32B, .add32in, .cmp32BranchA],
        [.load32B, .leaX, .load8B, .load8X],
        [.move32, .and32i, .load32B, .loadZX16X],
        [.move32, .mul32, .shr32in, .leaX],
        [.add8i, .store8B, .add32in, .cmp32i],
        [.leaX, .add32n, .move32, .sub32n],
        [.sub32i, .branchB],
        [.lea16, .store32S, .add16in, .lea16],
        [.add32n, .xor32, .store32B, .move32],
        [.rotateLeft32in, .xor32n, .shr32in, .xor32n],
        [.add32, .load32B, .load32X, .add32],
        [.adc32, .store32X, .add32n, .add32i],
        [.load32B, .load32B],
        [.store32B, .load32B],
        [.move32, .load32B],
        [.pop32, .return32],
        [.pop32, .pop32],
        [.load32B, .store32B],
        [.push32, .move32],
        [.move32, .move32],
        [.move32, .push32i],
        [.push32, .push32],
        [.move32, .push32],
        [.load32B, .add32in],
        [.store32B, .store32B],
        [.load32B, .move32],
        [.add32in, .add32i],
        [.store32B, .move32],
        [.load32B, .load32X],
        [.leaB, .push32],
        [.load32B, .add32],
        [.add32, .store32B],
        [.add32, .load32B],
        [.cmp32, .move32],
        [.load8B, .cmp8],
        [.add32i, .store32B],
        [.load32B, .leaB],
        [.load32X, .add32],
        [.add32in, .cmp32iBranchNZ],
        [.load32B, .cmp32],
        [.store32B, .add32in],
        [.sub32i, .store32B],
        [.leaB, .move32],
        [.store32B, .branchNZ],
        [.push32, .load32B],
        [.add32i, .pop32],
        [.add16in, .indirect],
        [.add32n, .move32],
        [.test8, .branchNZ],
        [.add16in, .jump],
        [.xor32, .store32B],
        [.move32, .shr32in],
        [.sub32, .load32B],
        [.cmp8, .branchNZ],
        [.xor32n, .add32],
        [.load32B, .leaX],
        [.lea16, .store16iS],
        [.set32, .move32],
        [.store16iS, .add16in],
        [.step32, .leaB],
        [.load32B, .test32BranchZ],
        [.load32B, .xor32],
        [.loadZX8B, .add32in],
        [.lea16, .load32S],
        [.xor32, .load32B],
        [.test8, .branchZ],
        [.add32in, .cmp32],
        [.add32in, .add32in],
        [.leaB, .cmp32BranchNB],
        [.store32X, .add32in],
        [.add32i, .move32],
        [.load32X, .move32],
        [.store8iB, .add32n],
        [.push32, .sub32i],
        [.add32n, .cmp32iBranchB],
        [.add32, .store32X],
        [.add16in, .move32],
        [.add32in, .test8],
        [.add16in, .slotBranchNZ16],
        [.add32n, .add32in],
        [.load32B, .add32n],
        [.add32, .adc32],
    ]

    /// Whether an opcode may be part of a superinstruction.  Left out is what does nearly all its work out of line, and
    /// what no fragment goes on after.
    package static func mayContain(_ opcode: MicroOpcode) -> Bool {
        switch opcode {
        case .hypervisor, .logEntry, .fault, .exit, .probeWrite, .bulkMove, .bulkFill, .linear, .limitCheck: false
        case .wait, .float, .floatRead, .floatWrite, .floatStore32, .floatStore64, .simd, .simdRead, .simdWrite: false
        default: true
        }
    }

    /// The name of a superinstruction: its parts' names in a row.
    package static func name(_ sequence: [MicroOpcode]) -> String {
        sequence.reduce("") { name, opcode in
            let part = "\(opcode)"
            return name.isEmpty ? part : name + String(part.prefix(1)).uppercased() + part.dropFirst()
        }
    }
}

extension DispatchCode {
    /// The code of a micro-op that is dispatched alone.
    package init(_ opcode: MicroOpcode) {
        // The codes start with the opcodes, in their order.
        self = DispatchCode(rawValue: opcode.rawValue) ?? .exit
    }

    /// The opcode, or that of a superinstruction's first micro-op.
    package var opcode: MicroOpcode { MicroOpcode(rawValue: rawValue) ?? sequence[0] }

    /// What the superinstruction consists of, or the one opcode.
    package var sequence: [MicroOpcode] {
        let index = Int(rawValue) - MicroOpcode.allCases.count
        return index < 0 ? [opcode] : Superinstructions.sequences[index]
    }
}

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
        [.store32B, .add32in, .leaB, .cmp32BranchNB],
        [.add32in, .add32i, .branchNZ],
        [.load32B, .sub32in, .store32B, .cmp32iBranchG],
        [.add32n, .add32in, .add32i, .branchNZ],
        [.store8iB, .add32n, .cmp32iBranchB],
        [.move32, .add32in, .loadZX8X, .cmp32iBranchA],
        [.load32B, .load32X, .imulTwo32n],
        [.loadZX8B, .add32in, .test8, .branchNZ],
        [.cmp8, .step32, .leaB, .loopWhile32],
        [.xor32n, .store32X, .add32in, .cmp32iBranchNZ],
        [.xor32n, .add32in, .add32i, .branchNZ],
        [.load32B, .cmp32BranchZ],
        [.add32in, .add32in, .add8in, .cmp32iBranchNZ],
        [.load32X, .leaB, .store32X, .leaX],
        [.load32B, .cmp32BranchB],
        [.floatLoad64, .floatMemory64, .floatRegister],
        [.floatLoad32, .floatMemory32, .floatRegister],
        [.floatLoad64, .floatMemory64],
        [.floatLoad32, .floatMemory32],
        [.store8iB, .inc32, .branchNZ],
        [.load32B, .add32in, .cmp32BranchL],
        [.zeroExtend8, .and32in, .shl32i],
        [.leaB, .move32, .push32i, .jump],
        [.shl32in, .or32n, .cmp16i, .branchA],
        [.push32i, .jump],
        [.load32B, .add32in, .cmp32BranchG],
        [.load32B, .load32B, .load32B, .load32B],
        [.add32i, .pop32, .pop32, .return32],
        [.load32X, .indirect],
        [.store8B, .step32, .step32, .jump],
        [.load8B, .cmp8, .branchNZ],
        [.add32i, .move32, .push32i, .jump],
        [.shl32in, .add32n, .zeroExtend8, .xor32n],
        [.move32, .zeroExtend16, .shr32in, .add32n],
        [.load32X, .move32, .zeroExtend16, .shr32in],
        [.modify32B, .dec32, .store32B, .branchNZ],
        [.leaX, .add32i, .store32B, .branchNZ],
        [.load32B, .adc32, .store32X, .move32],
        [.add32, .load32B, .load32X, .sub32],
        [.move32, .load32B, .setcc, .shr32in],
        [.xor32n, .add32, .load32B, .cmp32],
        [.load32B, .cmov32, .add32n, .shl32in],
        [.add32in, .cmp32, .move32, .move32],
        [.store32B, .move32, .add32, .load32B],
        [.imulTwo32n, .imulTwo32n, .imulTwo32n, .imulTwo32n],
        [.xor32n, .move32, .rotateLeft32in, .xor32n],
        [.move32, .rotateLeft32in, .move32, .rotateLeft32in],
        [.add32in, .load32B, .add32in, .cmp32BranchG],
        [.move32, .load32B, .add32in, .cmp32BranchL],
        [.lea16, .load32S, .add16in, .move32],
        [.add32in, .cmp32, .move32, .branchA],
        [.and32in, .add32, .dec32BranchNZ],
        [.push32, .push32, .push32],
        [.move32, .set32, .move32],
        [.move8, .zeroExtend8, .set32],
        [.lea16, .store16iS, .add16in, .jump],
        [.lea16, .loadZX16S, .add16in, .indirect],
        [.add32in, .cmp32iBranchZ],
        [.load8X, .store8X, .jump],
        [.load8B, .cmp8iBranchNZ],
        [.move32, .cmp32iBranchB],
        [.skipIfZero32, .load8B],
        [.move8, .test8iBranchZ],
        [.modify32X, .add32, .store32X, .jump],
        [.loadZX8X, .load32X, .load32X, .cmp32BranchNZ],
        [.load32B, .store32B, .push32i, .indirect],
        [.add32in, .leaX, .add32in, .cmp32iBranchNZ],
        [.modify32B, .store16B, .store32B],
        [.modify32B, .inc32, .store32B],
        [.store32B, .load32B, .store32B, .load32B],
        [.store8S, .move8, .test8, .branchZ],
        [.move32, .load32B, .sbb32, .branchB],
        [.store32B, .modify32B, .adc32, .store32B],
        [.load32B, .load32B, .modify32B, .add32],
        [.add32, .adc32, .load32B, .cmp32],
        [.load32B, .return32],
        [.pop32, .pop32, .pop32, .return32],
        [.load8B, .load8X, .cmp8, .branchNZ],
        [.modify32X, .shr32i, .store32X, .jump],
        [.move32, .shr32in, .and32i],
        [.loadZX8X, .load8X, .test8iBranchZ],
        [.move32, .move32, .rotateLeft32in, .rotateLeft32in],
        [.load32X, .add32n, .load32B, .add32n],
        [.add32n, .load32B, .load32B, .add32],
        [.load32B, .load32B, .move32, .xor32n],
        [.store32B, .store32B, .store32B, .branchNZ],
        [.add32n, .add32i, .store32B, .load32B],
        [.and32n, .move32, .and32n, .xor32n],
        [.not32, .and32n, .add32n, .add32n],
        [.add32n, .load32B, .store32B, .move32],
        [.store32B, .move32, .and32n, .load32B],
        [.and32in, .add32n, .add32n, .add32n],
        [.dec32, .move32, .set32, .move32],
        [.add32n, .move32, .add32, .dec32BranchNZ],
        [.add32i, .set32],
        [.store32B, .add32in, .cmp32BranchA],
        [.load32B, .loadZX16X, .load32B, .cmp32BranchNB],
        [.add16in, .lea16, .store32S, .add16in],
        [.add32in, .cmp32i, .move32, .branchA],
        [.move32, .sub32n, .add8in, .store8B],
        [.shr32in, .leaX, .leaX, .add32n],
        [.store32B, .store32B],
        [.sub32i, .branchB],
        [.xor32n, .shr32in, .xor32n, .add32n],
        [.shr32i, .move32, .load32B, .add32],
        [.store32X, .add32n, .add32i, .branchNZ],
        [.load32B, .load32X, .add32, .adc32],
        [.add32, .load32B, .cmp32, .setcc],
        [.xor32n, .store32B, .move32, .shl32in],
        [.load32B, .cmov32, .zeroExtend16, .add32n],
        [.add32, .load32B, .add32in, .cmp32],
        [.load32B, .add32n, .move32, .shr32in],
        [.load32B, .imulTwo32n, .imulTwo32, .store32B],
        [.shr32in, .imulTwo32n, .imulTwo32, .store32B],
        [.load32X, .load32B, .zeroExtend16, .move32],
        [.add32, .adc32, .test32BranchNS],
        [.leaX, .load16S, .load32S, .cmp32BranchNB],
        [.shr32i, .leaX, .loadZX16S, .mul32],
        [.rotateLeft32in, .xor32n, .move32, .shr32in],
        [.store32X, .add32i, .move32, .branchNZ],
        [.xor32n, .add32n, .load32X, .add32n],
        [.load32X, .move32, .rotateLeft32in, .move32],
        [.loadZX8X, .jump],
        [.load32B, .sub32, .load32B, .sbb32],
        [.move32, .loadZX16B, .loadZX16B],
        [.store32B, .store32B, .store32B, .store32B],
        [.move32, .load32B],
        [.leaX, .add32in, .add32in, .cmp32iBranchNZ],
        [.load32B, .leaX],
        [.move32, .and32in],
        [.load32X, .loadZX8X],
        [.and32in, .store32B, .add32i, .branchNZ],
        [.add32i, .branchNZ],
        [.leaX, .load32X, .add32, .store32X],
        [.load32B, .load32B],
        [.test8, .branchZ],
        [.push32, .load32B],
        [.push32, .move32],
        [.store32B, .load32B],
        [.move32, .move32],
        [.load32B, .store32B],
        [.leaB, .store32B],
        [.leaB, .move32],
        [.cmp32, .move32],
        [.load32B, .add32n],
        [.load32B, .test32BranchZ],
        [.load32B, .add32],
        [.push32, .push32],
        [.load32B, .load32X],
        [.set32, .move32],
        [.load32B, .move32],
        [.pop32, .return32],
        [.add32in, .cmp32iBranchNZ],
        [.move32, .shr32in],
        [.load32B, .leaB],
        [.store32B, .move32],
        [.load32B, .cmp32BranchNB],
        [.move32, .push32],
        [.add32i, .pop32],
        [.store32B, .add32in],
        [.sub32, .load32B],
        [.store32X, .add32in],
        [.add32, .store32B],
        [.step32, .leaB],
        [.add32in, .add32in],
        [.move32, .pop32],
        [.push32, .sub32in],
        [.move32, .store32B],
        [.test8, .branchNZ],
        [.add32i, .store32B],
        [.load32B, .xor32n],
        [.leaB, .push32],
        [.sub32in, .store32B],
        [.leaB, .load32B],
        [.move32, .set32],
        [.add32n, .move32],
        [.load8B, .cmp8],
        [.store32B, .leaB],
        [.pop32, .pop32],
        [.leaB, .pop32],
        [.add32, .load32B],
        [.cmp8, .branchNZ],
        [.load32B, .cmp32],
        [.load32B, .add32in],
        [.add32n, .store32B],
        [.leaX, .load32B],
        [.sub32in, .load32B],
        [.load32B, .push32i],
        [.add32in, .add32i],
        [.push32, .push32i],
        [.store32B, .branchNZ],
        [.add32in, .cmp32],
        [.move32, .push32i],
    ]

    fileprivate static let firsts = sequences.map { $0[0] }

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
        // The codes start with the opcodes, in their order, and both enumerations are stored as their cases' numbers.
        self = unsafeBitCast(opcode, to: DispatchCode.self)
    }

    /// The opcode, or that of a superinstruction's first micro-op.
    package var opcode: MicroOpcode {
        rawValue <= MicroOpcode.exit.rawValue
            ? unsafeBitCast(self, to: MicroOpcode.self)
            : Superinstructions.firsts[Int(rawValue) - Int(MicroOpcode.exit.rawValue) - 1]
    }

    /// What the superinstruction consists of, or the one opcode.
    package var sequence: [MicroOpcode] {
        let index = Int(rawValue) - MicroOpcode.allCases.count
        return index < 0 ? [opcode] : Superinstructions.sequences[index]
    }
}

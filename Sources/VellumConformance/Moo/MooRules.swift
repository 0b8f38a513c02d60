/// Why a test is not run: rules that the vector sets document.
package enum MooSkip: String, CaseIterable, Sendable {
    /// The 286 does not raise #UD for LOCK where a 386 does.
    case lockOn286 = "LOCK prefix on a 286"
    /// The 286 raises #GP above 10 bytes; a 386 allows 15.
    case longOn286 = "instruction longer than 10 bytes on a 286"
    /// The set's own revocation list names the test.
    case revoked = "revoked by the set's authors"
    /// META says that the test was not captured in real mode.
    case notRealMode = "not captured in real mode"
}

/// How the tests of a file are to be judged on a 386 or newer processor.
package struct MooRules: Sendable {
    package var flags = FlagMasks.standard
    /// Hashes of tests that their authors have withdrawn, in lower-case hexadecimal.
    package var revoked: Set<String> = []

    package init() {}

    /// Why a test must not be run, or nil.
    package func skip(_ test: MooTest, in file: MooFile) -> MooSkip? {
        if file.mode != 0 { return .notRealMode }
        if !revoked.isEmpty, revoked.contains(test.hash.map(hex).joined()) { return .revoked }
        guard file.is286 else { return nil }
        let instruction = MooInstruction(test.bytes)
        if instruction.hasLock { return .lockOn286 }
        return instruction.length > 10 ? .longOn286 : nil
    }

    private func hex(_ byte: UInt8) -> String { String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }

    /// The AND mask of FLAGS for one test.
    package func flagsMask(_ test: MooTest, in file: MooFile) -> UInt32 {
        let instruction = MooInstruction(test.bytes)
        var mask = UInt32(flags.mask(instruction)) & file.definedFlags
        if let count = shiftCount(instruction, test.initial), count & 31 != 1 { mask &= ~0x800 }
        for masks in [file.masks, test.masks] {
            if let own = masks[.eflags] { mask &= own }
        }
        return mask
    }

    /// The count of a rotate or shift by CL or an immediate: OF is undefined unless it is one.
    private func shiftCount(_ instruction: MooInstruction, _ initial: MooState) -> UInt32? {
        switch instruction.opcode {
        case 0xC0, 0xC1: UInt32(instruction.lastByte)
        case 0xD2, 0xD3: initial.registers[.ecx].map { $0 & 0xFF }
        default: nil
        }
    }

    /// The physical address of the FLAGS image that the test pushes, or nil.
    ///
    /// The EXCP chunk holds the address as it was on the bus, which is even although the stack may not be; so the
    /// frame's place is worked out from the final stack pointer: IP, CS, FLAGS.
    package func pushedFlags(_ test: MooTest) -> UInt32? {
        let registers = test.initial.registers.overlaid(by: test.final.registers)
        guard let ss = registers[.ss], let sp = registers[.esp] else { return test.exception?.flagsAddress }
        if test.exception != nil { return (ss & 0xFFFF) << 4 &+ (sp &+ 4) & 0xFFFF }
        return MooInstruction(test.bytes).opcode == 0x9C ? (ss & 0xFFFF) << 4 &+ sp & 0xFFFF : nil
    }

    /// Registers that are not compared.
    ///
    /// A string instruction that faults has already moved SI, DI and CX on a 286; a 386 restarts it with the registers
    /// of the iteration that faulted (SDM vol. 2, REP), as the host processor confirms.
    package func ignored(_ test: MooTest, in file: MooFile) -> Set<MooRegister> {
        guard file.is286, test.exception?.vector == 13 else { return [] }
        switch MooInstruction(test.bytes).opcode {
        case 0x6C...0x6F, 0xA4...0xA7, 0xAA...0xAF: return [.ecx, .esi, .edi]
        default: return []
        }
    }
}

extension MooFile {
    package var is286: Bool { processor == "C286" }

    /// FLAGS bits that a 386 holds in the same way.  Bits 12 to 15 are random before a test and zero after it on a 286
    /// in real mode, where a 386 keeps IOPL and NT.
    package var definedFlags: UInt32 { processor == "386E" ? 0x7FD5 : 0x0FD5 }
}

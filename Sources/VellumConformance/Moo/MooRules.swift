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
    package func pushedFlags(_ test: MooTest) -> UInt32? {
        if let exception = test.exception { return exception.flagsAddress }
        let instruction = MooInstruction(test.bytes)
        guard instruction.opcode == 0x9C, let ss = test.initial.registers[.ss], let sp = test.initial.registers[.esp]
        else { return nil }
        return (ss & 0xFFFF) << 4 &+ (sp &- (instruction.hasOperandSize ? 4 : 2)) & 0xFFFF
    }
}

extension MooFile {
    package var is286: Bool { processor == "C286" }

    /// FLAGS bits that a 386 holds in the same way.  Bits 12 to 15 are random before a test and zero after it on a 286
    /// in real mode, where a 386 keeps IOPL and NT.
    package var definedFlags: UInt32 { processor == "386E" ? 0x7FD5 : 0x0FD5 }
}

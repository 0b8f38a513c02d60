/// Failures that are the captured processor's ways, not a fault of Vellum's.  They stay counted as failures, with their
/// reason beside them.
package enum MooKnownDifference: String, CaseIterable, Sendable {
    case noFSAndGS = "a 286 has no FS and GS: MOV raises #UD"
    case poppedBeforeFault = "a 286 leaves SP incremented when POP to memory faults; SDM vol. 3, 6.5: faults restore it"
    case flagsOfDivideError = "flags after #DE of AAM 0 are undefined (SDM vol. 2, AAM)"
    case escapeChecksOperand =
        "the 286 had no coprocessor: ESC checks one word of its operand, an FPU all of it, a 486SX nothing"
    case longInvalid =
        "C6/C7 with reg other than 0: the 286 counts more than 10 bytes first (#GP), later ones raise #UD"
    case divideOverflow = "IDIV whose quotient does not fit raises #DE (SDM vol. 2, IDIV); this 286 went on"

    /// The difference that explains a failed test, or nil.
    package init?(_ test: MooTest, in file: MooFile) {
        guard file.is286 else { return nil }
        let instruction = MooInstruction(test.bytes)
        switch (instruction.opcode, test.exception?.vector) {
        case (0x8C, 6), (0x8E, 6):
            guard instruction.group == 4 || instruction.group == 5 else { return nil }
            self = .noFSAndGS
        case (0x8F, 13): self = .poppedBeforeFault
        case (0xD4, 0): self = .flagsOfDivideError
        case (0xD8...0xDF, 13), (0xD8...0xDF, nil): self = .escapeChecksOperand
        case (0xC6...0xC7, 13):
            guard instruction.group != 0 else { return nil }
            self = .longInvalid
        case (0xF6...0xF7, nil):
            guard instruction.group == 7 else { return nil }
            self = .divideOverflow
        default: return nil
        }
    }
}

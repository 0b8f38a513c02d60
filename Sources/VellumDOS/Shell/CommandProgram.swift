/// COMMAND.COM: a loop around a far call into the machine, which reads and carries out commands and says what the loop
/// is to do: run a program, read a line, wait for a key, end.
enum CommandProgram {
    /// What the loop is to do; in AL.
    enum Action: UInt8 { case exit = 0, execute = 1, readLine = 2, readKey = 3 }

    // Places within the program's segment.
    static let lineBuffer: UInt16 = 0x0200
    static let path: UInt16 = 0x0300
    static let tail: UInt16 = 0x0380
    static let parameterBlock: UInt16 = 0x0400
    static let firstBlock: UInt16 = 0x0420
    static let secondBlock: UInt16 = 0x0430
    private static let stack: UInt16 = 0x0800

    static func code(entry: FarPointer) -> [UInt8] {
        let target = (0..<4).map { UInt8(truncatingIfNeeded: entry.packed >> ($0 * 8)) }
        return [0xBC, UInt8(truncatingIfNeeded: stack), UInt8(stack >> 8)]  // 100h: MOV SP,stack
            + [0xBB, UInt8(truncatingIfNeeded: stack >> 4), 0x00]  // 103h: MOV BX,paragraphs
            + [0xB4, 0x4A, 0xCD, 0x21]  // 106h: MOV AH,4Ah; INT 21h
            + [0x31, 0xC0]  // 10Ah: XOR AX,AX
            + [0x9A] + target  // 10Ch: CALL FAR
            + [0x3C, 0x01, 0x74, 0x0E]  // 111h: CMP AL,1; JE execute
            + [0x3C, 0x02, 0x74, 0x15]  // 115h: CMP AL,2; JE line
            + [0x3C, 0x03, 0x74, 0x15]  // 119h: CMP AL,3; JE key
            + [0x88, 0xE0, 0xB4, 0x4C, 0xCD, 0x21]  // 11Dh: MOV AL,AH; MOV AH,4Ch; INT 21h
            + [0xB8, 0x00, 0x4B, 0xCD, 0x21]  // 123h: execute: MOV AX,4B00h; INT 21h
            + [0x73, 0xE0]  // 128h: JNC 10Ah
            + [0xEB, 0xE0]  // 12Ah: JMP 10Ch, with the error in AX
            + [0x90, 0x90]
            + [0xB4, 0x0A, 0xEB, 0x02]  // 12Eh: line: MOV AH,0Ah; JMP 134h
            + [0xB4, 0x08]  // 132h: key: MOV AH,08h
            + [0xCD, 0x21, 0xEB, 0xD2]  // 134h: INT 21h; JMP 10Ah
    }
}

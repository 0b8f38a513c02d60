import VellumIA32

/// The system that engine programs run under: that of the oracle's cases, with handlers that go on.
enum ProgramTables {
    private static let handlers: UInt32 = 0x7800
    private static let counter: UInt32 = 0x7F00

    /// Words that differ from `GuestTables`.
    static func words() -> [(UInt32, UInt32)] {
        // The code page may be written, directly and through an alias in the data segment.
        let codePage = GuestTables.code | 0x67
        let aliasIndex = (Arena.dataSegment + EngineProgram.alias) >> 12 & 0x3FF
        var words: [(UInt32, UInt32)] = [
            (0x3000 + Arena.code >> 12 & 0x3FF * 4, codePage), (0x4000 + aliasIndex * 4, codePage),
        ]
        for vector in 0..<UInt32(256) { words += gate(vector) }
        return words
    }

    private static func gate(_ vector: UInt32) -> [(UInt32, UInt32)] {
        let isTimer = vector == UInt32(EngineProgram.timer) || vector == UInt32(EngineProgram.service)
        let hasCode = ExceptionVector(rawValue: UInt8(vector))?.hasErrorCode ?? false
        let offset = GuestTables.linear(handlers + (isTimer ? 0x80 : hasCode ? 0 : 3))
        let isOpen = vector == 3 || vector == 4 || vector == UInt32(EngineProgram.service)
        return [
            (GuestTables.idt + vector * 8, UInt32(GuestTables.kernelCode) << 16 | offset & 0xFFFF),
            (GuestTables.idt + vector * 8 + 4, offset & 0xFFFF_0000 | (isOpen ? 0xEE00 : 0x8E00)),
        ]
    }

    /// The handlers' code and where it goes.
    static func code(is16: Bool) -> [(UInt32, [UInt8])] {
        [(handlers, fault(is16: is16)), (handlers + 0x80, timer)]
    }

    /// Drops the error code (first entry), and sends the program on to a block that the number of faults so far chooses,
    /// with a fresh stack.
    private static func fault(is16: Bool) -> [UInt8] {
        let count = Encoding.little(GuestTables.linear(counter), 4)
        let base = Encoding.little(EngineProgram.entry(0, is16: is16), 4)
        let stack = Encoding.little((is16 ? Arena.data - Arena.dataSegment : Arena.data) + 0x1800, 4)
        let dropCode: [UInt8] = [0x83, 0xC4, 0x04]
        // push eax; mov eax, ss:[count]; inc eax; mov ss:[count], eax; imul eax, eax, 9E3779B1h; shr eax, 27; shl eax, 7
        // (DS is still the program's, and may be too small.)
        let load: [UInt8] = [0x50, 0x36, 0xA1] + count + [0x40, 0x36, 0xA3] + count
        let choose = load + [0x69, 0xC0, 0xB1, 0x79, 0x37, 0x9E, 0xC1, 0xE8, 27, 0xC1, 0xE0, 7]
        // add eax, base; mov [esp+4], eax; mov dword [esp+16], stack; and dword [esp+12], ~TF; pop eax; iret
        let leave: [UInt8] =
            [0x05] + base + [0x89, 0x44, 0x24, 0x04, 0xC7, 0x44, 0x24, 0x10] + stack
            + [0x81, 0x64, 0x24, 0x0C, 0xFF, 0xFE, 0xFF, 0xFF, 0x58, 0xCF]
        return dropCode + choose + leave
    }

    /// PUSH EAX; PUSHF; POP EAX; STI; NOP; CLI; POP EAX; IRET.
    private static let timer: [UInt8] = [0x50, 0x9C, 0x58, 0xFB, 0x90, 0xFA, 0x58, 0xCF]
}

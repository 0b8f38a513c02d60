import Testing
import VellumDecoder

@Suite struct DisassemblerTests {
    let disassembler: Disassembler

    init() throws {
        disassembler = try Disassembler()
    }

    @Test(arguments: [
        ("66f3a5", "rep movsw word ptr es:[edi], word ptr [esi]"),
        ("2ef3a4", "rep movsb byte ptr es:[edi], byte ptr cs:[esi]"),
        ("f2ae", "repne scasb al, byte ptr es:[edi]"),
        ("f00100", "lock add dword ptr [eax], eax"),
        ("648b442404", "mov eax, dword ptr fs:[esp + 4]"),
        ("66ebfe", "jmp 0x1001"),
        ("66740500", "je 0x1008"),
        ("e800010000", "call 0x1105"),
        ("d40a", "aam 0xa"),
        ("c8ff80ff", "enter 0x80ff, 0xff"),
        ("0f1fc0", "nop eax"),
        ("0f0d00", "nop dword ptr [eax]"),
        ("0fb9c8", "ud1 ecx, eax"),
        ("0faef9", "sfence"),
        ("d90c24", "esc 0xd9, 1, dword ptr [esp]"),
        ("d6", "salc"),
        ("f1", "int1"),
        ("0f20c0", "mov eax, cr0"),
        ("660f58c1", "addpd xmm0, xmm1"),
        ("f30fb8c1", "popcnt eax, ecx"),
        ("f00200", "db 0xf0"),
        ("0f", "(truncated)"),
    ])
    func text(bytes: String, expected: String) {
        let line = hex(bytes).withUnsafeBytes { disassembler.disassemble($0, codeSize32: true, address: 0x1000) }
        #expect(line.text == expected)
    }

    @Test func sixteenBit() {
        let line = hex("268b4012").withUnsafeBytes { disassembler.disassemble($0, codeSize32: false) }
        #expect(line == Disassembler.Line(text: "mov ax, word ptr es:[bx + si + 0x12]", length: 4))
    }
}

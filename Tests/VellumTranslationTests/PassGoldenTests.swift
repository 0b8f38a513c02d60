import Testing
import VellumDecoder
import VellumIA32
import VellumMicroOps
import VellumTestSupport
import VellumTranslation

/// What the passes make of short pieces of guest code, before and after.
@Suite struct PassGoldenTests {
    private static let pieces: [(name: String, code: [UInt8])] = [
        ("add; sub: the first's flags are dead", [0x01, 0xD8, 0x29, 0xD8, 0xC3]),
        ("add; adc: CF is read", [0x01, 0xD8, 0x11, 0xCA, 0xC3]),
        ("add; inc; sub: INC keeps CF, which is dead too", [0x01, 0xD8, 0x40, 0x29, 0xC8, 0xC3]),
        ("add; inc; jb: CF is live through INC", [0x01, 0xD8, 0x41, 0x72, 0x10]),
        ("add; mov from memory; sub: the load shows the flags", [0x01, 0xD8, 0x8B, 0x0B, 0x29, 0xC8, 0xC3]),
        ("add with memory; sub: the fragment may end between", [0x03, 0x03, 0x29, 0xC8, 0xC3]),
        ("cmp; cmp; test: only the last stays", [0x39, 0xD8, 0x39, 0xC8, 0x85, 0xC0, 0xC3]),
        ("shl by 3; shl by CL: perhaps not written", [0xC1, 0xE0, 0x03, 0xD3, 0xE0, 0xC3]),
        ("shl by CL; shr by 1: dead", [0xD3, 0xE0, 0xC1, 0xEB, 0x02, 0xD1, 0xE8, 0xC3]),
        ("rol; imul; xor: flagless rotate and product", [0xC1, 0xC0, 0x05, 0x0F, 0xAF, 0xC3, 0x31, 0xC9, 0xC3]),
        ("clc; stc; cmc; add: nothing but the sum", [0xF8, 0xF9, 0xF5, 0x01, 0xD8, 0xC3]),
        ("cmp; jl: fused", [0x39, 0xD8, 0x7C, 0x10]),
        ("cmp with immediate; ja: fused", [0x83, 0xF8, 0x11, 0x77, 0x10]),
        ("cmp byte in memory; jz: fused, the load stays", [0x80, 0x3B, 0x11, 0x74, 0x10]),
        ("test of itself; jle: a comparison with zero", [0x85, 0xC0, 0x7E, 0x10]),
        ("test; js: fused", [0x85, 0xD8, 0x78, 0x10]),
        ("dec; jnz: fused", [0x49, 0x75, 0xF0]),
        ("cmp; jo: no such fusion", [0x39, 0xD8, 0x70, 0x10]),
        ("cmp; nop; jb: fused across", [0x39, 0xD8, 0x90, 0x72, 0x10]),
        ("sub; jz: not a comparison", [0x29, 0xD8, 0x74, 0x10]),
        ("jmp eax: without the copy", [0xFF, 0xE0]),
        ("call ebx: without the copy", [0xFF, 0xD3]),
        ("call esp: the push writes it", [0xFF, 0xD4]),
    ]

    @Test func beforeAndAfter() throws {
        let translator = try Translator(cpu: .pentium3)
        var text = ""
        for piece in Self.pieces {
            text += "# \(piece.name)\n"
            for passes in [false, true] {
                let request = TranslationRequest(
                    eip: CodeBuffer.start, codeBase: 0, codeLimit: ~0, mode: SampleMode.flat32.mode, limit: 10,
                    runPasses: passes)
                let outcome = translator.translate(request, from: CodeBuffer(piece.code + [0x90, 0x90]))
                guard case .unit(let unit) = outcome else { continue }
                text += "\(passes ? "after" : "before"): \(unit.operations.count)\n"
                text += Printer.text(unit, at: CodeBuffer.start) + "\n"
            }
            text += "\n"
        }
        try Golden.check(text, "passes")
    }
}

import Testing
import VellumDecoder
import VellumIA32
import VellumMicroOps

/// The micro-ops of every instruction form, and how many they are: a change in the lowering shows as a change of text,
/// and a slower one as a larger number.
@Suite struct GoldenTests {
    /// Families of rows, each a file.
    private static let families: [(name: String, operations: Set<VellumIA32.Operation>)] = [
        ("arithmetic", [.add, .or, .adc, .sbb, .and, .sub, .xor, .cmp, .test, .inc, .dec, .neg, .not]),
        ("multiply", [.mul, .imul, .imulTwo, .imulThree, .div, .idiv, .daa, .das, .aaa, .aas, .aam, .aad]),
        ("shift", [.rol, .ror, .rcl, .rcr, .shl, .shr, .sar, .shld, .shrd, .bt, .bts, .btr, .btc, .bsf, .bsr]),
        (
            "move",
            [
                .mov, .movzx, .movsx, .lea, .xchg, .xadd, .cmpxchg, .cmpxchg8b, .bswap, .xlat, .cbw, .cwd, .lahf, .sahf,
                .salc, .cmov, .setcc,
            ]
        ),
        ("stack", [.push, .pop, .pusha, .popa, .enter, .leave]),
        ("string", [.movs, .cmps, .stos, .lods, .scas, .ins, .outs]),
        ("branch", [.jcc, .jmp, .call, .ret, .loop, .loope, .loopne, .jcxz]),
        ("flags", [.clc, .stc, .cmc, .cld, .std, .nop, .wait, .undefined, .bound, .pushf, .popf, .cli, .sti]),
        ("far", [.jmpFar, .callFar, .retFar, .iret, .int, .int3, .icebp, .into, .sysenter, .sysexit, .rsm]),
        ("segment", [.pushSegment, .popSegment, .movFromSegment, .movToSegment, .les, .lds, .lss, .lfs, .lgs]),
        (
            "system",
            [
                .sgdt, .sidt, .sldt, .str, .smsw, .lgdt, .lidt, .lldt, .ltr, .lmsw, .lar, .lsl, .verr, .verw, .arpl,
                .movFromControl, .movToControl, .movFromDebug, .movToDebug, .clts, .invlpg, .invd, .wbinvd, .rdtsc,
                .rdpmc, .rdmsr, .wrmsr, .cpuid, .hlt, .in, .out,
            ]
        ),
    ]

    /// Micro-ops in all files of instruction forms: raise it only for a reason.
    private static let total = 5_430

    @Test func everyForm() throws {
        let sampler = try Sampler()
        var total = 0
        for family in Self.families {
            var text = ""
            for row in InstructionTable.rows where family.operations.contains(row.operation) {
                let (part, count) = Self.text(of: row, sampler)
                text += part
                total += count
            }
            try Golden.check(text, family.name)
        }
        #expect(total == Self.total)
    }

    /// Every operation is in one family.
    @Test func familiesAreComplete() {
        let listed = Self.families.flatMap(\.operations)
        #expect(listed.count == Set(listed).count)
        let missing = Set(VellumIA32.Operation.allCases).subtracting(listed)
        #expect(missing == [.escape, .simd])
    }

    private static func text(of row: InstructionRow, _ sampler: Sampler) -> (String, Int) {
        var text = ""
        var total = 0
        for (mode, prefixes) in [
            (SampleMode.flat32, [UInt8]()), (.flat32, [0x66]), (.real, []),
            (.flat32, row.attributes.contains(.repeats) ? [0xF3] : [0x67]),
        ] {
            for isMemory in [false, true] {
                guard let sample = sampler.sample(row, mode, prefixes, isMemory: isMemory) else { continue }
                let bytes = Sampler.bytes(row, prefixes, isMemory)?.prefix(Int(sample.instruction.length)) ?? []
                let code = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
                text += "\(row.operation) \(code) (\(mode.name)): \(sample.operations.count)\n"
                for operation in sample.operations { text += "    \(Printer.text(operation))\n" }
                total += sample.operations.count
            }
        }
        return (text, total)
    }
}

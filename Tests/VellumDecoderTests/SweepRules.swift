import CZydis
import VellumDecoder
import VellumIA32

/// A difference between the decoders that is right as it is, and who says so.
struct SweepRule: Sendable {
    var name: String
    var authority: String
    var fields: Set<SweepField>
    var covers: @Sendable (SweepCase) -> Bool

    static let all: [SweepRule] = [
        SweepRule(
            name: "newer than the Pentium III",
            authority: "SDM vol. 1, chapter 5: instruction groups and the processors that introduced them",
            fields: [.onlyZydis],
            covers: { sweep in sweep.zydis.map { !modelledSets.contains($0.isa_set.rawValue) } ?? false }),
        SweepRule(
            name: "reserved x87 escapes decode",
            authority: "SDM vol. 3, section 2.5 and table 9-2: with CR0.EM or CR0.TS set every escape raises #NM",
            fields: [.onlyVellum],
            covers: { sweep in sweep.vellum?.operation == .escape }),
        SweepRule(
            name: "LEA takes segment overrides without effect",
            authority: "SDM vol. 2, LEA: only the offset part of the address is computed; no access is made",
            fields: [.segment],
            covers: { sweep in sweep.vellum?.operation == .lea }),
        SweepRule(
            name: "operand size of a register hint",
            authority: "SDM vol. 2, NOP: the operand of a hint NOP is not accessed",
            fields: [.operandSize],
            covers: { sweep in sweep.vellum?.operation == .nop && sweep.vellum?.isMemory == false }),
    ]

    /// Zydis's names for what the processors up to the Pentium III have.
    private static let modelledSets: Set<UInt32> = [
        ZYDIS_ISA_SET_CMOV, ZYDIS_ISA_SET_FAT_NOP, ZYDIS_ISA_SET_FCMOV, ZYDIS_ISA_SET_FXSAVE, ZYDIS_ISA_SET_I186,
        ZYDIS_ISA_SET_I286PROTECTED, ZYDIS_ISA_SET_I286REAL, ZYDIS_ISA_SET_I386, ZYDIS_ISA_SET_I486,
        ZYDIS_ISA_SET_I486REAL, ZYDIS_ISA_SET_I86, ZYDIS_ISA_SET_LAHF, ZYDIS_ISA_SET_PAUSE, ZYDIS_ISA_SET_PENTIUMMMX,
        ZYDIS_ISA_SET_PENTIUMREAL, ZYDIS_ISA_SET_PPRO, ZYDIS_ISA_SET_PREFETCH_NOP, ZYDIS_ISA_SET_RDPMC,
        ZYDIS_ISA_SET_SSE, ZYDIS_ISA_SET_SSEMXCSR, ZYDIS_ISA_SET_SSE_PREFETCH, ZYDIS_ISA_SET_X87,
    ].reduce(into: []) { $0.insert($1.rawValue) }
}

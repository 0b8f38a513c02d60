import Testing
import VellumIA32

@Suite struct SensitivityTests {
    private static func operations(_ sensitivity: Sensitivity) -> Set<Operation> {
        Set(InstructionTable.rows.filter { $0.sensitivity == sensitivity }.map(\.operation))
    }

    /// Robin and Irvine, "Analysis of the Intel Pentium's Ability to Support a Secure Virtual Machine Monitor" (2000),
    /// section 3: sensitive registers, then the protection system; IRET belongs with them.
    private static let robinAndIrvine: Set<Operation> = [
        .sgdt, .sidt, .sldt, .smsw, .pushf, .popf,
        .lar, .lsl, .verr, .verw, .pushSegment, .popSegment, .callFar, .jmpFar, .int, .retFar, .str, .movFromSegment,
        .movToSegment, .iret,
    ]

    /// The same in other clothes: further loads of segment registers, further ways through the IDT, SYSENTER, and the
    /// processor's identity, which belongs to the hypervisor.
    private static let ofTheSameKind: Set<Operation> = [
        .les, .lds, .lss, .lfs, .lgs, .int3, .into, .icebp, .sysenter, .cpuid,
    ]

    private static let privileged: Set<Operation> = [
        .in, .out, .ins, .outs, .cli, .sti, .hlt, .lgdt, .lidt, .lldt, .ltr, .lmsw, .clts, .invlpg, .invd, .wbinvd,
        .movFromControl, .movToControl, .movFromDebug, .movToDebug, .rdmsr, .wrmsr, .rdtsc, .rdpmc, .sysexit, .rsm,
    ]

    @Test func sensitive() {
        #expect(Self.operations(.sensitive) == Self.robinAndIrvine.union(Self.ofTheSameKind))
    }

    @Test func privilegedOnes() {
        #expect(Self.operations(.privileged) == Self.privileged)
    }

    @Test func anOperationHasOneClass() {
        let innocuous = Self.operations(.innocuous)
        #expect(innocuous.isDisjoint(with: Self.operations(.sensitive)))
        #expect(innocuous.isDisjoint(with: Self.privileged))
    }

    @Test func transfersEndTheUnit() {
        let ending = Set(InstructionTable.rows.filter { $0.attributes.contains(.endsUnit) }.map(\.operation))
        let transfers: Set<Operation> = [
            .jcc, .jmp, .call, .ret, .loop, .loope, .loopne, .jcxz, .jmpFar, .callFar, .retFar, .iret, .int, .int3,
            .into, .icebp, .hlt, .sysenter, .sysexit, .rsm, .undefined,
        ]
        // These change mode bits that the following instructions are translated for, or mappings.
        let stateChanges: Set<Operation> = [.lmsw, .clts, .movToControl, .movToDebug, .wrmsr, .invlpg]
        #expect(ending == transfers.union(stateChanges))
    }

    @Test func protectedModeOnly() {
        let protected = Set(InstructionTable.rows.filter { $0.attributes.contains(.protectedOnly) }.map(\.operation))
        #expect(protected == [.lar, .lsl, .verr, .verw, .sldt, .str, .lldt, .ltr, .arpl])
    }
}

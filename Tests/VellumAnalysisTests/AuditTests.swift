import Testing
import VellumMachine

@testable import VellumAnalysis

@Suite struct AuditTests {
    private func audit(_ bytes: [UInt8], mode: FlatLayout.Mode = .bits32) throws -> Audit {
        try Audit(
            CodeImage(bytes, name: "code", flat: FlatLayout(load: 0x1000, entry: 0x1000, mode: mode)))
    }

    @Test func sitesHaveClassOutcomeAndCall() throws {
        // PUSHF, CLI, POPF, HLT, JMP to the HLT.
        let audit = try audit([0x9C, 0xFA, 0x9D, 0xF4, 0xEB, 0xFD])
        #expect(audit.sites.map(\.kind) == ["pushf", "cli", "popf", "hlt"])
        #expect(audit.sites.map(\.isPrivileged) == [false, true, false, true])
        #expect(audit.sites.map(\.deprivileged.outcome) == [.silent, .traps, .silent, .traps])
        #expect(audit.sites.map(\.calls) == [["pushf"], ["cli"], ["popf"], ["hlt"]])
        #expect(!audit.isFaithful && audit.isComplete)
    }

    /// In virtual-8086 mode the same flags instructions trap, and segments are what they were.
    @Test func sixteenBitCodeIsJudgedInVirtual8086Mode() throws {
        let audit = try audit([0x9C, 0x0E, 0x9D, 0xF4, 0xEB, 0xFD], mode: .bits16)
        #expect(audit.sites.map(\.deprivileged.outcome) == [.traps, .same, .traps, .traps])
        #expect(audit.isFaithful)
    }

    @Test func whatIsNotReachedIsToldOf() throws {
        // JMP over two bytes of data, CALL EAX, RET.
        let audit = try audit([0xEB, 0x02, 0x9D, 0x9D, 0xFF, 0xD0, 0xC3])
        #expect(audit.sites.isEmpty)
        #expect(audit.gaps.map(\.start) == [0x1002] && audit.gaps.map(\.count) == [2])
        #expect(audit.indirect == [0x1004])
        #expect(!audit.isComplete)
    }

    @Test func aSweepFindsWhatNothingLeadsTo() throws {
        let bytes: [UInt8] = [0xC3, 0x9D, 0xC3]
        let image = try CodeImage(
            bytes, name: "code", flat: FlatLayout(load: 0x1000, entry: 0x1000, mode: .bits32))
        #expect(try Audit(image).sites.isEmpty)
        let swept = try Audit(image, sweeps: true).sites
        #expect(swept.map(\.address) == [0x1001] && swept.allSatisfy(\.isSwept))
    }

    @Test func jumpTablesAreFollowed() throws {
        // JMP [0x1007 + EAX*4]; the table leads to POPF, RET.
        let audit = try audit([0xFF, 0x24, 0x85, 0x07, 0x10, 0, 0, 0x0B, 0x10, 0, 0, 0x9D, 0xC3])
        #expect(audit.sites.map(\.address) == [0x100B])
        #expect(audit.indirect.isEmpty)
    }

    @Test func programsForDOSEndWithTheirService() throws {
        // MOV AX, 4C00h; INT 21h; then data that would be POPF.
        let image = try CodeImage([0xB8, 0x00, 0x4C, 0xCD, 0x21, 0x9D], name: "x.com")
        #expect(try Audit(image).sites.map(\.kind) == ["int"])
    }

    @Test func aRunIsLaidBeside() throws {
        // POPF behind a conditional jump that is not taken never runs: PUSHF, XOR EAX, JNZ +1, HLT, POPF.
        let bytes: [UInt8] = [0x9C, 0x31, 0xC0, 0x75, 0x02, 0xFA, 0xF4, 0x9D, 0xF4]
        let flat = FlatLayout(load: 0x10000, entry: 0x10000, mode: .bits32)
        let audit = try Audit(CodeImage(bytes, name: "code", flat: flat))
        var image = BootImage(name: "code", bytes: bytes)
        image.flat = flat
        let machine = try Machine(MachineConfiguration(image: image))
        let observer = ExecutedSites(audit.image)
        machine.attach(observer)
        machine.run(maximumInstructions: 100)
        machine.detach(observer)
        let comparison = observer.comparison(with: audit)
        #expect(comparison.executed == [0x10000: 1, 0x10005: 1, 0x10006: 1])
        #expect(comparison.unlisted.isEmpty && comparison.elsewhere == 0)
    }
}

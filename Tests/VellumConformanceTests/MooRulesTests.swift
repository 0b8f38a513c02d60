import Foundation
import Testing

@testable import VellumConformance

@Suite struct MooRulesTests {
    private func test(_ bytes: [UInt8], exception: UInt8? = nil, cl: UInt32 = 0) -> MooTest {
        var test = MooTest()
        test.bytes = bytes
        test.initial.registers[.ecx] = cl
        test.exception = exception.map { MooException(vector: $0, flagsAddress: 0) }
        return test
    }

    private func file(_ processor: String) -> MooFile {
        var file = MooFile()
        file.processor = processor
        return file
    }

    @Test func instructionBytesAreSplit() {
        let plain = MooInstruction([0x2E, 0xF0, 0x66, 0xD0, 0x64, 0x10, 0xF4])
        #expect(plain.opcode == 0xD0 && plain.group == 4 && plain.hasLock && plain.hasOperandSize && plain.length == 6)
        #expect(MooInstruction([0x0F, 0xBA, 0xE8, 0x05, 0xF4]).opcode == 0x0FBA)
        #expect(MooInstruction([0xF4]).opcode == 0xF4)
        #expect(MooInstruction([]).length == 0)
    }

    @Test func skipsFollowTheRules() {
        let rules = MooRules()
        #expect(rules.skip(test([0xF0, 0x01, 0x07, 0xF4]), in: file("C286")) == .lockOn286)
        #expect(rules.skip(test([0xF0, 0x01, 0x07, 0xF4]), in: file("386E")) == nil)
        let long: [UInt8] = Array(repeating: 0x26, count: 10) + [0x90, 0xF4]
        #expect(rules.skip(test(long), in: file("C286")) == .longOn286)
        #expect(rules.skip(test(long), in: file("386E")) == nil)
        var other = file("386E")
        other.mode = 3
        #expect(rules.skip(test([0x90, 0xF4]), in: other) == .notRealMode)
        var revoking = MooRules()
        revoking.revoked = ["0aff"]
        var withHash = test([0x90, 0xF4])
        withHash.hash = [0x0A, 0xFF]
        #expect(revoking.skip(withHash, in: file("386E")) == .revoked)
    }

    @Test func undefinedFlagsAreMasked() {
        let rules = MooRules()
        let old = file("C286")
        #expect(rules.flagsMask(test([0x00, 0xC0, 0xF4]), in: old) == 0x0FD5)
        #expect(rules.flagsMask(test([0x08, 0xC0, 0xF4]), in: old) == 0x0FC5)
        // OF after a shift by CL is compared only for a count of one.
        #expect(rules.flagsMask(test([0xD3, 0xE0, 0xF4], cl: 33), in: old) == 0x0FC5)
        #expect(rules.flagsMask(test([0xD3, 0xE0, 0xF4], cl: 2), in: old) == 0x07C5)
        #expect(rules.flagsMask(test([0xC1, 0xC0, 0x05, 0xF4]), in: old) == 0x07D5)
        #expect(rules.flagsMask(test([0x00, 0xC0, 0xF4]), in: file("386E")) == 0x7FD5)
    }

    @Test func theDatabaseIsReadFromCSV() throws {
        let masks = try #require(FlagMasks(csv: "op,ex,other,f_umask\n08,,x,0xFFEF\nD0,4,,0xFFEE\n90,,,\n"))
        #expect(masks.mask(MooInstruction([0x08, 0xC0, 0xF4])) == 0xFFEF)
        #expect(masks.mask(MooInstruction([0xD0, 0xE0, 0xF4])) == 0xFFEE)
        #expect(masks.mask(MooInstruction([0xD0, 0xC0, 0xF4])) == 0xFFFF)
        #expect(FlagMasks(csv: "op,ex\n") == nil)
        #expect(FlagMasks(csv: "") == nil)
    }

    @Test func pushedFlagsAreFoundOnOddStacks() {
        var fault = test([0x01, 0x38, 0xF4], exception: 13)
        fault.initial.registers[.ss] = 0xE843
        fault.initial.registers[.esp] = 0xFFFF
        fault.final.registers[.esp] = 0xFFF9
        #expect(MooRules().pushedFlags(fault) == 0xF842D)
    }

    @Test func formsComeFromFileNames() {
        #expect(MooSuite.form(of: URL(fileURLWithPath: "/x/D0.4.MOO.gz")) == "D0.4")
        #expect(MooSuite.form(of: URL(fileURLWithPath: "/x/0FA0.MOO")) == "0FA0")
        #expect(MooSuite.form(of: URL(fileURLWithPath: "/x/INDEX.json")) == nil)
    }
}

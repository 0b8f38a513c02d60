import Testing
import VellumDecoder
import VellumIA32

@Suite struct LevelTests {
    /// The first processor that has an instruction, and that the one before does not.
    @Test(
        arguments: [
            ("60", CPULevel.i186), ("c8100001", .i186), ("6b0102", .i186),
            ("0f0600", .i286), ("0f00c0", .i286), ("6300", .i286),
            ("0fa2", .pentium), ("0f31", .pentium), ("0fc70e", .pentium), ("0f20e0", .pentium),
            ("0fc8", .i486), ("0f0138", .i486), ("0fb100", .i486), ("0f09", .i486),
            ("0f40c1", .pentiumPro), ("0f33", .pentiumPro), ("0f1f00", .pentiumPro), ("0f1800", .pentiumPro),
            ("0f6fc1", .pentium3), ("0f58c1", .pentium3), ("f30f58c1", .pentium3), ("0fae00", .pentium3),
            ("0f34", .pentium3),
            ("0fb6c0", .i386), ("f1", .i386), ("0f20c0", .i386), ("8ee0", .i386),
        ] as [(String, CPULevel)])
    func firstProcessor(bytes: String, level: CPULevel) throws {
        #expect(try Decoder(level: level).instruction(bytes) != nil)
        let before = try #require(CPULevel(rawValue: level.rawValue - 1))
        #expect(try Decoder(level: before).decode(hex(bytes)) == .invalid)
    }

    @Test(arguments: [
        "8ec8", "8ef0", "8cf0", "0f20c8", "0f22e8", "0f01f8", "0f01d0", "0fc7c8", "8dc0", "62c0", "c4c0", "c5c0",
        "fec8ff", "ffff", "8fc8", "c6c801", "0f0a", "0f04", "0f05", "0f0500", "660f58c1", "660f6fc1", "f20f58c1",
        "f30f57c1",
        "0fbac001", "0f71c001", "f00200", "f090", "f001c0", "f03901", "f08500", "f00fa301", "0f3800c0", "0f3a0fc001",
        "0fd4c0",
    ])
    func undefined(bytes: String) throws {
        let result = try Decoder(level: .pentium3).decode(hex(bytes))
        #expect(bytes == "fec8ff" ? result.instruction != nil : result == .invalid)
    }

    /// MOV CR takes r/m for a register whatever mod says, so no SIB and no displacement follow.
    @Test func controlRegisterIgnoresMod() throws {
        let instruction = try #require(try Decoder(level: .pentium3).instruction("0f2004"))
        #expect(instruction.length == 3 && !instruction.isMemory && instruction.rm == 4 && instruction.reg == 0)
    }

    @Test func lock() throws {
        let decoder = try Decoder(level: .pentium3)
        for bytes in [
            "f00100", "f00fb101", "f00fc708", "f08701", "f0ff00", "f0f718", "f00fab01", "f00fba2801", "f0820001",
        ] {
            #expect(decoder.instruction(bytes)?.prefixes.contains(.lock) == true, "\(bytes)")
        }
    }
}

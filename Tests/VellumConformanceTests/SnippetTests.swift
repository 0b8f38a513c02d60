import Foundation
import Testing
import VellumHypervisor

@testable import VellumConformance

/// Multiboot images by their address fields (Multiboot 0.6.96, section 3.1.3), loaded at 1 MiB.
private enum Image {
    static func make(_ code: [UInt8]) throws -> String {
        let magic: UInt32 = 0x1BAD_B002
        let flags: UInt32 = 1 << 16
        let load: UInt32 = 0x10_0000
        let end = load + 32 + UInt32(code.count)
        let words = [magic, flags, 0 &- magic &- flags, load, load, end, end, load + 32]
        let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) } } + code
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("snippet-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }
}

@Suite struct SnippetTests {
    private let runner = SnippetRunner(memory: 16 << 20, maximum: 100_000, engine: EngineOptions())

    @Test func registersFlagsAndStackAreReported() throws {
        // mov esp, 200000h; mov eax, 12345678h; push eax; stc; hlt
        let path = try Image.make([
            0xBC, 0, 0, 0x20, 0, 0xB8, 0x78, 0x56, 0x34, 0x12, 0x50, 0xF9, 0xF4,
        ])
        let result = try runner.run(path: path)
        #expect(result.exit == "halted" && result.fault == nil && result.instructions == 5)
        #expect(result.registers["eax"] == 0x1234_5678 && result.registers["esp"] == 0x1F_FFFC)
        #expect(result.registers["eip"] == UInt32(0x10_002D))
        #expect(result.eflags & 1 == 1)
        #expect(result.stack.hasPrefix("78563412") && result.stack.count == 512)
        let object = try JSONSerialization.jsonObject(with: Data(try result.json().utf8)) as? [String: Any]
        #expect(object?["fault"] is NSNull)
        #expect(object?["eax"] as? Int == 0x1234_5678)
        #expect((object?["cr0"] as? Int ?? 0) & 1 == 1)
    }

    @Test func theFaultOfAShutdownIsReported() throws {
        // UD2, and no IDT to deliver it through.
        let path = try Image.make([0x90, 0x0F, 0x0B])
        let result = try runner.run(path: path)
        let fault = try #require(result.fault)
        #expect(fault.vector == 6 && fault.eip == 0x10_0000 + 33)
    }

    @Test func anEndlessImageReachesTheLimit() throws {
        let result = try runner.run(path: try Image.make([0xEB, 0xFE]))
        #expect(result.exit == "limit" && result.instructions == 100_000)
    }

    @Test func aROMShowsItsPostCodesAndLog() throws {
        var rom = [UInt8](repeating: 0x90, count: 0x1_0000)
        // mov al, 5; out 80h, al; mov al, 'A'; out E9h, al; hlt, entered from the reset vector by a far jump.
        let code: [UInt8] = [0xB0, 0x05, 0xE6, 0x80, 0xB0, 0x41, 0xE6, 0xE9, 0xF4]
        rom.replaceSubrange(0..<code.count, with: code)
        rom.replaceSubrange(0xFFF0..<0xFFF5, with: [0xEA, 0, 0, 0, 0xF0])
        var runner = try ROMRunner(memory: 1 << 20, options: EngineOptions(), post: 0x80, log: 0xE9)
        try runner.load(rom, at: 0xF_0000)
        let result = runner.run(segment: 0xF000, offset: 0xFFF0, maximum: 1000)
        #expect(result.reason == "halted" && result.postCode == 5 && result.log == "A" && result.instructions == 6)
        #expect(throws: ROMError.self) { try runner.load(rom, at: 0xF_0001) }
    }
}

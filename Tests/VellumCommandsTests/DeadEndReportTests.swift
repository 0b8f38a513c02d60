import Testing
import VellumMachine

@testable import VellumCommands

@Suite struct DeadEndReportTests {
    private func report(_ code: [UInt8]) throws -> DeadEndReport {
        var image = BootImage(name: "guest", bytes: code)
        image.flat = FlatLayout(load: 0x10000, entry: 0x10000)
        var configuration = MachineConfiguration(image: image)
        configuration.memory = 2 << 20
        let machine = try Machine(configuration)
        return DeadEndReport(deadEnd: try #require(machine.explain(machine.run())))
    }

    /// lidt [1000Fh], with a table of 3 bytes; ud2
    private let crash: [UInt8] = [0x0F, 0x01, 0x1D, 0x0F, 0, 1, 0, 0x0F, 0x0B, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 0]

    @Test func aTripleFaultIsToldFromItsCauseOn() throws {
        let lines = try report(crash).text.split(separator: "\n")
        #expect(lines.first?.hasPrefix("dead end: triple-fault, likely cause interrupt-table-limit: ") == true)
        #expect(lines.contains("    #UD at 0008:00010007"))
        #expect(
            lines.contains { $0.hasPrefix("      not delivered, #GP(0033): the interrupt table ends at offset 0003") })
        #expect(lines.contains("    GDTR base 00000600, limit 0017"))
        #expect(lines.contains("    CS   0008 32-bit code, base 00000000, limit FFFFFFFF, DPL 0"))
        #expect(lines.contains("    → 00010007 0F0B             ud2"))
        #expect(lines.allSatisfy { $0.count <= 160 })
    }

    @Test func theJSONHoldsTheSameFacts() throws {
        let report = try report(crash)
        let text = report.json.encoded()
        #expect(text.contains("\"cause\": \"interrupt-table-limit\""))
        #expect(text.contains("\"name\": \"#UD\""))
        #expect(text.contains("\"eip\": \"00010007\""))
    }
}

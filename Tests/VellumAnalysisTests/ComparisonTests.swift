import Foundation
import Testing
import VellumMachine

@testable import VellumAnalysis

/// The teaching guests under both monitors.
@Suite struct ComparisonTests {
    private func comparison(_ name: String) throws -> Comparison {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent("benchmarks/guests/build/teach/\(name).elf").path
        return try Comparison(MachineConfiguration(image: BootImage(path: path)))
    }

    private func divergence(_ name: String) throws -> Comparison.Divergence {
        guard case .diverged(let divergence) = try comparison(name).run(maximumInstructions: 1_000_000) else {
            throw CocoaError(.featureUnsupported)
        }
        return divergence
    }

    @Test func popfPartsTheKernelsByTheInterruptFlag() throws {
        let divergence = try divergence("popf")
        #expect(divergence.text == "popfd" && divergence.bytes == [0x9D] && divergence.instructions == 11)
        #expect(divergence.differences.map(\.name) == ["EFLAGS"])
        #expect(divergence.vellum.flags & 0x200 == 0 && divergence.naive.flags & 0x200 != 0)
    }

    @Test func aRedPillPartsThemByTheTable() throws {
        let divergence = try divergence("redpill")
        #expect(divergence.text.hasPrefix("sidt") && divergence.callName == "sidt")
        #expect(divergence.differences.map(\.name) == ["base"])
        #expect(divergence.differences[0].vellum == 0x0012_3000)
    }

    @Test func theRingPartsThemByTheSelector() throws {
        let divergence = try divergence("ring")
        #expect(divergence.text == "push cs")
        #expect(divergence.differences.map(\.vellum) == [8] && divergence.differences.map(\.naive) == [9])
    }

    @Test func aKernelThatAlwaysTrapsHasNoDivergence() throws {
        let comparison = try comparison("plain")
        guard case .same(let end) = comparison.run(maximumInstructions: 1_000_000) else {
            Issue.record("they parted")
            return
        }
        #expect(end.reason == .debugExit && comparison.compared == 0)
        #expect(comparison.vellum.stateHash == comparison.naive.stateHash)
    }

    @Test func everySilentInstructionIsToldApart() throws {
        // Each behind CLI, so that PUSHF shows the monitor's IF; HLT behind it.
        let cases: [(String, [UInt8])] = [
            ("pushf", [0x9C]), ("sgdt", [0x0F, 0x01, 0x05, 0, 0x20, 0, 0]), ("sldt", [0x0F, 0x00, 0xC0]),
            ("str", [0x0F, 0x00, 0xC8]), ("smsw", [0x0F, 0x01, 0xE0]), ("readSegment", [0x8C, 0xC8]),
            ("readSegment", [0x16]), ("lar", [0x66, 0xB8, 0x08, 0x00, 0x0F, 0x02, 0xD8]),
        ]
        for (name, bytes) in cases {
            var image = BootImage(name: name, bytes: Self.flat(bytes))
            image.flat = FlatLayout(load: 0x10000, entry: 0x10000)
            var configuration = MachineConfiguration(image: image)
            configuration.memory = 1 << 20
            guard case .diverged(let divergence) = try Comparison(configuration).run(maximumInstructions: 100) else {
                Issue.record("\(name): no divergence")
                continue
            }
            #expect(divergence.callName == name && !divergence.differences.isEmpty)
        }
    }

    /// LGDT with flat segments at 8 and 10h, CLI, the bytes, HLT.
    private static func flat(_ bytes: [UInt8]) -> [UInt8] {
        var image = [UInt8](repeating: 0x90, count: 0x100)
        image.replaceSubrange(0..<8, with: [0x0F, 0x01, 0x15, 0xC0, 0, 0x01, 0, 0xFA])
        image.replaceSubrange(8..<8 + bytes.count, with: bytes)
        image[8 + bytes.count] = 0xF4
        image.replaceSubrange(0xC0..<0xC6, with: [0x17, 0, 0xD0, 0, 0x01, 0])
        image.replaceSubrange(0xD8..<0xE0, with: [0xFF, 0xFF, 0, 0, 0, 0x9B, 0xCF, 0])
        image.replaceSubrange(0xE0..<0xE8, with: [0xFF, 0xFF, 0, 0, 0, 0x93, 0xCF, 0])
        return image
    }

    @Test(arguments: ["pushf", "popf", "int", "cli", "loadSegment", "portOut", "hlt"])
    func callsHaveAPolicy(name: String) {
        #expect(Deprivileged.outcome(ofCall: name, isProtected: true) != nil)
    }

    @Test func unknownCallsHaveNone() {
        #expect(Deprivileged.outcome(ofCall: "no such call", isProtected: true) == nil)
    }
}

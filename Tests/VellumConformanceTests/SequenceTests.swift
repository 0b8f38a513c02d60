import Testing
import VellumConformance
import VellumMachine
import VellumMicroOps

@Suite struct SequenceTests {
    private static let loop = SequenceCounts([
        SequenceCounts.Fragment(entries: 1_000, opcodes: [.load32B, .add32n, .store32B, .dec32BranchNZ]),
        SequenceCounts.Fragment(entries: 10, opcodes: [.move32, .hypervisor, .push32, .push32, .jump]),
    ])
    private static let calls = SequenceCounts([
        SequenceCounts.Fragment(entries: 7, opcodes: [.push32, .push32, .push32, .push32i, .jump])
    ])

    @Test func countsAreReadAsTheyAreWritten() throws {
        let read = try SequenceCounts(text: Self.loop.text)
        #expect(read == Self.loop)
        #expect(Self.calls.text == "7 push32 push32 push32 push32i jump\n")
    }

    @Test func countsThatMakeNoSenseAreRefused() {
        for (text, line) in [("x jump\n", 1), ("1 jump\n-1 jump\n", 2), ("1 jump\n\n2 hop\n", 3), ("5\n", 1)] {
            var refused = 0
            do throws(SequenceCounts.Malformed) { _ = try SequenceCounts(text: text) } catch { refused = error.line }
            #expect(refused == line)
        }
    }

    @Test func whatSparesMostIsChosenFirst() {
        let choice = SequenceChoice([Self.loop, Self.calls])
        let chosen = choice.choose(long: 2, pairs: 0)
        #expect(chosen.contains([.load32B, .add32n, .store32B, .dec32BranchNZ]))
        #expect(chosen.count == 2 && chosen.joined().contains(.push32))
        #expect(choice.choose(long: 2, pairs: 0) == chosen)
        // Of both guests, the first takes one dispatch of four in its loop.
        let left = choice.dispatches(with: chosen)
        #expect(abs(left[0] - (1_000 + 50) / 4_050) < 0.01 && left[1] <= 0.6)
        #expect(choice.dispatches(with: []) == [1, 1])
    }

    @Test func pairsAreAddedAndCallsOfTheHypervisorAreInNone() {
        let chosen = SequenceChoice([Self.loop, Self.calls]).choose(long: 1, pairs: 3)
        #expect(chosen.count == 4 && chosen.count { $0.count == 2 } >= 3)
        #expect(!chosen.joined().contains(.hypervisor))
    }

    @Test func aMachineThatHasRunHasCounts() throws {
        // mov ecx, 1000; dec ecx; jnz -3; hlt
        let code: [UInt8] = [0xB9, 0xE8, 0x03, 0, 0, 0x49, 0x75, 0xFD, 0xF4]
        var image = BootImage(name: "loop", bytes: code)
        image.flat = FlatLayout(load: 0x7C00, entry: 0x7C00)
        let machine = try Machine(MachineConfiguration(image: image))
        machine.run(maximumInstructions: 5_000)
        let loop = SequenceCounts(machine).fragments.first { $0.opcodes == [.dec32BranchNZ] }
        #expect(loop?.entries == 999)
    }
}

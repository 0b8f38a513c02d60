import Testing
import VellumIA32
import VellumMachine

@testable import VellumAnalysis

@Suite struct TranslationListingTests {
    private func listing(_ bytes: [UInt8], is32Bit: Bool = true, limit: Int = 100) throws -> TranslationListing {
        var request = ListingRequest(
            bytes: bytes, address: 0, mode: ListingRequest.kernelMode(is32Bit: is32Bit), limit: limit)
        request.cpu = .pentium3
        return try TranslationListing(request)
    }

    @Test func everyStageIsThereInOrder() throws {
        let listing = try listing([0x9C, 0x58, 0x50, 0x9D], is32Bit: false)
        #expect(listing.stages.map(\.name) == ["lowering", "dead flags", "fusion", "superinstructions"])
        #expect(listing.instructions.map(\.text) == ["pushf", "pop ax", "push ax", "popf"])
        #expect(listing.stages[0].operations.first?.text == "call pushf size 2")
    }

    /// ADD, SUB, CMP, JB: only the comparison's flags are seen.
    @Test func flagsThatAreOverwrittenAreDead() throws {
        let listing = try listing([0x01, 0xD8, 0x29, 0xC8, 0x39, 0xD9, 0x72, 0x05])
        #expect(listing.stages[0].operations.map(\.flags) == ["(OSZAPC)", "(OSZAPC)", "OSZAPC", ""])
        #expect(listing.stages[1].operations.map(\.text).prefix(2) == ["add32n eax, ebx", "sub32n eax, ecx"])
        #expect(listing.stages[2].operations.count == 3)
    }

    /// INC leaves CF to what came before, so CF alone of the addition is seen by the branch.
    @Test func partOfTheFlagsCanBeLive() throws {
        let listing = try listing([0x01, 0xD8, 0x40, 0x72, 0x05])
        #expect(listing.stages[0].operations[0].flags == "C(OSZAP)")
    }

    /// The pass drops what the listing calls dead, and nothing else.
    @Test func livenessIsThatOfThePass() throws {
        for bytes: [UInt8] in [[0x01, 0xD8, 0x40, 0x29, 0xC8, 0xC3], [0x01, 0xD8, 0x8B, 0x03, 0x29, 0xC8, 0xC3]] {
            let stages = try listing(bytes).stages
            let dead = stages[0].operations.filter { !$0.written.isEmpty && $0.live.isDisjoint(with: $0.written) }
            let changed = zip(stages[0].operations, stages[1].operations).filter { $0.text != $1.text }
            #expect(stages[0].operations.count == stages[1].operations.count)
            #expect(dead.map(\.text) == changed.map(\.0.text))
        }
    }

    @Test func anIncompleteInstructionIsRefused() {
        #expect(throws: ListingError.truncated(1)) { try listing([0x0F]) }
    }

    @Test func theLimitCutsTheUnit() throws {
        #expect(try listing([0x90, 0x90, 0x90, 0xC3], limit: 2).instructions.count == 2)
    }
}

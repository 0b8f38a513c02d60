import Testing
import VellumMicroOps

@testable import VellumExecution

/// Cases that are read off stored bytes without a table.
@Suite struct StoredNumberTests {
    @Test func everyFlagKindIsReadBack() {
        for number in 0..<16 as Range<UInt32> {
            #expect(FlagKind(stored: number | 0xFFFF_FFF0) == FlagKind(rawValue: number) ?? .explicit)
        }
    }

    @Test func everyHypervisorCallIsReadBack() {
        for number in 0...UInt8.max {
            var operation = MicroOp(.hypervisor)
            operation.c = number
            #expect(operation.hypervisorCall == HypervisorCall(rawValue: number))
        }
    }

    @Test func argumentsComeThroughTheMicroOp() {
        let arguments = CallArguments(
            size: 2, addressSize: 4, index: 7, repeats: true, first: .t3, second: .t5, immediate: 0x1234_5678)
        let read = MicroOp(.outs, arguments).callArguments
        #expect(read.size == 2 && read.addressSize == 4 && read.index == 7 && read.repeats)
        #expect(read.first == .t3 && read.second == .t5 && read.immediate == 0x1234_5678)
    }
}

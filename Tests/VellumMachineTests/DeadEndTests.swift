import Testing

@testable import VellumMachine

/// Guests that break in one way each; the report must name that way.
@Suite struct DeadEndTests {
    /// Ends the run and explains it.
    private func end(of guest: SeededGuest, limit: UInt64 = 200_000_000) throws -> DeadEnd {
        let machine = try guest.machine()
        let report = machine.run(maximumInstructions: limit)
        return try #require(machine.explain(report), "\(report)")
    }

    private func expect(_ cause: DeadEndCause, _ build: (inout SeededGuest) -> Void) throws -> DeadEnd {
        var guest = SeededGuest()
        build(&guest)
        let end = try end(of: guest)
        #expect(end.cause == cause, "\(end.explanation) \(end.evidence)")
        return end
    }

    @Test func aVectorBeyondTheTableIsNamed() throws {
        let end = try expect(.interruptTableLimit) { guest in
            guest.interruptTableLimit = 0x2F
            guest.code.undefined()
        }
        #expect(end.kind == .tripleFault)
        #expect(end.faults.map(\.name) == ["#UD", "#GP", "#DF"])
        #expect(end.faults.first?.eip == end.code.first { $0.isPlace }?.eip)
        #expect(end.code.first { $0.isPlace }?.text == "ud2")
        #expect(end.faults.first?.failure?.contains("before vector 6") == true)
    }

    @Test func aMissingGateIsNamed() throws {
        let end = try expect(.missingGate) { $0.code.interrupt(0x40) }
        #expect(end.faults.map(\.name) == ["INT 40h", "#GP", "#DF"])
        #expect(end.descriptors.contains { $0.table == "IDT" && $0.offset == 0x200 && $0.text == "empty" })
    }

    @Test func aGateThatIsNotPresentIsMissing() throws {
        _ = try expect(.missingGate) { guest in
            guest.gate(6, selector: 8, access: 0x0E)
            guest.code.undefined()
        }
    }

    @Test func aGateThatIsNoneIsNamed() throws {
        _ = try expect(.wrongGateType) { guest in
            guest.gate(6, selector: 8, access: 0x8C)
            guest.code.undefined()
        }
    }

    @Test func aWrongSelectorInAGateIsNamed() throws {
        let end = try expect(.gateSelector) { guest in
            guest.gate(0, selector: 0x88)
            guest.code.divideByZero()
        }
        #expect(end.explanation.contains("0088"))
        _ = try expect(.gateSelector) { guest in
            guest.gate(0, selector: 0)
            guest.code.divideByZero()
        }
    }

    @Test func dataBehindAGateIsNamed() throws {
        _ = try expect(.codeSegmentType) { guest in
            guest.gate(0, selector: 0x10)
            guest.code.divideByZero()
        }
    }

    @Test func codeOfAnOuterRingBehindAGateIsNamed() throws {
        let end = try expect(.ringMismatch) { guest in
            guest.gate(0, selector: 0x18)
            guest.code.divideByZero()
        }
        #expect(end.explanation.contains("DPL 3"))
    }

    @Test func aMissingTaskStateIsNamed() throws {
        let end = try expect(.badTaskState) { guest in
            guest.gate(6, selector: 8)
            guest.code.enterRing3()
            guest.code.undefined()
        }
        #expect(end.explanation.contains("ring 0"))
    }

    @Test func aStackOutsideItsSegmentIsNamed() throws {
        _ = try expect(.badStack) { guest in
            guest.gate(6, selector: 8)
            guest.code.loadStack(selector: 0x30, esp: 0x5000)
            guest.code.undefined()
        }
    }

    @Test func aStackThatIsMappedNowhereIsNamed() throws {
        _ = try expect(.badStack) { guest in
            guest.paging()
            guest.gate(6, selector: 8)
            guest.code.loadStack(selector: 0x10, esp: 0xDEAD_0000)
            guest.code.undefined()
        }
    }

    @Test func aStackSegmentThatIsNotPresentIsNamed() throws {
        let end = try expect(.stackNotPresent) { $0.code.loadStack(selector: 0x28, esp: 0x8000) }
        #expect(end.faults.first?.name == "#SS")
        #expect(end.faults.first?.errorCode == 0x28)
    }

    @Test func aStackThatGrewOutOfItsPagesIsNamed() throws {
        let end = try expect(.stackOverflow) { guest in
            guest.paging(holes: [0x7])
            guest.gate(14, selector: 8)
            guest.gate(8, selector: 8)
            guest.code.loadStack(selector: 0x10, esp: 0x9000)
            guest.code.recurse()
        }
        #expect(end.faults.map(\.name) == ["#PF", "#DF"])
        #expect(end.pages.contains { $0.purpose == "stack" && $0.outcome == .notPresent })
    }

    @Test func vanishedPageTablesAreNamed() throws {
        let end = try expect(.pageTables) { guest in
            guest.paging()
            guest.gate(14, selector: 8)
            guest.code.loadCR3(0x50000)
        }
        #expect(end.pages.contains { $0.purpose == "code" && $0.outcome == .notPresent })
        // Beyond memory, where reads give ones.
        _ = try expect(.pageTables) { guest in
            guest.paging()
            guest.code.loadCR3(0x0800_0000)
        }
    }

    @Test func reservedBitsInAnEntryAreNamed() throws {
        let end = try expect(.reservedBits) { guest in
            guest.paging()
            guest.directory(1, entry: 0x0020_0083)
            guest.code.read(0x40_0000)
        }
        #expect(end.faults.first?.errorCode == 9)
    }

    @Test func aJumpIntoZerosIsNamed() throws {
        let end = try expect(.zeroedMemory) { guest in
            guest.paging(holes: [0])
            guest.code.setEAX(0)
            guest.code.jump(0x60000)
        }
        #expect(end.code.first { $0.isPlace }?.bytes == [0, 0])
    }

    @Test func runningThroughZerosToTheEndOfMemoryIsNamed() throws {
        _ = try expect(.zeroedMemory) { guest in
            guest.code.setEAX(0x60000)
            guest.code.jump(0x1F_0000)
        }
    }

    @Test func aWrongDescriptorTableIsNamed() throws {
        let end = try expect(.descriptorTable) { guest in
            guest.gate(13, selector: 8)
            guest.code.loadDescriptorTable(base: 0x60000, limit: 0x27)
            guest.code.jumpFar(8)
        }
        #expect(end.explanation.contains("00060000"))
    }

    @Test func haltingWithInterruptsOffIsNamed() throws {
        let end = try expect(.haltedInterruptsOff) { $0.code.bytes += [0xFA, 0x90, 0xF4] }
        #expect(end.kind == .halted)
        #expect(end.code.first { $0.isPlace }?.text == "hlt")
    }

    @Test func haltingWithNothingPlannedIsNamed() throws {
        // Interrupts on, both masks closed.
        let end = try expect(.nothingPlanned) {
            $0.code.bytes += [0xB0, 0xFF, 0xE6, 0x21, 0xE6, 0xA1, 0xFB, 0xF4]
        }
        #expect(end.evidence.contains { $0.contains("FF and FF") })
    }

    @Test func whatIsNotUnderstoodIsSaid() throws {
        // The gate of #DF is a task gate to a good descriptor whose state is rubbish: the switch itself fails.
        var guest = SeededGuest()
        guest.gate(6, selector: 0x38, access: 0x85)
        guest.code.undefined()
        let end = try end(of: guest)
        #expect(end.cause == .unknown || end.cause == .badTaskState)
        #expect(end.cause != .unknown || !end.evidence.isEmpty)
    }

    @Test func endsThatAreNoneHaveNoReport() throws {
        var guest = SeededGuest()
        guest.code.bytes += [0xB0, 0, 0xE6, 0xF4]
        let machine = try guest.machine()
        #expect(machine.explain(machine.run()) == nil)
    }
}

import Testing

@testable import VellumDevices

/// The local APIC and the I/O APIC together, with the 8259's request at LINT0.
@Suite struct APICTests {
    let clock = FakeClock()
    let probe = LineProbe()
    let local: LocalAPIC
    let io: IOAPIC

    init() {
        local = LocalAPIC(clock: clock, output: probe)
        let io = IOAPIC(receiver: local)
        self.io = io
        local.onEndOfInterrupt = { [unowned io] in io.endOfInterrupt($0) }
        local.base = LocalAPIC.standardBase
        self[0xF0] = 0x1FF
    }

    private subscript(offset: UInt32) -> UInt32 {
        get { local.read(offset: offset, width: 4) }
        nonmutating set { local.write(offset: offset, value: newValue, width: 4) }
    }

    private func redirect(_ input: UInt32, _ entry: UInt64) {
        for half in UInt32(0)..<2 {
            io.write(offset: 0, value: 0x10 + input * 2 + half, width: 1)
            io.write(offset: 0x10, value: UInt32(truncatingIfNeeded: entry >> UInt64(half * 32)), width: 4)
        }
    }

    private func entry(_ input: UInt32) -> UInt32 {
        io.write(offset: 0, value: 0x10 + input * 2, width: 1)
        return io.read(offset: 0x10, width: 4)
    }

    /// A fixed message to the processor itself.
    private func sendSelf(_ vector: UInt32) { self[0x300] = 0x4_0000 | vector }

    // MARK: Power-on

    @Test func registersStartAsTheManualSays() {
        let fresh = LocalAPIC(clock: clock, output: Wire())
        func register(_ offset: UInt32) -> UInt32 { fresh.read(offset: offset, width: 4) }
        #expect(register(0x20) == 0 && register(0x30) == 0x40011)
        #expect(register(0xE0) == 0xFFFF_FFFF && register(0xD0) == 0)
        #expect(register(0xF0) == 0xFF)
        for offset in [0x320, 0x340, 0x350, 0x360, 0x370] as [UInt32] { #expect(register(offset) == 0x10000) }
        #expect(register(0x380) == 0 && register(0x390) == 0)
    }

    @Test func switchedOffItPassesTheOldRequestThrough() {
        local.base = 0xFEE0_0100
        local.legacyInput.set(true)
        #expect(local.interruptPending && probe.level)
        #expect(local.acknowledge() == nil)
        local.legacyInput.set(false)
        #expect(!probe.level)
    }

    @Test func itsRegistersAnswerBelowFourGibibytesOnly() {
        #expect(local.window == 0xFEE0_0000...0xFEE0_0FFF)
        local.base = 0x1_FEE0_0900
        #expect(local.window == nil)
        local.base = 0x0008_0900
        #expect(local.window == 0x8_0000...0x8_0FFF)
        local.base = 0xFEE0_0100
        #expect(local.window == nil)
    }

    @Test func theOldRequestNeedsVirtualWire() {
        local.legacyInput.set(true)
        #expect(!local.interruptPending)
        self[0x350] = 0x700
        #expect(local.interruptPending)
        #expect(self[0x350] == 0x1700)
        #expect(local.acknowledge() == nil)
        self[0x350] = 0x10700
        #expect(!local.interruptPending)
    }

    // MARK: Priority

    @Test func theHigherClassIsServedFirstAndTheLowerWaits() {
        sendSelf(0x45)
        sendSelf(0x81)
        #expect(self[0x220] == 0x20 && self[0x240] == 0x02)
        #expect(local.acknowledge() == 0x81)
        #expect(self[0xA0] == 0x80)
        #expect(!local.interruptPending)
        // The same class does not interrupt itself.
        sendSelf(0x8F)
        #expect(!local.interruptPending)
        self[0xB0] = 0
        #expect(local.acknowledge() == 0x8F)
        self[0xB0] = 0
        #expect(local.acknowledge() == 0x45)
        self[0xB0] = 0
        #expect(!local.interruptPending && self[0xA0] == 0)
    }

    @Test func theTaskPriorityHoldsItsClassBack() {
        self[0x80] = 0x50
        sendSelf(0x5F)
        #expect(!local.interruptPending)
        #expect(local.acknowledge() == 0xFF, "nothing to deliver: the spurious vector")
        self[0x80] = 0x4F
        #expect(local.acknowledge() == 0x5F)
    }

    // MARK: Timer

    @Test func theTimerCountsTheDividedBusClockOnce() {
        self[0x320] = 0x40
        self[0x3E0] = 0x3  // 16
        self[0x380] = 1000
        // 16,000 cycles of 10 ns.
        #expect(local.deadline == 160_000)
        clock.now = 80_000
        #expect(self[0x390] == 500)
        clock.now = 160_000
        local.advance(to: clock.now)
        #expect(local.acknowledge() == 0x40)
        #expect(self[0x390] == 0 && local.deadline == nil)
    }

    @Test func aPeriodicTimerStartsAgain() {
        self[0x320] = 0x2_0041
        self[0x3E0] = 0xB  // 1
        self[0x380] = 100
        for period in 1...3 as ClosedRange<UInt64> {
            #expect(local.deadline == period * 1000)
            clock.now = period * 1000
            local.advance(to: clock.now)
            #expect(local.acknowledge() == 0x41)
            self[0xB0] = 0
        }
        // Late by two periods and a half: one interrupt, and the count goes on in step.
        clock.now += 2_500
        #expect(self[0x390] == 50)
        #expect(local.acknowledge() == 0x41)
        #expect(!local.interruptPending)
    }

    @Test func aMaskedTimerCountsWithoutInterrupt() {
        self[0x320] = 0x1_0040
        self[0x3E0] = 0xB
        self[0x380] = 100
        #expect(local.deadline == nil)
        clock.now = 5_000
        self[0x320] = 0x40
        #expect(!local.interruptPending && local.deadline == nil)
    }

    @Test(
        arguments: [(0x0, 2), (0x1, 4), (0x2, 8), (0x3, 16), (0x8, 32), (0x9, 64), (0xA, 128), (0xB, 1)]
            as [(UInt32, UInt64)])
    func theDivisorIsTheRegisters(_ code: UInt32, _ divisor: UInt64) {
        self[0x320] = 0x40
        self[0x3E0] = code
        self[0x380] = 10
        #expect(local.deadline == 100 * divisor)
    }

    // MARK: Messages and errors

    @Test func messagesFindTheirDestination() {
        self[0x20] = 0x0300_0000
        func reaches(_ destination: UInt8, logical: Bool) -> Bool {
            defer { _ = local.acknowledge() }
            return local.accept(
                InterruptMessage(vector: 0x99, delivery: .fixed, destination: destination, isLogical: logical))
        }
        #expect(reaches(3, logical: false) && reaches(0xFF, logical: false) && !reaches(2, logical: false))
        self[0xD0] = 0x0400_0000
        #expect(reaches(0x0C, logical: true) && !reaches(0x03, logical: true))
        // Cluster 2, member 1.
        self[0xE0] = 0x0FFF_FFFF
        self[0xD0] = 0x2200_0000
        #expect(reaches(0x23, logical: true) && reaches(0xF2, logical: true))
        #expect(!reaches(0x13, logical: true) && !reaches(0x21, logical: true))
    }

    @Test func aMessageNobodyTakesIsAnError() {
        self[0x370] = 0x33
        self[0x310] = 0x0500_0000
        self[0x300] = 0x77
        #expect(local.acknowledge() == 0x33)
        #expect(self[0x280] == 0, "latched by a write")
        self[0x280] = 0
        #expect(self[0x280] == 0x04)
    }

    @Test func illegalVectorsAndRegistersAreErrors() {
        sendSelf(0x0F)
        _ = self[0x40]
        redirect(5, 0x03)
        io.input(5).set(true)
        self[0x280] = 0
        #expect(self[0x280] == 0xE0)
        self[0x280] = 0
        #expect(self[0x280] == 0)
    }

    @Test func aNonMaskableMessageWaitsApart() {
        var told = 0
        local.onNonMaskable = { told += 1 }
        self[0x310] = 0
        self[0x300] = 0x400
        #expect(local.nonMaskablePending && told == 1 && !local.interruptPending)
        local.acknowledgeNonMaskable()
        #expect(!local.nonMaskablePending)
    }

    @Test func disabledItTakesNoMessageAndMasksItsOwn() {
        self[0x320] = 0x40
        self[0xF0] = 0xFF
        #expect(self[0x320] == 0x1_0040)
        self[0x320] = 0x41
        #expect(self[0x320] == 0x1_0041)
        redirect(5, 0x45)
        io.input(5).set(true)
        #expect(!local.interruptPending)
        // The edge is lost.
        self[0xF0] = 0x1FF
        #expect(!local.interruptPending)
    }

    // MARK: I/O APIC

    @Test func anEdgeIsSentOnceAndALevelAgainAfterItsEnd() {
        redirect(5, 0x45)
        redirect(10, 0x8046)
        io.input(5).set(true)
        #expect(local.acknowledge() == 0x45)
        self[0xB0] = 0
        #expect(!local.interruptPending)
        io.input(10).set(true)
        #expect(entry(10) == 0xC046, "remote IRR")
        #expect(local.acknowledge() == 0x46)
        #expect(self[0x1A0] == 1 << 6, "level in the trigger mode register")
        self[0xB0] = 0
        #expect(local.acknowledge() == 0x46)
        io.input(10).set(false)
        self[0xB0] = 0
        #expect(!local.interruptPending && entry(10) == 0x8046)
    }

    @Test func aMaskedEdgeIsLostAndAMaskedLevelWaits() {
        redirect(5, 0x1_0045)
        io.input(5).set(true)
        redirect(5, 0x45)
        #expect(!local.interruptPending)
        redirect(10, 0x1_8046)
        io.input(10).set(true)
        redirect(10, 0x8046)
        #expect(local.acknowledge() == 0x46)
    }

    @Test func itsRegistersAreTheDataSheets() {
        func read(_ register: UInt32) -> UInt32 {
            io.write(offset: 0, value: register, width: 1)
            return io.read(offset: 0x10, width: 4)
        }
        #expect(read(1) == 0x170011)
        #expect(read(0x10) == 0x10000 && read(0x11) == 0)
        io.write(offset: 0, value: 0, width: 1)
        io.write(offset: 0x10, value: 0xFFFF_FFFF, width: 4)
        #expect(read(0) == 0x0F00_0000 && read(2) == 0x0F00_0000)
        redirect(7, .max)
        #expect(read(0x1E) == 0x1_AFFF && read(0x1F) == 0xFF00_0000)
        #expect(read(0x40) == 0)
    }

    @Test func theOldControllerMayBeReachedThroughTheBus() {
        redirect(0, 0x700)
        io.input(0).set(true)
        #expect(local.interruptPending)
        #expect(local.acknowledge() == nil)
        #expect(!local.interruptPending)
    }
}

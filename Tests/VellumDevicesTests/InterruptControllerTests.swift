import Testing

@testable import VellumDevices

@Suite struct InterruptControllerTests {
    let probe = LineProbe()
    let pic: InterruptController

    init() {
        pic = InterruptController(output: probe)
        initialise()
    }

    /// The initialisation every PC system does: vectors 20h and 28h, slave on input 2.
    func initialise(masterMode: UInt8 = 1, slaveMode: UInt8 = 1) {
        pic.out(0x20, 0x11)
        pic.out(0x21, 0x20, 0x04, masterMode)
        pic.out(0xA0, 0x11)
        pic.out(0xA1, 0x28, 0x02, slaveMode)
    }

    func pulse(_ line: Int) {
        pic.line(line).set(true)
        pic.line(line).set(false)
    }

    @Test func aRisingEdgeRaisesTheOutputAndTheAcknowledgeGivesTheVector() {
        pic.line(1).set(true)
        #expect(pic.interruptPending && probe.level)
        #expect(pic.acknowledge() == 0x21)
        #expect(!pic.interruptPending && !probe.level)
    }

    @Test func aHeldEdgeDoesNotRequestTwice() {
        pic.line(1).set(true)
        _ = pic.acknowledge()
        pic.out(0x20, 0x20)
        #expect(!pic.interruptPending)
        pic.line(1).set(false)
        pic.line(1).set(true)
        #expect(pic.interruptPending)
    }

    @Test func aLowerRequestWaitsUntilTheHigherOneIsEnded() {
        pic.line(3).set(true)
        #expect(pic.acknowledge() == 0x23)
        pic.line(4).set(true)
        #expect(!pic.interruptPending)
        pic.line(1).set(true)
        #expect(pic.acknowledge() == 0x21)
        pic.out(0x20, 0x20)
        #expect(!pic.interruptPending)
        pic.out(0x20, 0x20)
        #expect(pic.acknowledge() == 0x24)
    }

    @Test func aMaskedLineWaitsInTheRequestRegister() {
        pic.out(0x21, 0x02)
        pic.line(1).set(true)
        #expect(!pic.interruptPending)
        pic.out(0x20, 0x0A)
        #expect(pic.in(0x20) == 0x02)
        #expect(pic.in(0x21) == 0x02)
        pic.out(0x21, 0)
        #expect(pic.acknowledge() == 0x21)
    }

    @Test func theInServiceRegisterCanBeRead() {
        pic.line(5).set(true)
        _ = pic.acknowledge()
        pic.out(0x20, 0x0B)
        #expect(pic.in(0x20) == 0x20)
        pic.out(0x20, 0x65)
        #expect(pic.in(0x20) == 0)
    }

    @Test func aSlaveRequestPassesThroughTheCascade() {
        pic.line(8).set(true)
        #expect(pic.acknowledge() == 0x28)
        pic.out(0x20, 0x0B)
        pic.out(0xA0, 0x0B)
        #expect(pic.in(0x20) == 0x04)
        #expect(pic.in(0xA0) == 0x01)
        pic.line(9).set(true)
        pic.out(0xA0, 0x20)
        pic.out(0x20, 0x20)
        #expect(pic.acknowledge() == 0x29)
    }

    @Test func specialFullyNestedModeLetsAHigherSlaveRequestThrough() {
        initialise(masterMode: 0x11)
        pic.line(12).set(true)
        #expect(pic.acknowledge() == 0x2C)
        pic.line(8).set(true)
        #expect(pic.acknowledge() == 0x28)
    }

    @Test func withoutSpecialFullyNestedModeItWaits() {
        pic.line(12).set(true)
        _ = pic.acknowledge()
        pic.line(8).set(true)
        #expect(!pic.interruptPending)
    }

    @Test func aRequestWithdrawnBeforeTheAcknowledgeIsSpuriousSeven() {
        pulse(4)
        #expect(pic.interruptPending)
        #expect(pic.acknowledge() == 0x27)
        pic.out(0x20, 0x0B)
        #expect(pic.in(0x20) == 0)
        #expect(!pic.interruptPending)
    }

    @Test func aSlaveRequestWithdrawnIsSpuriousFifteenAndOccupiesTheMaster() {
        pulse(14)
        #expect(pic.acknowledge() == 0x2F)
        pic.out(0x20, 0x0B)
        pic.out(0xA0, 0x0B)
        #expect(pic.in(0x20) == 0x04)
        #expect(pic.in(0xA0) == 0)
    }

    @Test func maskingARequestTakesItBackWithoutASpuriousInterrupt() {
        pic.line(14).set(true)
        pic.out(0xA1, 0xFF)
        #expect(!pic.interruptPending)
        pic.line(4).set(true)
        pic.out(0x21, 0x10)
        #expect(!pic.interruptPending)
    }

    @Test func automaticEndLeavesNothingInService() {
        initialise(masterMode: 3)
        pic.line(0).set(true)
        _ = pic.acknowledge()
        pic.line(3).set(true)
        #expect(pic.acknowledge() == 0x23)
    }

    @Test func rotationInAutomaticEndServesDevicesInTurn() {
        initialise(masterMode: 3)
        pic.out(0x20, 0x80)
        pic.line(0).set(true)
        #expect(pic.acknowledge() == 0x20)
        pic.line(0).set(false)
        pic.line(0).set(true)
        pic.line(1).set(true)
        #expect(pic.acknowledge() == 0x21)
        #expect(pic.acknowledge() == 0x20)
    }

    @Test func rotateOnEndMakesTheServedLineLowest() {
        pic.line(4).set(true)
        _ = pic.acknowledge()
        pic.out(0x20, 0xA0)
        pic.line(5).set(true)
        pic.line(3).set(true)
        #expect(pic.acknowledge() == 0x25)
    }

    @Test func setPriorityChoosesTheLowestLine() {
        pic.out(0x20, 0xC5)
        pic.line(0).set(true)
        pic.line(6).set(true)
        #expect(pic.acknowledge() == 0x26)
    }

    @Test func specialMaskModeEnablesLowerLinesWhileAMaskedOneIsInService() {
        pic.line(1).set(true)
        _ = pic.acknowledge()
        pic.out(0x21, 0x02)
        pic.line(6).set(true)
        #expect(!pic.interruptPending)
        pic.out(0x20, 0x68)
        #expect(pic.acknowledge() == 0x26)
        pic.out(0x20, 0x20, 0x0B)
        #expect(pic.in(0x20) == 0x02, "a non-specific end passes over the masked line")
    }

    @Test func pollTakesTheHighestRequestLikeAnAcknowledge() {
        pic.line(3).set(true)
        pic.out(0x20, 0x0C)
        #expect(pic.in(0x20) == 0x83)
        pic.out(0x20, 0x0C)
        #expect(pic.in(0x20) == 0)
    }

    @Test func aLevelTriggeredLineRequestsAgainWhileHeld() {
        pic.out(0x4D1, 0xFF)
        #expect(pic.in(0x4D1) == 0xDE)
        pic.line(11).set(true)
        #expect(pic.acknowledge() == 0x2B)
        pic.out(0xA0, 0x20)
        pic.out(0x20, 0x20)
        #expect(pic.acknowledge() == 0x2B)
        pic.out(0xA0, 0x20)
        pic.out(0x20, 0x20)
        pic.line(11).set(false)
        _ = pic.acknowledge()
        #expect(!pic.interruptPending)
    }

    @Test func initialisationForgetsOldEdges() {
        pic.line(1).set(true)
        initialise()
        #expect(!pic.interruptPending)
        #expect(pic.in(0x21) == 0)
    }

    @Test func theCascadeLineCannotBeDriven() {
        pic.line(2).set(true)
        #expect(!pic.interruptPending)
    }
}

import Testing

@testable import VellumDevices

@Suite struct IntervalTimerTests {
    let clock = FakeClock()
    let line = LineProbe()
    let timer: IntervalTimer

    init() {
        timer = IntervalTimer(clock: clock, line: line)
        timer.reset()
    }

    /// Moves time to the moment at which `count` clocks are complete, stopping at deadlines.
    func run(clocks count: UInt64) {
        let target = Oscillator.timer.ticks(at: clock.now) + count
        clock.run(timer, until: Oscillator.timer.nanoseconds(ofTick: target))
    }

    func program(_ counter: UInt16, mode: UInt8, count: UInt16, decimal: Bool = false) {
        timer.out(0x43, UInt8(counter) << 6 | 0x30 | mode << 1 | (decimal ? 1 : 0))
        timer.out(0x40 + counter, UInt8(count & 0xFF), UInt8(count >> 8))
    }

    func count(_ counter: UInt16) -> UInt16 {
        timer.out(0x43, UInt8(counter) << 6)
        return UInt16(timer.in(0x40 + counter)) | UInt16(timer.in(0x40 + counter)) << 8
    }

    func status(_ counter: UInt16) -> UInt8 {
        timer.out(0x43, 0xE0 | 2 << UInt8(counter))
        return timer.in(0x40 + counter)
    }

    /// Levels of counter 2's OUT, one a clock, from the next clock on.
    func outputs(_ clocks: Int) -> [Int] {
        (0..<clocks).map { _ in
            run(clocks: 1)
            return timer.speakerOutput ? 1 : 0
        }
    }

    @Test func modeZeroRaisesOutOneClockAfterTheCount() {
        timer.speakerGate = true
        program(2, mode: 0, count: 4)
        #expect(outputs(7) == [0, 0, 0, 0, 1, 1, 1])
    }

    @Test func modeZeroStopsWhileItsGateIsLow() {
        timer.speakerGate = true
        program(2, mode: 0, count: 3)
        #expect(outputs(2) == [0, 0])
        timer.speakerGate = false
        #expect(outputs(3) == [0, 0, 0])
        timer.speakerGate = true
        #expect(outputs(2) == [0, 1])
    }

    @Test func modeOneIsARetriggerableOneShot() {
        program(2, mode: 1, count: 3)
        #expect(outputs(2) == [1, 1])
        timer.speakerGate = true
        #expect(outputs(2) == [0, 0])
        timer.speakerGate = false
        timer.speakerGate = true
        #expect(outputs(5) == [0, 0, 0, 1, 1])
    }

    @Test func modeTwoIsLowForOneClockInN() {
        timer.speakerGate = true
        program(2, mode: 2, count: 3)
        #expect(outputs(8) == [1, 1, 0, 1, 1, 0, 1, 1])
    }

    @Test func modeTwoRestartsAtARisingGate() {
        timer.speakerGate = true
        program(2, mode: 2, count: 3)
        #expect(outputs(3) == [1, 1, 0])
        timer.speakerGate = false
        #expect(timer.speakerOutput)
        timer.speakerGate = true
        #expect(outputs(4) == [1, 1, 0, 1])
    }

    @Test func modeTwoTakesANewCountAtTheEndOfItsPeriod() {
        timer.speakerGate = true
        program(2, mode: 2, count: 4)
        run(clocks: 2)
        timer.out(0x42, 3, 0)
        #expect(outputs(7) == [1, 0, 1, 1, 0, 1, 1])
    }

    @Test func modeThreeIsASquareWaveWithTheLongerHalfHigh() {
        timer.speakerGate = true
        program(2, mode: 3, count: 4)
        #expect(outputs(7) == [1, 1, 0, 0, 1, 1, 0])
        program(2, mode: 3, count: 5)
        #expect(outputs(11) == [1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1])
    }

    @Test func modeThreeCountsByTwo() {
        timer.speakerGate = true
        program(2, mode: 3, count: 5)
        let counts = (0..<6).map { _ in
            run(clocks: 1)
            return count(2)
        }
        #expect(counts == [4, 2, 0, 4, 2, 4])
    }

    @Test func modeFourStrobesOnce() {
        timer.speakerGate = true
        program(2, mode: 4, count: 3)
        #expect(outputs(7) == [1, 1, 1, 0, 1, 1, 1])
    }

    @Test func modeFiveStrobesAfterATrigger() {
        program(2, mode: 5, count: 3)
        #expect(outputs(2) == [1, 1])
        timer.speakerGate = true
        #expect(outputs(6) == [1, 1, 1, 0, 1, 1])
    }

    @Test func aDecimalCountWrapsAtTenThousand() {
        timer.speakerGate = true
        program(2, mode: 0, count: 0x0102, decimal: true)
        run(clocks: 4)
        #expect(count(2) == 0x0099)
        run(clocks: 100)
        #expect(count(2) == 0x9999)
    }

    @Test func aCountOfZeroIsTheLargest() {
        program(0, mode: 2, count: 0)
        run(clocks: 1)
        #expect(count(0) == 0)
        run(clocks: 1)
        #expect(count(0) == 0xFFFF)
        run(clocks: 65_535)
        #expect(count(0) == 0)
    }

    @Test func aLatchedCountStaysUntilItIsRead() {
        program(0, mode: 2, count: 1000)
        run(clocks: 11)
        timer.out(0x43, 0x00)
        run(clocks: 100)
        timer.out(0x43, 0x00)
        #expect(timer.in(0x40) == 0xDE)
        #expect(timer.in(0x40) == 0x03)
        #expect(count(0) == 890)
    }

    @Test func readBackGivesStatusBeforeCount() {
        program(0, mode: 2, count: 1000)
        #expect(status(0) == 0x80 | 0x40 | 0x34, "the count has not reached the counting element")
        run(clocks: 1)
        timer.out(0x43, 0xC2)
        #expect(timer.in(0x40) == 0x80 | 0x34)
        #expect(timer.in(0x40) == 0xE8)
        #expect(timer.in(0x40) == 0x03)
    }

    @Test func singleByteAccessSetsTheOtherByteToZero() {
        timer.out(0x43, 0x24)
        timer.out(0x40, 0x02)
        run(clocks: 1)
        #expect(timer.in(0x40) == 0x02)
        timer.out(0x43, 0x14)
        timer.out(0x40, 0x07)
        run(clocks: 1)
        #expect(timer.in(0x40) == 0x07)
    }

    @Test func theSystemTimerTicksWithoutDrift() {
        program(0, mode: 2, count: 0)
        let rises = line.rises
        clock.run(timer, until: 3_600_000_000_000)
        #expect(UInt64(line.rises - rises) == (3600 * 1_193_182 - 1) / 65_536)
    }

    @Test func aDeadlineIsTheFirstNanosecondOfTheChange() throws {
        program(0, mode: 0, count: 100)
        let deadline = try #require(timer.deadline)
        clock.now = deadline - 1
        timer.advance(to: clock.now)
        #expect(!line.level)
        clock.now = deadline
        timer.advance(to: clock.now)
        #expect(line.level)
        #expect(timer.deadline == nil)
    }

    @Test func aLongJumpCostsNothingAndStillShowsAnEdge() {
        program(0, mode: 3, count: 1193)
        let rises = line.rises
        clock.now = 1 << 62
        timer.advance(to: clock.now)
        #expect(line.rises == rises + 1)
        clock.now = .max
        timer.advance(to: clock.now)
        _ = timer.deadline
    }

    @Test(arguments: [UInt8(0), 1, 2, 3, 4, 5], [UInt16(2), 3, 7, 10, 0])
    func jumpingIsTheSameAsCountingClockByClock(mode: UInt8, count: UInt16) {
        var steps = IntervalTimer.Counter(gate: false)
        steps.program(mode: mode, decimal: count == 10)
        steps.write(count)
        steps.setGate(true)
        let start = steps
        for clock in 1...200 as ClosedRange<UInt64> {
            _ = steps.advance(to: clock)
            var jump = start
            _ = jump.advance(to: clock)
            #expect(jump == steps)
            if let change = start.nextChange, clock < change { #expect(jump.out == start.out) }
        }
    }
}

import Testing

@testable import VellumDevices

@Suite struct RealTimeClockTests {
    static let second: UInt64 = 1_000_000_000
    let clock = FakeClock()
    let line = LineProbe()
    let rtc: RealTimeClock

    init() {
        rtc = RealTimeClock(
            clock: clock, line: line,
            start: CalendarTime(year: 1999, month: 12, day: 31, hour: 23, minute: 59, second: 58))
    }

    func get(_ register: UInt8) -> UInt8 {
        rtc.out(0x70, register)
        return rtc.in(0x71)
    }

    func put(_ register: UInt8, _ value: UInt8) {
        rtc.out(0x70, register)
        rtc.out(0x71, value)
    }

    func run(seconds: UInt64) { clock.run(rtc, until: clock.now + seconds * Self.second) }

    @Test func timeIsShownInDecimalDigits() {
        #expect([4, 2, 0].map(get) == [0x23, 0x59, 0x58])
        #expect([0x32, 9, 8, 7, 6].map(get) == [0x19, 0x99, 0x12, 0x31, 6])
    }

    @Test func midnightCarriesIntoDateYearAndCentury() {
        run(seconds: 2)
        #expect([4, 2, 0].map(get) == [0, 0, 0])
        #expect([0x32, 9, 8, 7, 6].map(get) == [0x20, 0, 1, 1, 7])
    }

    @Test func aLeapDayIsCountedAcrossALongJump() {
        clock.now = 60 * 86_400 * Self.second
        #expect([9, 8, 7].map(get) == [0, 2, 0x29])
        #expect(get(0) == 0x58)
    }

    @Test func binaryAndTwelveHourFormatsAreHonoured() {
        put(11, 0x04)
        put(4, 0x8B)
        put(0, 58)
        put(2, 59)
        run(seconds: 2)
        #expect(get(4) == 12, "midnight is twelve of the first half")
        #expect(get(0) == 0)
    }

    @Test func secondsSince1970GiveTheSameDate() {
        let time = CalendarTime(secondsSince1970: 946_684_800)
        #expect(time == CalendarTime(year: 2000, month: 1, day: 1))
        #expect(time.weekday == 7)
    }

    @Test func setHoldsTheClockStillAndClearsTheUpdateInterrupt() {
        put(11, 0x92)
        #expect(get(11) == 0x82)
        run(seconds: 10)
        #expect(get(0) == 0x58)
        put(11, 0x02)
        run(seconds: 1)
        #expect(get(0) == 0x59)
    }

    @Test func updateInProgressWarnsBeforeTheSecondsStep() {
        clock.now = Self.second - 3_000_000
        #expect(get(10) == 0x26)
        clock.now = Self.second - 1_000_000
        #expect(get(10) == 0xA6)
        clock.now = Self.second
        #expect(get(10) == 0x26)
        #expect(get(0) == 0x59)
    }

    @Test func thePeriodicInterruptComesAtItsRate() {
        put(11, 0x42)
        var count = 0
        while let deadline = rtc.deadline, deadline <= Self.second {
            clock.now = deadline
            rtc.advance(to: deadline)
            #expect(line.level)
            #expect(get(12) & 0xC0 == 0xC0)
            #expect(!line.level)
            count += 1
        }
        #expect(count == 1024)
    }

    @Test func anUnreadInterruptStaysUp() {
        put(11, 0x42)
        run(seconds: 1)
        #expect(line.rises == 1)
        #expect(rtc.deadline == nil)
    }

    @Test func theAlarmComesAtItsTime() {
        put(5, 0x00)
        put(3, 0x00)
        put(1, 0x05)
        put(11, 0x22)
        #expect(rtc.deadline == 7 * Self.second)
        run(seconds: 6)
        #expect(!line.level)
        run(seconds: 1)
        #expect(line.level)
        #expect(get(12) == 0xF0)
    }

    @Test func anAlarmThatDoesNotCareComesEverySecond() {
        for register in [1, 3, 5] as [UInt8] { put(register, 0xC0) }
        put(11, 0x22)
        #expect(rtc.deadline == Self.second)
    }

    @Test func anImpossibleAlarmNeverComes() {
        put(1, 0x7F)
        put(11, 0x22)
        #expect(rtc.deadline == nil)
    }

    @Test func theUpdateInterruptFollowsEverySecond() {
        put(11, 0x12)
        run(seconds: 1)
        #expect(line.level && get(12) == 0xD0)
        run(seconds: 1)
        #expect(line.rises == 2)
    }

    @Test func releasingTheDividerStartsTheSecondHalfwayThrough() {
        put(10, 0x76)
        run(seconds: 5)
        put(10, 0x26)
        put(11, 0x12)
        #expect(rtc.deadline == clock.now + Self.second / 2)
    }

    @Test func portSeventyMasksNMI() {
        rtc.out(0x70, 0x8F)
        #expect(rtc.nmiMasked)
        rtc.out(0x70, 0x0F)
        #expect(!rtc.nmiMasked)
    }

    @Test func resetKeepsTimeAndMemory() {
        put(0x40, 0x5A)
        put(11, 0x72)
        rtc.reset()
        #expect(get(11) == 0x02 && get(0x40) == 0x5A && get(0) == 0x58)
        #expect(get(13) == 0x80)
    }

    @Test func setUpDescribesMemoryAndDrives() {
        var setup = CMOSSetup(memory: 64 << 20)
        setup.floppyA = .megabytes1_44
        setup.bootOrder = [.floppy, .hardDisk]
        setup.fill(rtc)
        #expect([0x15, 0x16].map(get) == [0x80, 0x02])
        #expect([0x30, 0x31].map(get) == [0x00, 0xFC])
        #expect([0x34, 0x35].map(get) == [0x00, 0x03])
        #expect(get(0x10) == 0x40 && get(0x14) == 0x05 && get(0x3D) == 0x21)
    }
}

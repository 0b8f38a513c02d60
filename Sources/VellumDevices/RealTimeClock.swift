/// The MC146818A real-time clock with 128 bytes of CMOS memory at ports 70h/71h, and 72h/73h for the same memory
/// (Motorola MC146818A data sheet).  Time is what `start` said plus virtual time, and whatever the guest sets.
package final class RealTimeClock: Device, PortDevice, TimedDevice {
    package struct State: Codable, Equatable, Sendable {
        /// All 128 bytes; 0–13 are the clock's registers.
        var memory = [UInt8](repeating: 0, count: 128)
        var index: UInt8 = 0
        var secondIndex: UInt8 = 0
        var nmiMasked = false
        /// When the seconds next step, in nanoseconds.
        var nextUpdate = Oscillator.nanosecondsPerSecond
        /// The crystal's cycle up to which periodic interrupts are accounted for.
        var cycle: UInt64 = 0
    }

    enum Register {
        static let seconds = 0, secondsAlarm = 1, minutes = 2, minutesAlarm = 3, hours = 4, hoursAlarm = 5
        static let weekday = 6, day = 7, month = 8, year = 9
        static let a = 10, b = 11, c = 12, d = 13
        static let century = 0x32
    }

    /// Bits of registers A, B and C.
    enum Bit {
        static let updateInProgress: UInt8 = 0x80
        static let set: UInt8 = 0x80
        static let periodic: UInt8 = 0x40
        static let alarm: UInt8 = 0x20
        static let update: UInt8 = 0x10
        static let squareWave: UInt8 = 0x08
        static let binary: UInt8 = 0x04
        static let hours24: UInt8 = 0x02
        static let request: UInt8 = 0x80
    }

    package let ports: [ClosedRange<UInt16>] = [0x70...0x73]
    private let clock: any VirtualClock
    private let line: any InterruptLine
    var registers = State()

    /// - Parameters:
    ///   - start: the time at virtual time zero.
    ///   - line: interrupt line 8.
    package init(clock: any VirtualClock, line: any InterruptLine, start: CalendarTime) {
        self.clock = clock
        self.line = line
        registers.memory[Register.a] = 0x26
        registers.memory[Register.b] = Bit.hours24
        store(start)
    }

    package convenience init(clock: any VirtualClock, line: any InterruptLine, secondsSince1970: Int64) {
        self.init(clock: clock, line: line, start: CalendarTime(secondsSince1970: secondsSince1970))
    }

    package var state: State {
        get { registers }
        set { if newValue.memory.count == 128 { registers = newValue } }
    }

    /// The RESET pin: interrupts off, flags clear; time and memory live on the battery.
    package func reset() {
        sync(clock.now)
        registers.memory[Register.b] &= ~(Bit.periodic | Bit.alarm | Bit.update | Bit.squareWave)
        registers.memory[Register.c] = 0
        registers.nmiMasked = false
        line.set(false)
    }

    /// The NMI mask, port 70h bit 7.
    package var nmiMasked: Bool { registers.nmiMasked }

    /// The CMOS memory, for firmware's set-up and for inspection.  Set-up does not touch the clock's registers.
    package subscript(cmos address: UInt8) -> UInt8 {
        get { registers.memory[Int(address & 0x7F)] }
        set { if address & 0x7F > 13 { registers.memory[Int(address & 0x7F)] = newValue } }
    }

    // MARK: Time

    package var deadline: UInt64? {
        earlier(periodicDeadline, secondsDeadline)
    }

    package func advance(to now: UInt64) { sync(now) }

    private func sync(_ now: UInt64) {
        countPeriods(now)
        countSeconds(now)
        updateLine()
    }

    private func updateLine() {
        let enabled = registers.memory[Register.b] & (Bit.periodic | Bit.alarm | Bit.update)
        let requested = registers.memory[Register.c] & enabled != 0
        registers.memory[Register.c] &= ~Bit.request
        if requested { registers.memory[Register.c] |= Bit.request }
        line.set(requested)
    }

    /// Cycles of the crystal in one period of the periodic interrupt; nil when it is off.  Rates 1 and 2 repeat 8
    /// and 9 (data sheet, table 5).
    private var period: UInt64? {
        let rate = registers.memory[Register.a] & 15
        guard rate != 0, dividerRuns else { return nil }
        return 1 << UInt64(rate < 3 ? rate + 6 : rate - 1)
    }

    private var dividerRuns: Bool { registers.memory[Register.a] & 0x60 != 0x60 }

    private func countPeriods(_ now: UInt64) {
        let cycle = Oscillator.realTimeClock.ticks(at: now)
        guard cycle > registers.cycle else { return }
        if let period, cycle / period != registers.cycle / period {
            registers.memory[Register.c] |= Bit.periodic
        }
        registers.cycle = cycle
    }

    /// Nothing changes before register C is read once its flag is up.
    private var periodicDeadline: UInt64? {
        guard registers.memory[Register.b] & Bit.periodic != 0, registers.memory[Register.c] & Bit.periodic == 0,
            let period
        else { return nil }
        return Oscillator.realTimeClock.nanoseconds(ofTick: (registers.cycle / period + 1) * period)
    }

    private func countSeconds(_ now: UInt64) {
        guard now >= registers.nextUpdate else { return }
        let steps = (now - registers.nextUpdate) / Oscillator.nanosecondsPerSecond + 1
        let span = steps.multipliedSaturated(by: Oscillator.nanosecondsPerSecond)
        registers.nextUpdate = registers.nextUpdate.addingSaturated(span)
        guard dividerRuns, registers.memory[Register.b] & Bit.set == 0 else { return }
        if let alarm = secondsToAlarm, alarm <= steps { registers.memory[Register.c] |= Bit.alarm }
        registers.memory[Register.c] |= Bit.update
        addSeconds(Int(clamping: steps))
    }

    private var secondsDeadline: UInt64? {
        let wanted = registers.memory[Register.b] & ~registers.memory[Register.c]
        guard dividerRuns, registers.memory[Register.b] & Bit.set == 0 else { return nil }
        if wanted & Bit.update != 0 { return registers.nextUpdate }
        guard wanted & Bit.alarm != 0, let alarm = secondsToAlarm else { return nil }
        return registers.nextUpdate.addingSaturated((alarm - 1) * Oscillator.nanosecondsPerSecond)
    }

    /// An update cycle takes 1984 µs after a warning of 244 µs (data sheet, "Update Cycle").
    private var updating: Bool {
        guard dividerRuns, registers.memory[Register.b] & Bit.set == 0 else { return false }
        return registers.nextUpdate - min(clock.now, registers.nextUpdate) <= 2_228_000
    }

    // MARK: Ports

    package func read(port: UInt16) -> UInt8 {
        switch port {
        case 0x71: return readRegister(Int(registers.index))
        case 0x73: return readRegister(Int(registers.secondIndex))
        default: return 0xFF
        }
    }

    package func write(port: UInt16, value: UInt8) {
        switch port {
        case 0x70:
            registers.index = value & 0x7F
            registers.nmiMasked = value & 0x80 != 0
        case 0x72: registers.secondIndex = value & 0x7F
        case 0x71: writeRegister(Int(registers.index), value)
        case 0x73: writeRegister(Int(registers.secondIndex), value)
        default: break
        }
    }

    private func readRegister(_ register: Int) -> UInt8 {
        sync(clock.now)
        switch register {
        case Register.a:
            return registers.memory[Register.a] & 0x7F | (updating ? Bit.updateInProgress : 0)
        case Register.c:
            let flags = registers.memory[Register.c]
            registers.memory[Register.c] = 0
            line.set(false)
            return flags
        case Register.d:
            return 0x80
        default:
            return registers.memory[register & 0x7F]
        }
    }

    private func writeRegister(_ register: Int, _ value: UInt8) {
        sync(clock.now)
        switch register {
        case Register.a: writeA(value & 0x7F)
        case Register.b:
            registers.memory[Register.b] = value & Bit.set != 0 ? value & ~Bit.update : value
            updateLine()
        case Register.c, Register.d: break
        default: registers.memory[register & 0x7F] = value
        }
    }

    /// The first update comes half a second after the divider is let go (data sheet, "Divider Control").
    private func writeA(_ value: UInt8) {
        let ran = dividerRuns
        registers.memory[Register.a] = value
        if !ran, dividerRuns { registers.nextUpdate = clock.now.addingSaturated(500_000_000) }
    }
}

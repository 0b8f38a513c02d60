/// The 8254 interval timer at ports 40h–43h, driven by virtual time at 1,193,182 Hz.  Counter 0 is the system timer
/// on interrupt line 0, counter 1 once refreshed memory, counter 2 sounds the speaker under port 61h.
package final class IntervalTimer: Device, PortDevice, TimedDevice {
    /// A counter with the bus logic before it.
    struct Channel: Codable, Equatable, Sendable {
        var counter: Counter
        /// 1: low byte only, 2: high byte only, 3: low then high.
        var access: UInt8 = 3
        var writesHigh = false
        var readsHigh = false
        var lowByte: UInt8 = 0
        var latchedCount: UInt16?
        var latchedStatus: UInt8?
    }

    package struct State: Codable, Equatable, Sendable {
        var channels: [Channel]
    }

    package let ports: [ClosedRange<UInt16>] = [0x40...0x43]
    private let clock: any VirtualClock
    private let line: any InterruptLine
    private var channels: [Channel]

    /// - Parameter line: follows counter 0's OUT.
    package init(clock: any VirtualClock, line: any InterruptLine) {
        self.clock = clock
        self.line = line
        channels = Self.powerOn
        line.set(channels[0].counter.out)
    }

    /// Counter 2 waits for port 61h to open its gate; the other gates are tied high.
    private static var powerOn: [Channel] { [true, true, false].map { Channel(counter: Counter(gate: $0)) } }

    package var state: State {
        get { State(channels: channels) }
        set {
            guard newValue.channels.count == 3, newValue.channels.allSatisfy(\.counter.isWellFormed) else { return }
            channels = newValue.channels
        }
    }

    package func reset() {
        channels = Self.powerOn
        for index in 0..<3 { move(index) }
        line.set(channels[0].counter.out)
    }

    // MARK: Time

    package var deadline: UInt64? {
        channels[0].counter.nextChange.map { Oscillator.timer.nanoseconds(ofTick: $0) }
    }

    package func advance(to now: UInt64) {
        sync(0, now)
    }

    /// Brings a counter up to the present.
    private func move(_ index: Int) { sync(index, clock.now) }

    private func sync(_ index: Int, _ now: UInt64) {
        let rose = channels[index].counter.advance(to: Oscillator.timer.ticks(at: now))
        if index == 0 { drive(rose: rose) }
    }

    /// A rise that began and ended between two looks at the clock still shows as an edge.
    private func drive(rose: Bool) {
        if rose {
            line.set(false)
            line.set(true)
        }
        line.set(channels[0].counter.out)
    }

    // MARK: The speaker's counter

    /// Counter 2's GATE input, port 61h bit 0.
    package var speakerGate: Bool {
        get { channels[2].counter.gate }
        set {
            move(2)
            channels[2].counter.setGate(newValue)
        }
    }

    /// Counter 2's OUT, port 61h bit 5.
    package var speakerOutput: Bool {
        move(2)
        return channels[2].counter.out
    }

    // MARK: Ports

    package func read(port: UInt16) -> UInt8 {
        let index = Int(port & 3)
        guard index < 3 else { return 0xFF }
        move(index)
        return channels[index].read()
    }

    package func write(port: UInt16, value: UInt8) {
        let index = Int(port & 3)
        guard index < 3 else { return control(value) }
        move(index)
        channels[index].write(value)
        if index == 0 { drive(rose: false) }
    }

    private func control(_ value: UInt8) {
        let index = Int(value >> 6)
        guard index < 3 else { return readBack(value) }
        move(index)
        channels[index].control(value)
        if index == 0 { drive(rose: false) }
    }

    /// The read-back command latches counts and statuses of several counters at once; its bits are active low.
    private func readBack(_ value: UInt8) {
        for index in 0..<3 where value & (2 << UInt8(index)) != 0 {
            move(index)
            if value & 0x20 == 0 { channels[index].latchCount() }
            if value & 0x10 == 0 { channels[index].latchStatus() }
        }
    }
}

extension IntervalTimer.Channel {
    mutating func control(_ value: UInt8) {
        let access = value >> 4 & 3
        guard access != 0 else { return latchCount() }
        self.access = access
        writesHigh = access == 2
        readsHigh = access == 2
        latchedCount = nil
        latchedStatus = nil
        counter.program(mode: value >> 1 & 7, decimal: value & 1 != 0)
    }

    /// A second latch before the first was read is ignored.
    mutating func latchCount() {
        if latchedCount == nil { latchedCount = counter.value }
    }

    mutating func latchStatus() {
        guard latchedStatus == nil else { return }
        var status = access << 4 | counter.modeField << 1
        if counter.out { status |= 0x80 }
        if counter.nullCount { status |= 0x40 }
        if counter.decimal { status |= 0x01 }
        latchedStatus = status
    }

    mutating func read() -> UInt8 {
        if let status = latchedStatus {
            latchedStatus = nil
            return status
        }
        let count = latchedCount ?? counter.value
        let high = readsHigh
        if access == 3 { readsHigh.toggle() }
        if access != 3 || high { latchedCount = nil }
        return UInt8(truncatingIfNeeded: high ? count >> 8 : count)
    }

    mutating func write(_ value: UInt8) {
        switch (access, writesHigh) {
        case (1, _): counter.write(UInt16(value))
        case (2, _): counter.write(UInt16(value) << 8)
        case (_, false):
            lowByte = value
            writesHigh = true
            counter.beginWrite()
        case (_, true):
            writesHigh = false
            counter.write(UInt16(value) << 8 | UInt16(lowByte))
        }
    }
}

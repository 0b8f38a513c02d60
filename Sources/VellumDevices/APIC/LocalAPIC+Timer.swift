extension LocalAPIC {
    /// The timer: it counts down from where it was loaded, in steps of the divided bus clock (SDM vol. 3, section
    /// 10.5.4).
    struct Timer: Codable, Equatable, Sendable {
        /// What it is loaded with, and reloaded in periodic mode; zero stops it.
        var initial: UInt32 = 0
        /// The divide configuration register.
        var divide: UInt32 = 0
        /// The count at bus cycle `start`.
        var count: UInt32 = 0
        var start: UInt64 = 0

        /// Bus cycles to a count: bits 3, 1 and 0 of the register are the logarithm less one, all ones being 1.
        var divisor: UInt64 {
            let code = divide & 3 | divide >> 1 & 4
            return code == 7 ? 1 : 2 << UInt64(code)
        }

        /// The bus cycle at which the count reaches zero; nil when it stands still.
        var end: UInt64? { count == 0 ? nil : start.addingSaturated(UInt64(count).multipliedSaturated(by: divisor)) }

        /// The count at a bus cycle not before `start` nor after `end`.
        func count(at cycle: UInt64) -> UInt32 {
            let passed = (cycle &- start) / divisor
            return passed >= UInt64(count) ? 0 : count - UInt32(passed)
        }
    }

    /// The Pentium III's front-side bus.
    static let bus = Oscillator(hertz: 100_000_000)

    private var isPeriodic: Bool { content.registers.timerVector & 1 << 17 != 0 }

    package var deadline: UInt64? {
        guard isOn, content.registers.timerVector & Registers.masked == 0 else { return nil }
        return content.timer.end.map { Self.bus.nanoseconds(ofTick: $0) }
    }

    package func advance(to now: UInt64) {
        let cycle = Self.bus.ticks(at: now)
        guard let end = content.timer.end, end <= cycle else { return }
        let period = UInt64(content.timer.initial).multipliedSaturated(by: content.timer.divisor)
        if isPeriodic, period > 0 {
            content.timer.start = end + (cycle - end) / period * period
            content.timer.count = content.timer.initial
        } else {
            content.timer.count = 0
        }
        let vector = content.registers.timerVector
        guard vector & Registers.masked == 0 else { return }
        _ = take(.fixed, UInt8(truncatingIfNeeded: vector), isLevel: false)
        update()
    }

    /// The current count.
    var timerCount: UInt32 {
        advance(to: clock.now)
        return content.timer.count(at: Self.bus.ticks(at: clock.now))
    }

    func startTimer(_ initial: UInt32) {
        content.timer.initial = initial
        content.timer.count = initial
        content.timer.start = Self.bus.ticks(at: clock.now)
    }

    /// The count goes on from where it is, at another pace.
    func setDivide(_ value: UInt32) {
        content.timer.count = timerCount
        content.timer.start = Self.bus.ticks(at: clock.now)
        content.timer.divide = value & 0xB
    }
}

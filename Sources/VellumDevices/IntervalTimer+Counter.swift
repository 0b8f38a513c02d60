extension IntervalTimer {
    /// One of the 8254's counters as a value that can be moved over any number of clocks in constant time (Intel
    /// 82C54 data sheet, 231244-006, "Mode Definitions").
    package struct Counter: Codable, Equatable, Sendable {
        /// The clock up to which the counter has been moved.
        private var clock: UInt64 = 0
        private(set) var out = true
        private(set) var gate: Bool
        /// The mode, 0–5, and the mode field as programmed, which the status byte shows.
        private var mode: UInt8 = 3
        private(set) var modeField: UInt8 = 3
        private(set) var decimal = false
        /// The count register: 1 to the modulus.
        private var reload: UInt32 = 65_536
        /// The counting element; the modulus itself while it stands for a count of zero just loaded.
        private var element: UInt32 = 65_536
        /// The count that mode 3 is working through, which decides how long its halves are.
        private var loaded: UInt32 = 65_536
        /// The next clock moves the count register into the counting element.
        private var loadsNext = false
        /// A count has been written since the control word.
        private var hasReload = false
        /// A count has reached the counting element since the control word.
        private var hasElement = false
        /// OUT will still change when the element reaches zero (modes 0, 1, 4 and 5).
        private var armed = false
        /// Mode 0 stops between the two bytes of a count.
        private var halted = false
        /// The count register holds something that the counting element has not taken yet.
        private(set) var nullCount = true

        init(gate: Bool) { self.gate = gate }

        private var modulus: UInt32 { decimal ? 10_000 : 65_536 }

        /// Every count is one that programming can lead to: a saved state with others is refused.
        var isWellFormed: Bool {
            let counts = 1...65_536 as ClosedRange<UInt32>
            return counts.contains(reload) && counts.contains(loaded) && element <= 65_536
        }

        /// The count as it is read, binary or BCD.
        var value: UInt16 {
            let count = element % modulus
            return decimal ? Self.decimal(count) : UInt16(truncatingIfNeeded: count)
        }

        // MARK: Programming, at the clock the counter has been moved to

        /// A control word's mode field (0–7) and BCD bit.
        mutating func program(mode field: UInt8, decimal: Bool) {
            modeField = field & 7
            mode = modeField > 5 ? modeField & 3 : modeField
            self.decimal = decimal
            out = mode != 0
            loadsNext = false
            hasReload = false
            hasElement = false
            armed = false
            halted = false
            nullCount = true
        }

        /// The first of two bytes of a count: mode 0 stops counting and drops OUT.
        mutating func beginWrite() {
            guard mode == 0 else { return }
            halted = true
            out = false
        }

        /// A complete new count.
        mutating func write(_ count: UInt16) {
            let digits = decimal ? Self.binary(count) % modulus : UInt32(count)
            reload = digits == 0 ? modulus : digits
            nullCount = true
            halted = false
            switch mode {
            case 0:
                out = false
                loadsNext = true
            case 4: loadsNext = true
            case 2, 3: if !hasReload { loadsNext = true }
            default: break
            }
            hasReload = true
        }

        /// Drives the GATE input.
        mutating func setGate(_ level: Bool) {
            guard level != gate else { return }
            gate = level
            if level, hasReload, mode != 0, mode != 4 {
                loadsNext = true
            } else if !level, mode == 2 || mode == 3 {
                out = true
            }
        }

        // MARK: Counting

        /// Moves the counter to an absolute clock; tells whether OUT rose on the way.
        mutating func advance(to target: UInt64) -> Bool {
            guard target > clock else { return false }
            var clocks = target - clock
            clock = target
            guard !halted else { return false }
            var rose = false
            if loadsNext {
                rose = load()
                clocks -= 1
            }
            guard clocks > 0, counts else { return rose }
            switch mode {
            case 2: return rate(clocks) || rose
            case 3: return square(clocks) || rose
            default: return once(clocks) || rose
            }
        }

        /// Clocks, at least one, until OUT next changes if nothing else happens; nil when it never does.
        var clocksToChange: UInt64? {
            guard !halted else { return nil }
            if loadsNext {
                var next = self
                _ = next.load()
                if next.out != out { return 1 }
                return next.clocksToChange.map { $0 + 1 }
            }
            guard counts else { return nil }
            switch mode {
            case 2:
                if element > 1 { return UInt64(element - 1) }
                return reload == 1 ? nil : 1
            case 3: return UInt64(remaining)
            default: return armed ? UInt64(max(element, 1)) : nil
            }
        }

        /// The absolute clock of the next change of OUT.
        var nextChange: UInt64? { clocksToChange.map { clock.addingSaturated($0) } }

        private var counts: Bool { hasElement && (gate || mode == 1 || mode == 5) }

        private mutating func load() -> Bool {
            let before = out
            loadsNext = false
            hasElement = true
            nullCount = false
            loaded = reload
            element = mode == 3 ? reload & ~1 : reload
            armed = mode != 2 && mode != 3
            if mode == 1 { out = false }
            if mode == 2 { out = element != 1 }
            if mode >= 3 { out = true }
            return out && !before
        }

        /// Modes 0, 1, 4 and 5: one event at zero, then the element wraps and counts on.
        private mutating func once(_ clocks: UInt64) -> Bool {
            var rose = false
            if armed, clocks >= UInt64(element) {
                let strobes = mode == 4 || mode == 5
                armed = strobes && clocks == UInt64(element)
                rose = !armed && (strobes || !out)
                out = !armed
            }
            let step = UInt32(clocks % UInt64(modulus))
            element = (element + modulus - step) % modulus
            return rose
        }

        /// Mode 2: OUT is low while the element is one.
        private mutating func rate(_ clocks: UInt64) -> Bool {
            guard clocks >= UInt64(element) else {
                element -= UInt32(clocks)
                out = element != 1
                return false
            }
            let past = clocks - UInt64(element)
            element = reload - UInt32(past % UInt64(reload))
            nullCount = false
            out = element != 1
            return reload != 1
        }

        /// Mode 3: the element falls by two; each half ends by a reload and a change of OUT.
        private mutating func square(_ clocks: UInt64) -> Bool {
            guard clocks >= UInt64(remaining) else {
                element -= min(element, UInt32(clocks) * 2)
                return false
            }
            let before = out
            var past = clocks - UInt64(remaining)
            loaded = reload
            nullCount = false
            out = !before
            let rose = !before || past >= UInt64(halfLength(high: false))
            past %= UInt64(halfLength(high: true)) + UInt64(halfLength(high: false))
            if past >= UInt64(halfLength(high: out)) {
                past -= UInt64(halfLength(high: out))
                out.toggle()
            }
            element = (reload & ~1) - min(reload & ~1, UInt32(past) * 2)
            return rose
        }

        /// Clocks left in the present half of mode 3.
        private var remaining: UInt32 { max(1, element / 2 + (out ? loaded & 1 : 0)) }

        /// An odd count makes the high half one clock longer; a count of one is not legal and is kept moving.
        private func halfLength(high: Bool) -> UInt32 { max(1, loaded / 2 + (high ? loaded & 1 : 0)) }

        // MARK: BCD

        private static func decimal(_ count: UInt32) -> UInt16 {
            let digits = count % 10 | (count / 10 % 10) << 4 | (count / 100 % 10) << 8 | (count / 1000 % 10) << 12
            return UInt16(truncatingIfNeeded: digits)
        }

        private static func binary(_ count: UInt16) -> UInt32 {
            let value = UInt32(count)
            return (value >> 12) * 1000 + (value >> 8 & 15) * 100 + (value >> 4 & 15) * 10 + (value & 15)
        }
    }
}

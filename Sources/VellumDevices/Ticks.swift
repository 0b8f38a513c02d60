/// Whole cycles of an oscillator, counted from power-on in exact integer arithmetic: no drift however long the run.
package struct Oscillator: Sendable {
    /// Cycles per second; at least 1 and below 1,000,000,000.
    package let hertz: UInt64

    /// The 8254's clock in a PC: 14.31818 MHz divided by twelve.
    package static let timer = Oscillator(hertz: 1_193_182)
    /// The real-time clock's crystal.
    package static let realTimeClock = Oscillator(hertz: 32_768)

    static let nanosecondsPerSecond: UInt64 = 1_000_000_000

    /// How many cycles are complete at `nanoseconds` of virtual time.
    package func ticks(at nanoseconds: UInt64) -> UInt64 {
        let product = nanoseconds.multipliedFullWidth(by: hertz)
        return Self.nanosecondsPerSecond.dividingFullWidth(product).quotient
    }

    /// The first nanosecond at which `ticks` cycles are complete; saturates at the end of time.
    package func nanoseconds(ofTick tick: UInt64) -> UInt64 {
        let product = tick.multipliedFullWidth(by: Self.nanosecondsPerSecond)
        guard product.high < hertz else { return .max }
        let (quotient, remainder) = hertz.dividingFullWidth(product)
        return remainder == 0 ? quotient : quotient.addingSaturated(1)
    }
}

extension UInt64 {
    /// The sum, or the largest value when it does not fit: a time so late never comes.
    func addingSaturated(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product, or the largest value when it does not fit.
    func multipliedSaturated(by other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

/// The earlier of two deadlines, of which either may be absent.
func earlier(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
    guard let a else { return b }
    guard let b else { return a }
    return min(a, b)
}

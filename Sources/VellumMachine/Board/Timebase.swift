/// How fast virtual time runs: each instruction takes a fixed number of picoseconds.
public struct Timebase: Equatable, Sendable {
    /// Picoseconds of virtual time that an instruction takes; 1 to 1,000,000,000.
    public let picosecondsPerInstruction: UInt64

    /// The time-stamp counter's frequency.  One tick a nanosecond keeps every conversion exact.
    public static let timestampHertz: UInt64 = 1_000_000_000

    /// 100 million instructions a second.
    public static let standard = Timebase(picosecondsPerInstruction: 10_000)

    public init(picosecondsPerInstruction: UInt64) {
        self.picosecondsPerInstruction = min(max(picosecondsPerInstruction, 1), 1_000_000_000)
    }

    /// Millions of instructions a second, as a number ("100", "0.33") or a processor's name; nil when it is neither.
    ///
    /// The names stand for what such a PC got through: an 8088 at 4.77 MHz about 0.33 MIPS (Intel's figure), a 286 at
    /// 12 MHz about 2, a 386 at 33 MHz about 8, a 486 at 66 MHz about 50, a Pentium at 100 MHz about 150.
    public init?(_ text: String) {
        let names = ["8088": 0.33, "286": 2, "386": 8, "486": 50, "pentium": 150]
        guard let millions = names[text.lowercased()] ?? Double(text), millions >= 0.001, millions <= 1_000_000 else {
            return nil
        }
        self.init(picosecondsPerInstruction: UInt64((1_000_000 / millions).rounded()))
    }

    /// Nanoseconds that `instructions` take.
    func nanoseconds(_ instructions: UInt64) -> UInt64 {
        let (product, overflow) = instructions.multipliedReportingOverflow(by: picosecondsPerInstruction)
        guard overflow else { return product / 1000 }
        let wide = instructions.multipliedFullWidth(by: picosecondsPerInstruction)
        return wide.high < 1000 ? UInt64(1000).dividingFullWidth(wide).quotient : .max
    }

    /// The least number of instructions that take at least `nanoseconds`.
    func instructions(toReach nanoseconds: UInt64) -> UInt64 {
        let wide = nanoseconds.multipliedFullWidth(by: 1000)
        guard wide.high < picosecondsPerInstruction else { return .max }
        let (quotient, remainder) = picosecondsPerInstruction.dividingFullWidth(wide)
        return remainder == 0 || quotient == .max ? quotient : quotient + 1
    }
}

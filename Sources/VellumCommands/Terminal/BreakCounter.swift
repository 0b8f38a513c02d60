/// Ctrl-C at a terminal goes to the guest.  A program that does not look at its keyboard is not moved by that: the third
/// one in a row without an answer is meant for us.
struct BreakCounter: Equatable {
    private static let limit = 3
    /// How far apart they may be, in nanoseconds.
    private static let window: UInt64 = 3_000_000_000

    private var count = 0
    private var first: UInt64 = 0

    /// True when it is enough.
    mutating func add(_ bytes: [UInt8], now: UInt64) -> Bool {
        for byte in bytes {
            guard byte == 3 else {
                count = 0
                continue
            }
            if count == 0 || now - first > Self.window { (count, first) = (0, now) }
            count += 1
        }
        return count >= Self.limit
    }

    /// The guest did something.
    mutating func answered() { count = 0 }
}

/// A small seeded generator (SplitMix64, Steele et al. 2014): the same seed gives the same sequence on every host.
package struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A seed for an independent sequence: that of item `number`.
    package static func seed(_ seed: UInt64, item number: UInt64) -> UInt64 {
        var source = RandomSource(seed: seed ^ number &* 0xD134_2543_DE82_EF95)
        return source.next()
    }

    package mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: next() >> 32) }
    package mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 56) }

    /// 0 to `bound` - 1; zero for an empty range.
    package mutating func below(_ bound: Int) -> Int {
        bound <= 0 ? 0 : Int(truncatingIfNeeded: (next() >> 33) % UInt64(bound))
    }

    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    package mutating func pick<T>(_ items: [T], else fallback: T) -> T {
        items.isEmpty ? fallback : items[below(items.count)]
    }

    /// A value that is often one where something changes: zero, ones, sign boundaries, small numbers.
    package mutating func edge() -> UInt32 {
        switch below(10) {
        case 0: 0
        case 1: ~0
        case 2: pick([0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000], else: 0)
        case 3: UInt32(below(40))
        case 4: 0 &- UInt32(below(40))
        case 5: 1 << UInt32(below(32))
        default: word()
        }
    }
}

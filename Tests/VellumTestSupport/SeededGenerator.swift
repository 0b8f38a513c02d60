/// Numbers that a seed determines (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// True once in `count` times.
    package mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    package mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: next()) }

    /// A word of the kind that finds edges: small, near a sign change, or anything.
    package mutating func value() -> UInt32 {
        switch Int.random(in: 0..<6, using: &self) {
        case 0: UInt32.random(in: 0...16, using: &self)
        case 1: 0 &- UInt32.random(in: 0...16, using: &self)
        case 2: [0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000].randomElement(using: &self) ?? 0
        default: word()
        }
    }
}

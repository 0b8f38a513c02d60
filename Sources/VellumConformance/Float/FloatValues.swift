/// Operands on which floating-point units tend to differ.
struct FloatValues {
    var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    mutating func next() -> UInt64 { random.next() }

    // MARK: 80 bits

    /// Ten bytes of an 80-bit register: any class of number, the encodings that no unit produces among them.
    mutating func extended() -> [UInt8] {
        let sign: UInt16 = random.chance(50) ? 0x8000 : 0
        let (exponent, significand) = extendedParts()
        return bytes(significand, 8) + bytes(UInt64(exponent | sign), 2)
    }

    private mutating func extendedParts() -> (UInt16, UInt64) {
        let one: UInt64 = 1 << 63
        switch random.below(20) {
        case 0: return (0, 0)
        case 1: return (0x3FFF, one)
        case 2: return (0x7FFF, one)
        // Quiet and signalling NaNs, with payloads that a double or a float loses.
        case 3: return (0x7FFF, one | 1 << 62 | payload())
        case 4: return (0x7FFF, one | max(payload(), 1))
        case 5: return (0, max(payload(), 1))
        // Pseudo-denormal, unnormal, pseudo-infinity, pseudo-NaN.
        case 6: return (0, one | payload())
        case 7: return (0x3FFF + UInt16(random.below(64)), next() & ~one)
        case 8: return (0x7FFF, random.chance(50) ? 0 : next() & ~one)
        // Integers, small and up to the limits of FIST and FBSTP.
        case 9, 10: return integer(random.next() >> UInt64(random.below(63)))
        // The edges of float, double and extended.
        case 11: return (edge(of: [0x3F81, 0x3F6A, 0x407E, 0x3C01, 0x3BCD, 0x43FE]), one | payload())
        case 12: return (edge(of: [1, 2, 64, 0x7FFE, 0x7FFD, 0x7FC0]), one | payload())
        // What the transcendental instructions take.
        case 13, 14: return (0x3FFF - UInt16(random.below(70)), one | next())
        case 15: return (0x3FFF + UInt16(random.below(66)), one | next())
        case 16: return (0x3FFF + UInt16(random.below(16)), one | (next() & ~0 << UInt64(random.below(63))))
        default: return (UInt16(random.below(0x8000)), one | next())
        }
    }

    private mutating func edge(of exponents: [UInt16]) -> UInt16 {
        random.pick(exponents, else: 1) &+ UInt16(random.below(3)) &- 1
    }

    /// A fraction with few bits set, or many.
    private mutating func payload() -> UInt64 {
        switch random.below(4) {
        case 0: 0
        case 1: 1 << UInt64(random.below(62))
        case 2: ~0 >> UInt64(2 + random.below(60))
        default: next() >> 2
        }
    }

    private func integer(_ value: UInt64) -> (UInt16, UInt64) {
        if value == 0 { return (0, 0) }
        let shift = value.leadingZeroBitCount
        return (UInt16(0x3FFF + 63 - shift), value << UInt64(shift))
    }

    // MARK: Memory

    /// Bytes of some operand: float, double, extended, integer, decimal.
    mutating func operand() -> [UInt8] {
        switch random.below(8) {
        case 0, 1: bytes(UInt64(single()), 4)
        case 2, 3: bytes(double(), 8)
        case 4: extended() + bytes(next(), 6)
        case 5: decimal()
        case 6: bytes(UInt64(random.edge()), 4)
        default: bytes(next(), 8)
        }
    }

    mutating func single() -> UInt32 {
        let sign: UInt32 = random.chance(50) ? 1 << 31 : 0
        let fraction = UInt32(truncatingIfNeeded: payload()) & 0x7F_FFFF
        switch random.below(10) {
        case 0: return sign
        case 1: return sign | 0x7F80_0000
        case 2: return sign | 0x7FC0_0000 | fraction
        case 3: return sign | 0x7F80_0000 | max(fraction & 0x3F_FFFF, 1)
        case 4: return sign | max(fraction, 1)
        case 5: return sign | 0x3F80_0000
        case 6: return sign | UInt32(1 + random.below(30)) << 23 | fraction
        case 7: return sign | UInt32(0xFE - random.below(30)) << 23 | fraction
        case 8: return sign | UInt32(0x7F + random.below(40)) << 23 | random.word() & 0x7F_FFFF
        default: return random.word()
        }
    }

    private mutating func double() -> UInt64 {
        let sign: UInt64 = random.chance(50) ? 1 << 63 : 0
        let fraction = payload() & 0xF_FFFF_FFFF_FFFF
        switch random.below(8) {
        case 0: return sign
        case 1: return sign | 0x7FF << 52
        case 2: return sign | 0x7FF8 << 48 | fraction
        case 3: return sign | 0x7FF << 52 | max(fraction >> 1, 1)
        case 4: return sign | max(fraction, 1)
        case 5: return sign | UInt64(0x3FF + random.below(70)) << 52 | fraction
        default: return next()
        }
    }

    /// Packed decimal, mostly with valid digits.
    private mutating func decimal() -> [UInt8] {
        let digits = (0..<9).map { _ in UInt8(random.below(10) << 4 | random.below(10)) }
        let tail: [UInt8] = random.chance(20) ? [random.byte()] : [random.chance(50) ? 0x80 : 0]
        return (random.chance(10) ? digits.map { _ in random.byte() } : digits) + tail + bytes(next(), 6)
    }

    mutating func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }
}

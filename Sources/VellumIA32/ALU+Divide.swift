extension ALU {
    /// A quotient and a remainder at the operand size, or nil for #DE.
    package struct Division: Equatable, Sendable {
        package var quotient: UInt32
        package var remainder: UInt32
    }

    /// DIV: `dividend` is twice the operand size.
    package static func divide(_ dividend: UInt64, by divisor: UInt32, bits: UInt32) -> Division? {
        guard divisor != 0 else { return nil }
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: UInt64(divisor))
        guard quotient <= UInt64(mask(bits)) else { return nil }
        return Division(quotient: UInt32(quotient), remainder: UInt32(remainder))
    }

    /// IDIV: `dividend` is sign-extended to 64 bits, `divisor` to 32.
    package static func divideSigned(_ dividend: Int64, by divisor: Int32, bits: UInt32) -> Division? {
        guard divisor != 0, !(dividend == .min && divisor == -1) else { return nil }
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: Int64(divisor))
        let limit = Int64(1) << Int64(bits - 1)
        guard quotient >= -limit, quotient < limit else { return nil }
        return Division(
            quotient: UInt32(truncatingIfNeeded: quotient) & mask(bits),
            remainder: UInt32(truncatingIfNeeded: remainder) & mask(bits))
    }
}

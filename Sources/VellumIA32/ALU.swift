/// The arithmetic of IA-32 as pure functions: a value and the flags, nothing else.  The interpreter, the folding pass
/// and the tests share them.
///
/// What is not here (ADD, SUB, AND, OR, XOR, INC, DEC) is what the lazy flags describe by their operands.
package enum ALU {
    /// A result with CF, OF and AF; ZF, SF and PF follow from the value.  `value` is not extended: bits above the
    /// operand size are zero.
    package struct Result: Equatable, Sendable {
        package var value: UInt32
        package var carry: Bool
        package var overflow: Bool
        package var adjust: Bool

        @inline(__always)
        package init(_ value: UInt32, carry: Bool, overflow: Bool, adjust: Bool = false) {
            self.value = value
            self.carry = carry
            self.overflow = overflow
            self.adjust = adjust
        }
    }

    /// a + b + carry at 8, 16 or 32 bits.
    @inline(__always) package static func addWithCarry(_ a: UInt32, _ b: UInt32, carry: Bool, bits: UInt32) -> Result {
        let wide = UInt64(a) &+ UInt64(b) &+ (carry ? 1 : 0)
        let value = UInt32(truncatingIfNeeded: wide) & mask(bits)
        return Result(
            value, carry: wide &>> UInt64(bits) & 1 != 0,
            overflow: (a ^ value) & (b ^ value) & sign(bits) != 0, adjust: (a ^ b ^ value) & 0x10 != 0)
    }

    /// a - b - borrow.
    @inline(__always) package static func subtractWithBorrow(_ a: UInt32, _ b: UInt32, borrow: Bool, bits: UInt32)
        -> Result
    {
        let wide = UInt64(a) &- UInt64(b) &- (borrow ? 1 : 0)
        let value = UInt32(truncatingIfNeeded: wide) & mask(bits)
        return Result(
            value, carry: wide &>> 63 != 0,
            overflow: (a ^ b) & (a ^ value) & sign(bits) != 0, adjust: (a ^ b ^ value) & 0x10 != 0)
    }

    @inline(__always) package static func mask(_ bits: UInt32) -> UInt32 { 0xFFFF_FFFF &>> (32 &- bits) }
    @inline(__always) package static func sign(_ bits: UInt32) -> UInt32 { 1 &<< (bits &- 1) }

    /// Sign-extends the low `bits` bits.
    @inline(__always) package static func signExtend(_ value: UInt32, bits: UInt32) -> UInt32 {
        UInt32(bitPattern: Int32(bitPattern: value &<< (32 &- bits)) &>> Int32(32 &- bits))
    }
}

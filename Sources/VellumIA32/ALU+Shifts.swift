extension ALU {
    /// Shifts and rotates.  `count` is what the instruction names; it is masked to five bits here (SDM vol. 2, SAL and
    /// RCL).  The caller leaves value and flags alone when the masked count is zero.
    ///
    /// OF is defined for single shifts only; for others these functions give what processors since the P6 give: the
    /// formula of the single shift applied to the last step.  AF is given as zero after shifts.
    @inline(__always) package static func shl(_ a: UInt32, count: UInt32, bits: UInt32) -> Result {
        let count = UInt64(count & 31)
        let wide = UInt64(a) &<< count
        let value = UInt32(truncatingIfNeeded: wide) & mask(bits)
        let overflow = (value ^ UInt32(truncatingIfNeeded: wide &>> 1)) & sign(bits) != 0
        return Result(value, carry: wide &>> UInt64(bits) & 1 != 0, overflow: overflow, adjust: false)
    }

    @inline(__always) package static func shr(_ a: UInt32, count: UInt32, bits: UInt32) -> Result {
        let count = count & 31
        let value = UInt32(truncatingIfNeeded: UInt64(a) &>> UInt64(count))
        let carry = (UInt64(a) &<< 1) &>> UInt64(count) & 1 != 0
        return Result(value, carry: carry, overflow: (value &<< 1 ^ value) & sign(bits) != 0, adjust: false)
    }

    @inline(__always) package static func sar(_ a: UInt32, count: UInt32, bits: UInt32) -> Result {
        let wide = Int64(Int32(bitPattern: signExtend(a, bits: bits)))
        let value = UInt32(truncatingIfNeeded: wide &>> Int64(count & 31)) & mask(bits)
        let carry = (wide &<< 1) &>> Int64(count & 31) & 1 != 0
        return Result(value, carry: carry, overflow: false, adjust: false)
    }

    /// ROL: CF is the result's low bit.
    package static func rol(_ a: UInt32, count: UInt32, bits: UInt32) -> Result {
        let value = rotateLeft(a, by: count & (bits &- 1), bits: bits)
        let carry = value & 1 != 0
        return Result(value, carry: carry, overflow: carry != (value & sign(bits) != 0), adjust: false)
    }

    /// ROR: CF is the result's high bit.
    package static func ror(_ a: UInt32, count: UInt32, bits: UInt32) -> Result {
        let value = rotateLeft(a, by: (bits &- count) & (bits &- 1), bits: bits)
        let carry = value & sign(bits) != 0
        return Result(value, carry: carry, overflow: (value &<< 1 ^ value) & sign(bits) != 0, adjust: false)
    }

    private static func rotateLeft(_ a: UInt32, by count: UInt32, bits: UInt32) -> UInt32 {
        let wide = UInt64(a) &<< UInt64(count)
        return UInt32(truncatingIfNeeded: wide | wide &>> UInt64(bits)) & mask(bits)
    }

    /// RCL through CF; the count is taken modulo 9 or 17 for bytes and words.
    package static func rcl(_ a: UInt32, count: UInt32, carry: Bool, bits: UInt32) -> Result {
        let width = UInt64(bits) + 1
        let count = UInt64(count & 31) % width
        let wide = UInt64(a) | (carry ? 1 &<< UInt64(bits) : 0)
        let turned = (wide &<< count | wide &>> (width - count)) & ((1 &<< width) - 1)
        return throughCarry(turned, bits: bits, left: true)
    }

    package static func rcr(_ a: UInt32, count: UInt32, carry: Bool, bits: UInt32) -> Result {
        let width = UInt64(bits) + 1
        let count = UInt64(count & 31) % width
        let wide = UInt64(a) | (carry ? 1 &<< UInt64(bits) : 0)
        let turned = (wide &>> count | wide &<< (width - count)) & ((1 &<< width) - 1)
        return throughCarry(turned, bits: bits, left: false)
    }

    private static func throughCarry(_ turned: UInt64, bits: UInt32, left: Bool) -> Result {
        let value = UInt32(truncatingIfNeeded: turned) & mask(bits)
        let carry = turned &>> UInt64(bits) & 1 != 0
        let overflow = left ? carry != (value & sign(bits) != 0) : (value &<< 1 ^ value) & sign(bits) != 0
        return Result(value, carry: carry, overflow: overflow, adjust: false)
    }

    /// SHLD: `b` supplies the bits shifted in from the right.  For 16-bit operands and counts above 16 the result is
    /// undefined; this is what processors since the P6 give (the pattern a:b:a).
    @inline(__always) package static func shld(_ a: UInt32, _ b: UInt32, count: UInt32, bits: UInt32) -> Result {
        let count = UInt64(count & 31)
        let pattern: UInt64 =
            bits == 16
            ? UInt64(a & 0xFFFF) &<< 32 | UInt64(b & 0xFFFF) &<< 16 | UInt64(a & 0xFFFF) : UInt64(a) &<< 32 | UInt64(b)
        let width = bits == 16 ? UInt64(48) : 64
        let top = width - UInt64(bits)
        let value = UInt32(truncatingIfNeeded: (pattern &<< count) &>> top) & mask(bits)
        let carry = count != 0 && pattern &>> (width - count) & 1 != 0
        return Result(
            value, carry: carry, overflow: (value ^ lastStep(pattern, count, top)) & sign(bits) != 0, adjust: false)
    }

    /// The value one step before the last one of a left double shift.
    private static func lastStep(_ pattern: UInt64, _ count: UInt64, _ top: UInt64) -> UInt32 {
        count == 0
            ? UInt32(truncatingIfNeeded: pattern &>> top)
            : UInt32(truncatingIfNeeded: (pattern &<< (count - 1)) &>> top)
    }

    /// SHRD: `b` supplies the bits shifted in from the left.
    package static func shrd(_ a: UInt32, _ b: UInt32, count: UInt32, bits: UInt32) -> Result {
        let count = UInt64(count & 31)
        let pattern: UInt64 =
            bits == 16
            ? UInt64(a & 0xFFFF) &<< 32 | UInt64(b & 0xFFFF) &<< 16 | UInt64(a & 0xFFFF) : UInt64(b) &<< 32 | UInt64(a)
        let value = UInt32(truncatingIfNeeded: pattern &>> count) & mask(bits)
        let carry = count != 0 && pattern &>> (count - 1) & 1 != 0
        return Result(value, carry: carry, overflow: (value &<< 1 ^ value) & sign(bits) != 0, adjust: false)
    }
}

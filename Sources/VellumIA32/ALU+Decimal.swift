extension ALU {
    /// AX and the flags after a decimal adjustment.
    package struct Decimal: Equatable, Sendable {
        package var ax: UInt16
        package var carry: Bool
        package var adjust: Bool
    }

    /// DAA (SDM vol. 2).
    package static func daa(al: UInt8, carry: Bool, adjust: Bool) -> Result {
        var value = al
        var resultCarry = false
        let low = al & 15 > 9 || adjust
        if low {
            resultCarry = carry || al > 0xF9
            value = value &+ 6
        }
        if al > 0x99 || carry {
            value = value &+ 0x60
            resultCarry = true
        }
        return Result(
            UInt32(value), carry: resultCarry, overflow: (~al & value) & 0x80 != 0, adjust: low)
    }

    /// DAS.
    package static func das(al: UInt8, carry: Bool, adjust: Bool) -> Result {
        var value = al
        var resultCarry = false
        let low = al & 15 > 9 || adjust
        if low {
            resultCarry = carry || al < 6
            value = value &- 6
        }
        if al > 0x99 || carry {
            value = value &- 0x60
            resultCarry = true
        }
        return Result(
            UInt32(value), carry: resultCarry, overflow: (al & ~value) & 0x80 != 0, adjust: low)
    }

    /// AAA: AX = AX + 106h where needed, and the upper half of AL is cleared (as on the 286 and later).
    package static func aaa(ax: UInt16, adjust: Bool) -> Decimal {
        let needed = ax & 15 > 9 || adjust
        return Decimal(ax: (needed ? ax &+ 0x106 : ax) & 0xFF0F, carry: needed, adjust: needed)
    }

    /// AAS.
    package static func aas(ax: UInt16, adjust: Bool) -> Decimal {
        let needed = ax & 15 > 9 || adjust
        return Decimal(ax: (needed ? ax &- 0x106 : ax) & 0xFF0F, carry: needed, adjust: needed)
    }

    /// AAM: AH = AL / base, AL = AL mod base.  `base` is not zero.
    package static func aam(al: UInt8, base: UInt8) -> UInt16 {
        base == 0 ? 0 : UInt16(al / base) << 8 | UInt16(al % base)
    }

    /// AAD: AL = AL + AH × base, AH = 0.
    package static func aad(ax: UInt16, base: UInt8) -> UInt16 {
        UInt16(UInt8(truncatingIfNeeded: ax) &+ UInt8(truncatingIfNeeded: ax >> 8) &* base)
    }
}

import VellumIA32

/// Reading and writing the lazy arithmetic flags.
///
/// ZF, SF and PF come from `flagResult` alone and CF from the carry operands; OF and AF depend on the kind.
extension UnsafeMutablePointer where Pointee == GuestVisible {
    @inline(__always) package var zeroFlag: Bool { UInt32(truncatingIfNeeded: pointee.flagResult) == 0 }
    @inline(__always) package var signFlag: Bool { pointee.flagResult < 0 }
    @inline(__always) package var parityFlag: Bool {
        let folded = UInt8(truncatingIfNeeded: pointee.flagResult ^ (pointee.flagResult >> 32))
        return folded.nonzeroBitCount & 1 == 0
    }

    /// CF.
    @inline(__always) package var carryFlag: Bool { pointee.carryLeft < pointee.carryRight }

    /// OF.
    package var overflowFlag: Bool {
        let result = UInt32(truncatingIfNeeded: pointee.flagResult)
        let kind = pointee.flagKind
        switch FlagKind(stored: kind) {
        case .explicit: return kind & 1 << 11 != 0
        case .add8: return overflowOfAdd(result) & 0x80 != 0
        case .add16: return overflowOfAdd(result) & 0x8000 != 0
        case .add32: return overflowOfAdd(result) & 0x8000_0000 != 0
        case .sub8: return overflowOfSubtract(result) & 0x80 != 0
        case .sub16: return overflowOfSubtract(result) & 0x8000 != 0
        case .sub32: return overflowOfSubtract(result) & 0x8000_0000 != 0
        case .inc8: return result & 0xFF == 0x80
        case .inc16: return result & 0xFFFF == 0x8000
        case .inc32: return result == 0x8000_0000
        case .dec8: return result & 0xFF == 0x7F
        case .dec16: return result & 0xFFFF == 0x7FFF
        case .dec32: return result == 0x7FFF_FFFF
        }
    }

    /// AF.
    package var adjustFlag: Bool {
        let result = UInt32(truncatingIfNeeded: pointee.flagResult)
        let right = pointee.carryRight
        let kind = pointee.flagKind
        switch FlagKind(stored: kind) {
        case .explicit: return kind & 1 << 4 != 0
        case .add8, .add16, .add32: return (result ^ right ^ (result &- right)) & 0x10 != 0
        case .sub8, .sub16, .sub32: return (result ^ right ^ (result &+ right)) & 0x10 != 0
        case .inc8, .inc16, .inc32: return result & 15 == 0
        case .dec8, .dec16, .dec32: return result & 15 == 15
        }
    }

    /// OF and AF of an operation that has not made them explicit.
    @inline(never) private var overflowAndAdjust: UInt32 {
        let result = UInt32(truncatingIfNeeded: pointee.flagResult)
        let (overflow, adjust): (Bool, Bool)
        switch FlagKind(stored: pointee.flagKind) {
        // What loops count by, and what the kernel's code compares with, is worth a way of its own.
        case .dec32: (overflow, adjust) = (result == 0x7FFF_FFFF, result & 15 == 15)
        case .explicit: return pointee.flagKind
        default: (overflow, adjust) = (overflowFlag, adjustFlag)
        }
        return (overflow ? EFlags.overflow.rawValue : 0) | (adjust ? EFlags.adjust.rawValue : 0)
    }

    private func overflowOfAdd(_ result: UInt32) -> UInt32 {
        let left = result &- pointee.carryRight
        return (left ^ result) & (pointee.carryRight ^ result)
    }

    private func overflowOfSubtract(_ result: UInt32) -> UInt32 {
        let left = result &+ pointee.carryRight
        return (left ^ pointee.carryRight) & (left ^ result)
    }

    /// The six arithmetic flags at their EFLAGS positions.
    package var arithmeticFlags: EFlags {
        get {
            var flags = pointee.flagKind & 15 == 0 ? pointee.flagKind : overflowAndAdjust
            flags |= UInt32(carryFlag ? 1 : 0) | (parityFlag ? EFlags.parity.rawValue : 0)
            flags |= (zeroFlag ? EFlags.zero.rawValue : 0) | (signFlag ? EFlags.sign.rawValue : 0)
            return EFlags(rawValue: flags)
        }
        nonmutating set {
            pointee.flagKind = newValue.rawValue & (EFlags.overflow.rawValue | EFlags.adjust.rawValue)
            pointee.carryLeft = 0
            pointee.carryRight = newValue.rawValue & EFlags.carry.rawValue
            pointee.flagResult = UnsafeMutablePointer.flagResult(for: newValue)
        }
    }

    /// A `flagResult` whose ZF, SF and PF are those given, contradictory or not.
    package static func flagResult(for flags: EFlags) -> Int64 {
        let low: UInt64 = flags.contains(.zero) ? 0 : 1
        let high: UInt64 = flags.contains(.sign) ? 0x8000_0000_0000_0000 : 0
        // Byte 0 xor byte 4 must have even parity exactly when PF is set; byte 0 is 0 or 1.
        let odd = low ^ (flags.contains(.parity) ? 0 : 1)
        return Int64(bitPattern: high | odd << 32 | low)
    }

    /// True when the condition holds (SDM vol. 1, appendix B).
    package func holds(_ condition: Condition) -> Bool {
        switch condition {
        case .overflow: overflowFlag
        case .notOverflow: !overflowFlag
        case .below: carryFlag
        case .notBelow: !carryFlag
        case .zero: zeroFlag
        case .notZero: !zeroFlag
        case .belowOrEqual: carryFlag || zeroFlag
        case .above: !(carryFlag || zeroFlag)
        case .sign: signFlag
        case .notSign: !signFlag
        case .parity: parityFlag
        case .notParity: !parityFlag
        case .less: signFlag != overflowFlag
        case .notLess: signFlag == overflowFlag
        case .lessOrEqual: zeroFlag || signFlag != overflowFlag
        case .greater: !zeroFlag && signFlag == overflowFlag
        }
    }
}

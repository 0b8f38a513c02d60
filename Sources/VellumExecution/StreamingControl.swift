import CVellumSupport
import VellumMicroOps

/// MXCSR (SDM vol. 1, section 10.2.3), and what unmasked exceptions leave in it (sections 11.5.2 and 11.5.3).
///
/// Instructions run with every exception masked; this works out which flags they would have raised unmasked.
struct StreamingControl {
    private static let overflow: UInt32 = 1 << 3
    private static let underflow: UInt32 = 1 << 4
    private static let precision: UInt32 = 1 << 5
    /// Invalid, denormal, divide by zero: found before the operation.
    private static let before: UInt32 = 0x07
    private static let flushToZero: UInt32 = 1 << 15

    private let mxcsr: UInt32
    /// The flags whose exceptions are not masked.
    let unmasked: UInt32

    init(_ mxcsr: UInt32) {
        self.mxcsr = mxcsr
        unmasked = ~(mxcsr >> 7) & 0x3F
    }

    /// Flush-to-zero counts only while underflow is masked.
    var effective: UInt32 { unmasked & Self.underflow != 0 ? mxcsr & ~Self.flushToZero : mxcsr }

    /// The flags that an instruction leaves, given those that it raised with all masked.
    func flags(
        _ raised: UInt32, _ code: CoprocessorCode, _ target: vellum_xmm, _ source: vellum_xmm, _ result: vellum_xmm
    ) -> UInt32 {
        // An unmasked exception found beforehand keeps the operation from running at all.
        if raised & Self.before & unmasked != 0 { return raised & Self.before }
        guard unmasked & (Self.overflow | Self.underflow) != 0, code.mayUnderflow else { return raised }
        let lanes: Range<UInt32> = code.isScalar ? 0..<1 : 0..<4
        return lanes.reduce(0) { $0 | laneFlags(code, Vectors.lane(target, $1), Vectors.lane(source, $1)) }
    }

    /// Unmasked underflow needs no loss of precision, and precision is judged as if exponents had no limits.
    private func laneFlags(_ code: CoprocessorCode, _ target: UInt64, _ source: UInt64) -> UInt32 {
        var result = vellum_xmm(low: target, high: 0)
        var operand = vellum_xmm(low: source, high: 0)
        var flags = vellum_sse(UInt32(code.opcode), true, 0, effective, &result, &operand)
        let bits = UInt32(truncatingIfNeeded: result.low)
        if bits & 0x7F80_0000 == 0, bits & 0x007F_FFFF != 0 { flags |= Self.underflow }
        if unmasked & Self.underflow == 0, flags & Self.precision == 0 { flags &= ~Self.underflow }
        if flags & unmasked & (Self.overflow | Self.underflow) != 0 {
            let isExact = Self.isExact(
                code.opcode, UInt32(truncatingIfNeeded: target), UInt32(truncatingIfNeeded: source))
            flags = isExact ? flags & ~Self.precision : flags | Self.precision
        }
        return flags
    }

    /// The result has no more than 24 bits.  Products and sums near the limits of a float fit a double; a quotient is
    /// exact when it leads back to the dividend.
    private static func isExact(_ opcode: UInt8, _ target: UInt32, _ source: UInt32) -> Bool {
        let a = Double(Float(bitPattern: target))
        let b = Double(Float(bitPattern: source))
        switch opcode {
        case 0x59: return isShort(a * b)
        case 0x5E: return isShort(a / b) && a / b * b == a
        default:
            let second = opcode == 0x5C ? -b : b
            let sum = a + second
            return isShort(sum) && sum - a == second && sum - second == a
        }
    }

    private static func isShort(_ value: Double) -> Bool { value.significandBitPattern & 0x1FFF_FFFF == 0 }
}

extension CoprocessorCode {
    /// ADD, MUL, SUB, DIV.
    fileprivate var mayUnderflow: Bool { opcode == 0x58 || opcode == 0x59 || opcode == 0x5C || opcode == 0x5E }
}

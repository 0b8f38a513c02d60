import CVellumSupport
import VellumMicroOps

/// Shuffles and masks of vectors: pure functions.
enum Vectors {
    /// PSHUFW: each two bits of the order name a word of the source.
    static func shuffleWords(_ source: UInt64, _ order: UInt32) -> UInt64 {
        (0..<4 as Range<UInt64>).reduce(0) { result, index in
            let chosen = UInt64(order) >> (index * 2) & 3
            return result | (source >> (chosen * 16) & 0xFFFF) << (index * 16)
        }
    }

    /// PINSRW.
    static func insertWord(_ target: UInt64, _ word: UInt64, _ index: UInt32) -> UInt64 {
        let shift = UInt64(index & 3) * 16
        return target & ~(0xFFFF << shift) | (word & 0xFFFF) << shift
    }

    /// PMOVMSKB: bit 7 of each byte.
    static func signs(_ source: UInt64) -> UInt32 {
        (0..<8 as Range<UInt64>).reduce(0) { $0 | UInt32(truncatingIfNeeded: source >> ($1 * 8 + 7) & 1) << UInt32($1) }
    }

    /// MOVMSKPS: the sign of each float.
    static func signs(_ source: vellum_xmm) -> UInt32 {
        let low = source.low >> 31 & 1 | source.low >> 62 & 2
        let high = source.high >> 31 & 1 | source.high >> 62 & 2
        return UInt32(truncatingIfNeeded: low | high << 2)
    }

    static func lane(_ vector: vellum_xmm, _ index: UInt32) -> UInt64 {
        (index & 2 == 0 ? vector.low : vector.high) >> UInt64((index & 1) * 32) & 0xFFFF_FFFF
    }

    /// SHUFPS: the low two lanes from the target, the high two from the source.
    static func shuffle(_ target: vellum_xmm, _ source: vellum_xmm, _ order: UInt32) -> vellum_xmm {
        vellum_xmm(
            low: lane(target, order & 3) | lane(target, order >> 2 & 3) << 32,
            high: lane(source, order >> 4 & 3) | lane(source, order >> 6 & 3) << 32)
    }
}

extension CoprocessorCode {
    /// The instruction reads or writes an MMX register or EMMS.
    var usesMMX: Bool {
        switch opcode {
        case 0x60...0x7F, 0xC4, 0xC5, 0xD1...0xFE: true
        // CVTPI2PS with memory touches none, but the Pentium III waits and switches all the same.
        case 0x2A, 0x2C, 0x2D: !isScalar
        default: false
        }
    }

    /// ModRM.rm names an MMX register.
    var readsMMX: Bool {
        switch opcode {
        case 0x10...0x29, 0x2C...0x5F, 0xC2, 0xC6: false
        default: true
        }
    }

    var mustBeAligned: Bool {
        switch opcode {
        case 0x10, 0x11: false
        case 0xAE: size == 512
        default: size == 16
        }
    }

    /// The multiple that #AC asks for.
    var vectorAlignment: UInt32 { size == 512 ? 16 : UInt32(max(size, 1)) }
}

extension UnsafeMutablePointer where Pointee == FloatingPointState {
    /// Every MMX instruction but EMMS makes all registers valid and TOP zero (SDM vol. 1, section 9.5).
    func enterMMX() {
        pointee.top = 0
        pointee.tags = 0xFF
    }

    /// A write to an MMX register sets sign and exponent of the register that it is part of to ones.
    func markMMX(_ code: CoprocessorCode) {
        switch code.opcode {
        case 0x7E, 0x77, 0xC5, 0xD7: break
        case 0x7F, 0x71...0x73: vellum_fpu_register(self, code.rm).pointee.exponent = 0xFFFF
        default: vellum_fpu_register(self, code.reg).pointee.exponent = 0xFFFF
        }
    }
}

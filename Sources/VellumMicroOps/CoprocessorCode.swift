import VellumIA32

/// The `immediate` of x87, MMX and SSE micro-ops: which instruction, and what of the mode it depends on.
package struct CoprocessorCode: RawRepresentable, Equatable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// - Parameters:
    ///   - opcode: x87: the low three bits of the escape; MMX and SSE: the byte after 0F.
    ///   - modRM: the ModRM byte.
    ///   - size: bytes of the memory operand, one of `sizes`.
    ///   - immediate: the immediate byte.
    package init(opcode: UInt8, modRM: UInt8, size: Int = 0, immediate: UInt32 = 0) {
        let index = CoprocessorCode.sizes.firstIndex(of: size) ?? 0
        rawValue = UInt32(opcode) << 8 | UInt32(modRM) | UInt32(index) << 16 | (immediate & 0xFF) << 20
    }

    /// What memory operands come in: up to two 16-byte registers; environments and states.
    private static let sizes = [0, 1, 2, 4, 8, 10, 14, 16, 28, 94, 108, 512]

    /// F3 before an SSE opcode: the scalar form.
    package static let scalar: UInt32 = 1 << 28
    /// Environments in the layout of 16-bit operands; of real and virtual-8086 mode.
    package static let word: UInt32 = 1 << 29
    package static let real: UInt32 = 1 << 30

    package var modRM: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
    package var isMemory: Bool { rawValue & 0xC0 != 0xC0 }
    package var reg: UInt32 { rawValue >> 3 & 7 }
    package var rm: UInt32 { rawValue & 7 }
    package var opcode: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 8) }
    /// The eleven bits of x87's last-opcode register.
    package var escape: UInt32 { rawValue & 0x7FF }
    package var size: Int {
        let index = Int(rawValue >> 16 & 15)
        return index < CoprocessorCode.sizes.count ? CoprocessorCode.sizes[index] : 0
    }
    package var immediate: UInt32 { rawValue >> 20 & 0xFF }
    package var isScalar: Bool { rawValue & CoprocessorCode.scalar != 0 }
    package var isWord: Bool { rawValue & CoprocessorCode.word != 0 }
    package var isReal: Bool { rawValue & CoprocessorCode.real != 0 }
}

/// The field `e` of x87, MMX and SSE micro-ops: a segment, and whether the mode proves it flat.
package enum SegmentField {
    package static let flat: UInt8 = 0x80

    package static func make(_ segment: SegmentRegister, flat isFlat: Bool) -> UInt8 {
        segment.rawValue | (isFlat ? flat : 0)
    }
}

extension MicroOpcode {
    /// x87, MMX and SSE: their state is none of the register file's, and each of them changes it.
    package var isCoprocessor: Bool {
        rawValue >= MicroOpcode.wait.rawValue && rawValue <= MicroOpcode.simdWrite.rawValue
    }
}

/// The eight general registers, in encoding order (SDM vol. 2, table 2-2).
package enum GeneralRegister: UInt8, CaseIterable, Sendable {
    case eax, ecx, edx, ebx, esp, ebp, esi, edi
}

/// The six segment registers, in encoding order.
package enum SegmentRegister: UInt8, CaseIterable, Sendable {
    case es, cs, ss, ds, fs, gs
}

/// The width of an operand or of an address, in bytes.
package enum OperandSize: UInt8, Sendable {
    case byte = 1
    case word = 2
    case dword = 4

    /// The bits that a value of this size occupies.
    package var mask: UInt32 {
        switch self {
        case .byte: 0xFF
        case .word: 0xFFFF
        case .dword: 0xFFFF_FFFF
        }
    }

    package var bits: UInt32 { UInt32(rawValue) * 8 }
}

/// A processor that guests may be shown, oldest first.  A row of the instruction table names the first that has it.
package enum CPULevel: UInt8, Comparable, Sendable {
    case i8086, i186, i286, i386, i486, pentium, pentiumPro, pentium3

    package static func < (a: CPULevel, b: CPULevel) -> Bool { a.rawValue < b.rawValue }
}

/// Bits of the EFLAGS register (SDM vol. 1, section 3.4.3).
package struct EFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static var carry: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 0) } }
    package static var parity: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 2) } }
    package static var adjust: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 4) } }
    package static var zero: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 6) } }
    package static var sign: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 7) } }
    package static var trap: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 8) } }
    package static var interrupt: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 9) } }
    package static var direction: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 10) } }
    package static var overflow: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 11) } }
    package static var ioPrivilege: EFlags { @inline(__always) get { EFlags(rawValue: 3 << 12) } }
    package static var nestedTask: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 14) } }
    package static var resume: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 16) } }
    package static var virtual8086: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 17) } }
    package static var alignmentCheck: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 18) } }
    package static var virtualInterrupt: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 19) } }
    package static var virtualInterruptPending: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 20) } }
    package static var identification: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 21) } }

    /// CF PF AF ZF SF OF: the flags that translated code computes.
    package static var arithmetic: EFlags { @inline(__always) get { EFlags(rawValue: 0x8D5) } }
    /// Every flag that the register holds.
    package static let all: EFlags = [
        .arithmetic, .trap, .interrupt, .direction, .ioPrivilege, .nestedTask, .resume, .virtual8086, .alignmentCheck,
        .virtualInterrupt, .virtualInterruptPending, .identification,
    ]
    /// Bit 1 always reads as one.
    package static var fixed: EFlags { @inline(__always) get { EFlags(rawValue: 1 << 1) } }
}

/// The sixteen conditions of Jcc, SETcc and CMOVcc, in encoding order; odd ones negate the one before.
package enum Condition: UInt8, CaseIterable, Sendable {
    case overflow, notOverflow, below, notBelow, zero, notZero, belowOrEqual, above
    case sign, notSign, parity, notParity, less, notLess, lessOrEqual, greater

    /// The flags that the condition looks at.
    package var reads: EFlags {
        switch self {
        case .overflow, .notOverflow: .overflow
        case .below, .notBelow: .carry
        case .zero, .notZero: .zero
        case .belowOrEqual, .above: [.carry, .zero]
        case .sign, .notSign: .sign
        case .parity, .notParity: .parity
        case .less, .notLess: [.sign, .overflow]
        case .lessOrEqual, .greater: [.sign, .overflow, .zero]
        }
    }
}

/// Bits of the EFLAGS register (SDM vol. 1, section 3.4.3).
package struct EFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let carry = EFlags(rawValue: 1 << 0)
    package static let parity = EFlags(rawValue: 1 << 2)
    package static let adjust = EFlags(rawValue: 1 << 4)
    package static let zero = EFlags(rawValue: 1 << 6)
    package static let sign = EFlags(rawValue: 1 << 7)
    package static let trap = EFlags(rawValue: 1 << 8)
    package static let interrupt = EFlags(rawValue: 1 << 9)
    package static let direction = EFlags(rawValue: 1 << 10)
    package static let overflow = EFlags(rawValue: 1 << 11)
    package static let ioPrivilege = EFlags(rawValue: 3 << 12)
    package static let nestedTask = EFlags(rawValue: 1 << 14)
    package static let resume = EFlags(rawValue: 1 << 16)
    package static let virtual8086 = EFlags(rawValue: 1 << 17)
    package static let alignmentCheck = EFlags(rawValue: 1 << 18)
    package static let virtualInterrupt = EFlags(rawValue: 1 << 19)
    package static let virtualInterruptPending = EFlags(rawValue: 1 << 20)
    package static let identification = EFlags(rawValue: 1 << 21)

    /// CF PF AF ZF SF OF: the flags that translated code computes.
    package static let arithmetic: EFlags = [.carry, .parity, .adjust, .zero, .sign, .overflow]
    /// Every flag that the register holds.
    package static let all: EFlags = [
        .arithmetic, .trap, .interrupt, .direction, .ioPrivilege, .nestedTask, .resume, .virtual8086, .alignmentCheck,
        .virtualInterrupt, .virtualInterruptPending, .identification,
    ]
    /// Bit 1 always reads as one.
    package static let fixed = EFlags(rawValue: 1 << 1)
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

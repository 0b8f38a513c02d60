import VellumIA32

/// Which flags an instruction leaves undefined, more exactly than its row can say, because the count of a shift may be
/// known.
package struct UndefinedFlags {
    /// - Parameters:
    ///   - count: the count of a shift or rotate before masking, if it is known.
    ///   - bits: operand width.
    package static func after(_ row: InstructionRow, count: UInt32?, bits: UInt32, before: EFlags) -> EFlags {
        let kept = before.subtracting(row.flagsWritten)
        switch row.operation {
        case .rol, .ror, .rcl, .rcr, .shl, .shr, .sar, .shld, .shrd:
            guard let count else { return before.union(row.flagsUndefined) }
            if count & 31 == 0 { return before }
            return kept.union(shift(row.operation, count & 31, bits))
        case .cmps, .scas:
            // A repeat count of zero leaves the flags.
            return before
        default:
            return kept.union(row.flagsUndefined)
        }
    }

    private static func shift(_ operation: Operation, _ count: UInt32, _ bits: UInt32) -> EFlags {
        var undefined: EFlags = count == 1 ? [] : .overflow
        switch operation {
        case .rol, .ror, .rcl, .rcr: break
        case .shl, .shr:
            undefined.insert(.adjust)
            if count >= bits { undefined.insert(.carry) }
        case .shld, .shrd:
            undefined.insert(.adjust)
            if count > bits { undefined = .arithmetic }
        default: undefined.insert(.adjust)
        }
        return undefined
    }
}

import VellumIA32

/// How a fragment may end: a closed set.
package enum Terminal: Equatable, Sendable {
    /// To one place.
    case jump(UInt32)
    /// To `taken` when the condition holds, else to `next`.
    case branch(Condition, taken: UInt32, next: UInt32)
    /// To `taken` when the 16- or 32-bit slot is (or is not) zero.
    case slotBranch(RegisterSlot, size: UInt8, ifZero: Bool, taken: UInt32, next: UInt32)
    /// To `taken` when the slot is not zero and ZF equals `zero`.
    case loopWhile(RegisterSlot, size: UInt8, zero: Bool, taken: UInt32, next: UInt32)
    /// Where the slot says.
    case indirect(RegisterSlot)
    /// Near return through a flat 32-bit stack, dropping bytes.
    case return32(UInt32)
    /// Raises a fault at the current instruction.
    case fault(ExceptionVector, errorCode: UInt32)
    /// Back to the run loop, which goes on at the address.
    case exit(UInt32)
}

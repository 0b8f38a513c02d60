/// Where external interrupts come from: the PIC or APIC, adapted by the board.
package protocol InterruptSource: AnyObject {
    /// The INTR pin.
    var interruptPending: Bool { get }
    /// The interrupt-acknowledge cycle: returns the vector.
    func acknowledge() -> UInt8
    /// FERR#: an unmasked x87 exception waits while CR0.NE is clear.
    func setNumericError(_ active: Bool)
    /// IGNNE#: waiting x87 instructions run all the same.
    var ignoresNumericErrors: Bool { get }
}

extension InterruptSource {
    /// A board that does not wire FERR#.
    package func setNumericError(_ active: Bool) {}
    package var ignoresNumericErrors: Bool { false }
}

/// Virtual time as instructions see it.
package protocol TimeSource: AnyObject {
    /// The time-stamp counter, before `tscOffset` is added, when so many instructions have retired.
    func timestampCounter(at instructions: UInt64) -> UInt64
}

/// Where external interrupts come from: the PIC or APIC, adapted by the board.
package protocol InterruptSource: AnyObject {
    /// The INTR pin.
    var interruptPending: Bool { get }
    /// The interrupt-acknowledge cycle: returns the vector.
    func acknowledge() -> UInt8
    /// A non-maskable interrupt waits.
    var nonMaskablePending: Bool { get }
    /// The processor takes it.
    func acknowledgeNonMaskable()
    /// IA32_APIC_BASE changed: where the local APIC's registers are, and whether (bit 11).
    func setAPICBase(_ value: UInt64)
    /// FERR#: an unmasked x87 exception waits while CR0.NE is clear.
    func setNumericError(_ active: Bool)
    /// IGNNE#: waiting x87 instructions run all the same.
    var ignoresNumericErrors: Bool { get }
}

extension InterruptSource {
    package var nonMaskablePending: Bool { false }
    package func acknowledgeNonMaskable() {}
    /// A processor without a local APIC.
    package func setAPICBase(_ value: UInt64) {}
    /// A board that does not wire FERR#.
    package func setNumericError(_ active: Bool) {}
    package var ignoresNumericErrors: Bool { false }
}

/// Virtual time as instructions see it.
package protocol TimeSource: AnyObject {
    /// The time-stamp counter, before `tscOffset` is added, when so many instructions have retired.
    func timestampCounter(at instructions: UInt64) -> UInt64
}

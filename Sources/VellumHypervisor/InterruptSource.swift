/// Where external interrupts come from: the PIC or APIC, adapted by the board.
package protocol InterruptSource: AnyObject {
    /// The INTR pin.
    var interruptPending: Bool { get }
    /// The interrupt-acknowledge cycle: returns the vector.
    func acknowledge() -> UInt8
}

/// Virtual time as instructions see it.
package protocol TimeSource: AnyObject {
    /// The time-stamp counter before `tscOffset` is added.  It counts the instructions of the running fragment too.
    var timestampCounter: UInt64 { get }
}

/// The logic that leads the processor's FERR# to IRQ 13, as the PC/AT has it for its coprocessor.
///
/// FERR# sets a latch, whose output is the interrupt.  A write to port F0h clears the latch and asserts IGNNE#, so that
/// the handler may use x87 instructions, until FERR# goes away (Intel 82371SB, "IGNNE#" and "Coprocessor error").
package final class NumericError: Device, PortDevice {
    package struct State: Codable, Equatable, Sendable {
        var error = false
        var ignores = false
    }

    package let ports: [ClosedRange<UInt16>] = [0xF0...0xF1]
    private let line: any InterruptLine
    package var state = State()

    /// - Parameter line: IRQ 13.
    package init(line: any InterruptLine) { self.line = line }

    package func reset() { state = State() }

    /// The level of IGNNE#, true when asserted.
    package var ignoresErrors: Bool { state.ignores }

    /// FERR# changed.
    package func setError(_ active: Bool) {
        if active, !state.error { line.set(true) }
        state.error = active
        if !active { state.ignores = false }
    }

    package func read(port: UInt16) -> UInt8 { 0xFF }

    package func write(port: UInt16, value: UInt8) {
        line.set(false)
        if port == 0xF0 { state.ignores = state.error }
    }
}

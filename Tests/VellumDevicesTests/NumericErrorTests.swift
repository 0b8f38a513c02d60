import Testing

@testable import VellumDevices

/// FERR#, IGNNE# and IRQ 13 (Intel 82371SB, "Coprocessor error").
@Suite struct NumericErrorTests {
    @Test func anErrorRaisesTheLineUntilPortF0IsWritten() {
        let line = LineProbe()
        let device = NumericError(line: line)
        device.setError(true)
        #expect(line.level)
        #expect(!device.ignoresErrors)
        device.out(0xF0, 0)
        #expect(!line.level)
        #expect(device.ignoresErrors)
        // IGNNE# lasts as long as FERR#.
        device.setError(false)
        #expect(!device.ignoresErrors)
        device.setError(true)
        #expect(line.rises == 2)
    }

    @Test func withoutAnErrorPortF0DoesNothing() {
        let line = LineProbe()
        let device = NumericError(line: line)
        device.out(0xF0, 0)
        #expect(!device.ignoresErrors)
        #expect(line.changes.isEmpty)
    }
}

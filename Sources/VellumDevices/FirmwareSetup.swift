/// What a PC's firmware writes to the ports before it starts an operating system: the board does so for guests that
/// it boots without firmware.
package enum FirmwareSetup {
    /// One byte written to a port.
    package typealias Write = (port: UInt16, value: UInt8)

    /// Interrupt vectors 08h–0Fh and 70h–77h; timer, keyboard, cascade and floppy enabled, and nothing of the slave.
    private static let interrupts: [Write] = [
        (0x20, 0x11), (0x21, 0x08), (0x21, 0x04), (0x21, 0x01), (0x21, 0xB8),
        (0xA0, 0x11), (0xA1, 0x70), (0xA1, 0x02), (0xA1, 0x01), (0xA1, 0xFF),
    ]

    /// The system timer at 18.2 Hz, memory refresh, and the speaker's counter as a square wave.
    private static let timer: [Write] = [
        (0x43, 0x36), (0x40, 0x00), (0x40, 0x00), (0x43, 0x54), (0x41, 0x12), (0x43, 0xB6), (0x42, 0x33), (0x42, 0x05),
    ]

    /// Keyboard interrupt and translation on, self-test passed, second port off.
    private static let keyboard: [Write] = [(0x64, 0x60), (0x60, 0x65)]

    /// All of it, in order.
    package static let writes: [Write] = interrupts + timer + keyboard
}

/// The port through which a test program ends the run, as QEMU's isa-debug-exit.
package final class DebugExit: Device, PortDevice {
    /// It keeps nothing.
    package struct State: Codable, Equatable, Sendable {}

    package let ports: [ClosedRange<UInt16>]
    /// Called with the value written, whatever its width; the board ends the run after the instruction.
    package var exit: (UInt32) -> Void
    package var state = State()

    /// - Parameters:
    ///   - port: the first port.
    ///   - size: how many ports there are, 1–4; those past FFFFh are left out.
    package init(port: UInt16 = 0xF4, size: UInt16 = 4, exit: @escaping (UInt32) -> Void) {
        let last = UInt16(clamping: UInt32(port) + UInt32(min(max(size, 1), 4)) - 1)
        ports = [port...last]
        self.exit = exit
    }

    package func reset() {}
    package func read(port: UInt16) -> UInt8 { 0xFF }
    package func write(port: UInt16, value: UInt8) { exit(UInt32(value)) }
    package func write(port: UInt16, value: UInt32, width: Int) {
        exit(width == 2 ? value & 0xFFFF : value)
    }
}

/// The debug consoles that firmware and small kernels print to: port E9h of Bochs and port 402h of SeaBIOS.  Both read
/// as E9h, which is how software finds them.
package final class DebugConsole: Device, PortDevice {
    /// It keeps nothing.
    package struct State: Codable, Equatable, Sendable {}

    package let ports: [ClosedRange<UInt16>] = [0xE9...0xE9, 0x402...0x402]
    /// Takes each byte with the port that it was written to.
    package var print: (UInt8, UInt16) -> Void
    package var state = State()

    package init(print: @escaping (UInt8, UInt16) -> Void) { self.print = print }

    package func reset() {}
    package func read(port: UInt16) -> UInt8 { 0xE9 }
    package func write(port: UInt16, value: UInt8) { print(value, port) }
}

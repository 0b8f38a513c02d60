/// A chip on the board.
///
/// A device knows no thread, no host and no CPU: it is told the virtual time, raises interrupt lines that it was
/// given, and its whole state is a value that can be saved and restored.
package protocol Device: AnyObject {
    /// Everything that a later run needs to go on from here.
    associatedtype State: Codable & Equatable & Sendable
    /// The device's state; setting it restores the device.  That does not drive its lines: their levels belong to the
    /// state of what they lead to.
    var state: State { get set }
    /// Puts the device into its state after a hardware reset.
    func reset()
}

/// A device with registers in the I/O space.
package protocol PortDevice: AnyObject {
    /// The ports that the device answers at.
    var ports: [ClosedRange<UInt16>] { get }
    /// Reads one byte, with the side effects the chip has.
    func read(port: UInt16) -> UInt8
    /// Writes one byte.
    func write(port: UInt16, value: UInt8)
    /// A wider access; `width` is 2 or 4.  By default it is split into byte accesses, low port first.
    func read(port: UInt16, width: Int) -> UInt32
    func write(port: UInt16, value: UInt32, width: Int)
}

extension PortDevice {
    package func read(port: UInt16, width: Int) -> UInt32 {
        var value: UInt32 = 0
        for byte in 0..<width {
            value |= UInt32(read(port: port &+ UInt16(byte))) << UInt32(byte * 8)
        }
        return value
    }

    package func write(port: UInt16, value: UInt32, width: Int) {
        for byte in 0..<width {
            write(port: port &+ UInt16(byte), value: UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)))
        }
    }
}

/// A device whose ports move while the machine runs, as a PCI base address says.
package protocol RelocatableDevice: PortDevice {
    /// Called when `ports` has changed.
    var onPortsChange: () -> Void { get set }
}

/// A device with registers or memory in the physical address space.  `offset` counts from the start of the range it
/// was mapped at; `width` is 1, 2 or 4, and an access never crosses the range's end.
package protocol MemoryDevice: AnyObject {
    func read(offset: UInt32, width: Int) -> UInt32
    func write(offset: UInt32, value: UInt32, width: Int)
}

/// A wire that a device drives.
package protocol InterruptLine: AnyObject {
    /// Drives the line to a level.  Setting the level that it already has does nothing.
    func set(_ level: Bool)
}

/// Memory as a device reaches it that transfers by itself.
package protocol DMABus: AnyObject {
    /// Reads memory from a physical address on; what is no memory reads as ones.
    func read(address: UInt32, into bytes: UnsafeMutableRawBufferPointer)
    /// Writes memory; what is no RAM takes nothing.
    func write(address: UInt32, from bytes: UnsafeRawBufferPointer)
}

/// Virtual time and the alarm that a device may set on it.
package protocol VirtualClock: AnyObject {
    /// Nanoseconds of virtual time since power-on.
    var now: UInt64 { get }
}

/// A device that has something to do at a later virtual time.
package protocol TimedDevice: AnyObject {
    /// The virtual time, in nanoseconds, at which `advance` must next be called; nil when nothing is planned.  The
    /// board reads it after every access to the device and after every `advance`.
    var deadline: UInt64? { get }
    /// Brings the device up to `now`: lines change, counters reload.
    func advance(to now: UInt64)
}

/// A function in a PCI device's configuration space.
package protocol PCIFunction: AnyObject {
    /// Reads the aligned 32-bit register at `offset`.
    func readConfiguration(offset: UInt8) -> UInt32
    /// Writes those bytes of the aligned register whose bits are set in `mask`.
    func writeConfiguration(offset: UInt8, value: UInt32, mask: UInt32)
}

/// PCI configuration mechanism 1 (PCI Local Bus Specification 2.2, section 3.2.2.3.2): the address at port CF8h, the
/// data at CFCh–CFFh.  Where no function was attached it answers with ones: nothing here.
package final class PCIConfiguration: Device, PortDevice {
    package struct State: Codable, Equatable, Sendable {
        /// Enable (bit 31), bus (16–23), device (11–15), function (8–10), register (2–7).
        var address: UInt32 = 0
    }

    /// CF9h in between belongs to the reset control, since the address register takes 32-bit accesses only.
    package let ports: [ClosedRange<UInt16>] = [0xCF8...0xCF8, 0xCFC...0xCFF]
    package var state = State()
    /// Functions by bits 8–23 of their address.
    private var functions: [UInt32: any PCIFunction] = [:]

    package init() {}

    package func reset() { state = State() }

    /// Attaches a function; one that was at the same place before goes.
    package func attach(_ function: any PCIFunction, bus: UInt8 = 0, device: UInt8, function number: UInt8 = 0) {
        functions[UInt32(bus) << 8 | UInt32(device & 31) << 3 | UInt32(number & 7)] = function
    }

    private var selected: (any PCIFunction)? {
        guard state.address & 0x8000_0000 != 0 else { return nil }
        return functions[state.address >> 8 & 0xFFFF]
    }

    private var register: UInt8 { UInt8(truncatingIfNeeded: state.address & 0xFC) }

    package func read(port: UInt16) -> UInt8 { UInt8(truncatingIfNeeded: read(port: port, width: 1)) }

    package func write(port: UInt16, value: UInt8) { write(port: port, value: UInt32(value), width: 1) }

    /// The bits of an access that starts `port & 3` bytes into the data register and ends with it.
    private func lane(_ port: UInt16, _ width: Int) -> (shift: UInt32, mask: UInt32) {
        let shift = UInt32(port & 3) * 8
        let mask: UInt32 = width >= 4 ? .max : (1 << UInt32(width * 8)) - 1
        return (shift, mask << shift)
    }

    package func read(port: UInt16, width: Int) -> UInt32 {
        let ones: UInt32 = width >= 4 ? .max : (1 << UInt32(width * 8)) - 1
        guard port >= 0xCFC else { return width == 4 ? state.address : ones }
        guard let selected else { return ones }
        let (shift, mask) = lane(port, width)
        return (selected.readConfiguration(offset: register) & mask) >> shift
    }

    package func write(port: UInt16, value: UInt32, width: Int) {
        guard port >= 0xCFC else {
            if width == 4 { state.address = value & 0x80FF_FFFC }
            return
        }
        let (shift, mask) = lane(port, width)
        selected?.writeConfiguration(offset: register, value: value << shift & mask, mask: mask)
    }
}

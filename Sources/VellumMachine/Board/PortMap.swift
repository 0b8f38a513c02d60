import VellumDevices

/// A device at its ports.
final class PortSlot {
    let device: any PortDevice
    /// Index of the device's alarm, for those that have one.
    let alarm: Int?

    init(device: any PortDevice, alarm: Int?) {
        self.device = device
        self.alarm = alarm
    }
}

/// Which device answers at which port: one table entry for each of the 65,536.
struct PortMap {
    /// A slot that an access uses without counting references: the map owns it, and no slot ever goes.
    typealias Reference = Unmanaged<PortSlot>

    private var slots: [PortSlot] = []
    /// The same slots.
    private var references: [Reference] = []
    /// Index into `slots` plus one; zero where nothing answers.
    private var table = [UInt8](repeating: 0, count: 65_536)
    /// Ports whose 32-bit accesses belong to one device although byte accesses to the ports after it do not.
    private var doublewords: [UInt16: Int] = [:]

    /// Puts a device at its ports; a later device takes ports from an earlier one.
    mutating func add(_ device: any PortDevice, alarm: Int? = nil, doubleword: UInt16? = nil) {
        let slot = PortSlot(device: device, alarm: alarm)
        slots.append(slot)
        references.append(.passUnretained(slot))
        if let doubleword { doublewords[doubleword] = slots.count - 1 }
        fill(slots.count - 1)
    }

    private mutating func fill(_ index: Int) {
        for range in slots[index].device.ports {
            for port in range { table[Int(port)] = UInt8(truncatingIfNeeded: index + 1) }
        }
    }

    /// Reads all devices' ports again: one of them has moved.  Where it has been put over another, the one that cannot
    /// move answers.
    mutating func rebuild() {
        table = [UInt8](repeating: 0, count: 65_536)
        for index in slots.indices where slots[index].device is any RelocatableDevice { fill(index) }
        for index in slots.indices where !(slots[index].device is any RelocatableDevice) { fill(index) }
    }

    /// The slot at a port.
    @inline(__always) func slot(_ port: UInt16) -> Reference? {
        let number = table[Int(port)]
        return number == 0 ? nil : references[Int(number) - 1]
    }

    /// The slot that answers at all of `width` ports; nil when there is none or they belong to several.
    func slot(_ port: UInt16, width: Int) -> Reference? {
        if width == 4, let slot = doublewords[port] { return references[slot] }
        let first = table[Int(port)]
        guard first != 0 else { return nil }
        for offset in 1..<max(width, 2) where offset < width {
            guard table[Int(port &+ UInt16(offset))] == first else { return nil }
        }
        return references[Int(first) - 1]
    }
}

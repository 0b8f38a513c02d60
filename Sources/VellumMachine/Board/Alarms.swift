import VellumDevices

/// The devices that have something to do later, and when the first of them does.
struct Alarms {
    /// A device that an access asks without counting references: the list owns it, and no device ever goes.
    private final class Slot {
        let device: any TimedDevice

        init(_ device: any TimedDevice) { self.device = device }
    }

    private var slots: [Slot] = []
    /// The same slots.
    private var references: [Unmanaged<Slot>] = []
    private var deadlines: [UInt64] = []
    /// The first deadline in nanoseconds of virtual time; `.max` when nothing is planned.
    private(set) var next: UInt64 = .max

    mutating func add(_ device: any TimedDevice) -> Int {
        let slot = Slot(device)
        slots.append(slot)
        references.append(.passUnretained(slot))
        deadlines.append(.max)
        return slots.count - 1
    }

    /// Reads a device's deadline again.
    mutating func refresh(_ index: Int) {
        let deadline = references[index]._withUnsafeGuaranteedRef { $0.device.deadline } ?? .max
        guard deadline != deadlines[index] else { return }
        deadlines[index] = deadline
        next = deadlines.min() ?? .max
    }

    mutating func refreshAll() {
        for index in slots.indices { refresh(index) }
    }

    /// The device whose deadline is the first, when that has come.
    func due(at now: UInt64) -> (index: Int, device: any TimedDevice)? {
        guard next <= now, let index = deadlines.firstIndex(of: next) else { return nil }
        return (index, slots[index].device)
    }

    /// A device that asks to be called again at once would stop time: it waits a nanosecond.
    mutating func postpone(_ index: Int, past now: UInt64) {
        guard deadlines[index] <= now, now < .max else { return }
        deadlines[index] = now + 1
        next = deadlines.min() ?? .max
    }
}

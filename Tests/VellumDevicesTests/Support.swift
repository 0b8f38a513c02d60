@testable import VellumDevices

/// Virtual time that a test moves by hand.
final class FakeClock: VirtualClock {
    var now: UInt64 = 0
}

/// A line that remembers what happened on it.
final class LineProbe: InterruptLine {
    private(set) var level = false
    private(set) var rises = 0
    private(set) var changes: [Bool] = []

    func set(_ level: Bool) {
        guard level != self.level else { return }
        self.level = level
        changes.append(level)
        if level { rises += 1 }
    }
}

extension FakeClock {
    /// Moves time to `end` as the board does: stopping at each deadline of the device.
    func run(_ device: any TimedDevice, until end: UInt64) {
        while let deadline = device.deadline, deadline <= end {
            now = max(now, deadline)
            device.advance(to: now)
        }
        now = end
        device.advance(to: now)
    }
}

extension PortDevice {
    func out(_ port: UInt16, _ values: UInt8...) {
        for value in values { write(port: port, value: value) }
    }

    func `in`(_ port: UInt16) -> UInt8 { read(port: port) }
}

/// A cable with up to two ATA devices: the command and control blocks and the interrupt line (T13/1410D, chapter 7).
final class ATAChannel {
    struct State: Codable, Equatable, Sendable {
        /// Device 1 is selected.
        var second = false
        /// The device control register: nIEN (bit 1), SRST (2), HOB (7).
        var control: UInt8 = 0
        var devices: [ATADevice.State?]
        var busMaster: BusMaster.State
        var line = false
    }

    private enum Control {
        static let noInterrupt: UInt8 = 0x02, reset: UInt8 = 0x04, previous: UInt8 = 0x80
    }

    /// Device 0 and device 1.
    private(set) var devices: [ATADevice?] = [nil, nil]
    let busMaster: BusMaster
    private let line: any InterruptLine
    private var second = false
    private var control: UInt8 = 0
    private var lineLevel = false

    init(line: any InterruptLine, bus: any DMABus) {
        self.line = line
        busMaster = BusMaster(bus: bus)
    }

    func attach(_ device: ATADevice, second: Bool) { devices[second ? 1 : 0] = device }

    var state: State {
        get {
            State(
                second: second, control: control, devices: devices.map { $0?.state }, busMaster: busMaster.state,
                line: lineLevel)
        }
        set {
            guard newValue.devices.count == 2 else { return }
            second = newValue.second
            control = newValue.control
            busMaster.state = newValue.busMaster
            lineLevel = newValue.line
            for (device, state) in zip(devices, newValue.devices) {
                if let device, let state { device.state = state }
            }
        }
    }

    func reset() {
        second = false
        control = 0
        busMaster.reset()
        for device in devices { device?.reset() }
        update()
    }

    private var selected: ATADevice? { devices[second ? 1 : 0] }

    // MARK: Time

    var deadline: UInt64? {
        earlier(devices[0]?.content.due, devices[1]?.content.due)
    }

    func advance(to now: UInt64) {
        for device in devices { device?.advance(to: now, busMaster) }
        update()
    }

    /// After every access: a waiting drive and a started bus master find each other, and the line follows the selected
    /// device's interrupt.
    func update() {
        if busMaster.isStarted, let device = devices.compactMap({ $0 }).first(where: \.awaitsBusMaster) {
            device.busMasterStarted()
        }
        let level = selected?.content.interrupt == true && control & Control.noInterrupt == 0
        guard level != lineLevel else { return }
        lineLevel = level
        if level { busMaster.interrupt() }
        line.set(level)
    }

    // MARK: The command block

    /// Offset 0–7.  An empty cable reads as zero, which no device ever answers.
    func read(_ register: UInt16) -> UInt8 {
        guard let selected else { return readAbsent(register) }
        if register == 7 {
            defer {
                selected.content.interrupt = false
                update()
            }
            return selected.content.taskFile.status
        }
        return selected.content.taskFile.read(register, previous: control & Control.previous != 0)
    }

    /// Device 0 answers for a device 1 that is not there, with a status of zero.
    private func readAbsent(_ register: UInt16) -> UInt8 {
        guard register < 7, second, let first = devices[0] else { return 0 }
        return first.content.taskFile.read(register, previous: control & Control.previous != 0)
    }

    func write(_ register: UInt16, _ value: UInt8) {
        control &= ~Control.previous
        switch register {
        case 7: command(value)
        case 6:
            second = value & 0x10 != 0
            writeBoth(register, value)
        default: writeBoth(register, value)
        }
        update()
    }

    /// Both devices hear every write.
    private func writeBoth(_ register: UInt16, _ value: UInt8) {
        for device in devices { device?.content.taskFile.write(register, value) }
    }

    private func command(_ value: UInt8) {
        // EXECUTE DEVICE DIAGNOSTIC is for both, and device 0 answers.
        if value == 0x90 {
            for device in devices { device?.diagnose() }
            second = false
            return
        }
        guard let selected else { return }
        // A busy device listens to nothing but a device reset.
        guard selected.content.phase != .executing || value == 0x08 else { return }
        selected.start(value)
    }

    func readData(width: Int) -> UInt32 {
        defer { update() }
        return selected?.readData(width: width) ?? 0
    }

    func writeData(_ value: UInt32, width: Int) {
        selected?.writeData(value, width: width)
        update()
    }

    // MARK: The control block

    /// The status again, which does not take the interrupt back.
    var alternateStatus: UInt8 { selected?.content.taskFile.status ?? 0 }

    func writeControl(_ value: UInt8) {
        let rising = value & ~control & Control.reset != 0
        let falling = control & ~value & Control.reset != 0
        control = value
        if rising {
            second = false
            for device in devices { device?.holdInReset() }
        }
        if falling { for device in devices { device?.reset() } }
        update()
    }
}

extension ATADevice {
    /// SRST is set: busy until it goes.
    func holdInReset() {
        reset()
        content.taskFile.status = ATATaskFile.Status.busy
    }

    /// EXECUTE DEVICE DIAGNOSTIC.
    func diagnose() {
        reset()
        content.interrupt = true
    }
}

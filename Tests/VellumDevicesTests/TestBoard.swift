@testable import VellumDevices

/// Numbers that a seed determines (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// One of every device, wired as on the board.  A new device gets its line in `devices`, and every test that goes
/// through the list covers it.
final class TestBoard {
    let clock = FakeClock()
    let addressLine20 = Wire(true)
    let interrupts = InterruptController()
    let timer: IntervalTimer
    let realTimeClock: RealTimeClock
    let keyboard: KeyboardController
    let serial: SerialPort
    let display: DisplayAdapter

    /// Every device by its name.
    let devices: [(name: String, device: any Device)]
    let portDevices: [any PortDevice]
    let timedDevices: [any TimedDevice]

    init() {
        timer = IntervalTimer(clock: clock, line: interrupts.line(0))
        realTimeClock = RealTimeClock(clock: clock, line: interrupts.line(8), secondsSince1970: 946_684_800)
        keyboard = KeyboardController(
            clock: clock, keyboardLine: interrupts.line(1), auxiliaryLine: interrupts.line(12),
            addressLine20: addressLine20, requestReset: {})
        serial = SerialPort(line: interrupts.line(4), transmit: { _ in })
        display = DisplayAdapter(clock: clock)
        let control = SystemControl(clock: clock, timer: timer, addressLine20: addressLine20, requestReset: { _ in })
        devices = [
            ("address line 20", addressLine20), ("interrupt controller", interrupts), ("interval timer", timer),
            ("real-time clock", realTimeClock), ("keyboard controller", keyboard), ("serial port", serial),
            ("display adapter", display), ("system control", control), ("debug console", DebugConsole { _, _ in }),
            ("debug exit", DebugExit { _ in }), ("PCI configuration", PCIConfiguration()), ("DMA", DMAController()),
            ("numeric error", NumericError(line: interrupts.line(13))),
        ]
        portDevices = devices.compactMap { $0.device as? any PortDevice }
        timedDevices = devices.compactMap { $0.device as? any TimedDevice }
    }

    /// One random thing that a guest or the outside may do.
    func step(_ generator: inout SeededGenerator) {
        switch UInt8.random(in: 0..<32, using: &generator) {
        case 0..<22: portAccess(&generator)
        case 22..<26: memoryAccess(&generator)
        case 26..<28: passTime(&generator)
        case 28: typeKey(&generator)
        case 29: serial.receive([UInt8.random(in: 0...255, using: &generator)])
        case 30: _ = interrupts.acknowledge()
        default: lookAround(&generator)
        }
    }

    private func portAccess(_ generator: inout SeededGenerator) {
        guard let device = portDevices.randomElement(using: &generator),
            let range = device.ports.randomElement(using: &generator)
        else { return }
        let port = UInt16.random(in: range, using: &generator)
        let value = UInt32.random(in: 0...UInt32.max, using: &generator)
        switch UInt8.random(in: 0..<8, using: &generator) {
        case 0..<3: _ = device.read(port: port)
        case 3..<6: device.write(port: port, value: UInt8(truncatingIfNeeded: value))
        case 6: _ = device.read(port: port, width: value & 1 == 0 ? 2 : 4)
        default: device.write(port: port, value: value, width: value & 1 == 0 ? 2 : 4)
        }
    }

    private func memoryAccess(_ generator: inout SeededGenerator) {
        let width = [1, 2, 4].randomElement(using: &generator) ?? 1
        let offset = UInt32.random(in: 0...DisplayAdapter.windowSize - UInt32(width), using: &generator)
        if Bool.random(using: &generator) {
            _ = display.read(offset: offset, width: width)
        } else {
            display.write(
                offset: offset, value: UInt32.random(in: 0...UInt32.max, using: &generator), width: width)
        }
    }

    /// Mostly a little; now and then so much that nothing may count in steps, up to the end of time.
    private func passTime(_ generator: inout SeededGenerator) {
        let magnitude =
            UInt64.random(in: 0..<1000, using: &generator) == 0 ? 58 : UInt64.random(in: 0..<30, using: &generator)
        let (sum, overflow) = clock.now.addingReportingOverflow(
            UInt64.random(in: 0...1 << magnitude, using: &generator))
        clock.now = overflow ? .max : sum
        for device in timedDevices where device.deadline.map({ $0 <= clock.now }) ?? false {
            device.advance(to: clock.now)
        }
    }

    private func typeKey(_ generator: inout SeededGenerator) {
        guard let key = Key.allCases.randomElement(using: &generator) else { return }
        keyboard.handle(Bool.random(using: &generator) ? .press(key) : .release(key))
    }

    private func lookAround(_ generator: inout SeededGenerator) {
        switch UInt16.random(in: 0..<2000, using: &generator) {
        case 0: _ = display.textScreen?.text
        case 1: devices.randomElement(using: &generator)?.device.reset()
        case 2: serial.receiveBreak()
        default: interrupts.line(Int(UInt8.random(in: 0..<16, using: &generator))).set(.random(using: &generator))
        }
    }
}

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
    let localAPIC: LocalAPIC
    let ioAPIC: IOAPIC
    let interrupts: InterruptController
    let timer: IntervalTimer
    let realTimeClock: RealTimeClock
    let keyboard: KeyboardController
    let serial: SerialPort
    let display: DisplayAdapter
    let memory = TestMemory(1 << 16)
    let disk = TestMedium(sectors: 64)
    let disc = TestMedium(sectors: 80, writable: false)
    let floppyDisk = TestMedium(sectors: 320)
    let ide: IDEController
    let floppy: FloppyController
    let pci = PCIConfiguration()

    /// Every device by its name.
    let devices: [(name: String, device: any Device)]
    let portDevices: [any PortDevice]
    let timedDevices: [any TimedDevice]
    let windows: [(device: any MemoryDevice, size: UInt32)]

    init() {
        localAPIC = LocalAPIC(clock: clock, output: Wire())
        ioAPIC = IOAPIC(receiver: localAPIC)
        interrupts = InterruptController(output: SplitLine(localAPIC.legacyInput, ioAPIC.input(0)))
        localAPIC.base = LocalAPIC.standardBase
        localAPIC.onEndOfInterrupt = { [unowned ioAPIC] in ioAPIC.endOfInterrupt($0) }
        timer = IntervalTimer(clock: clock, line: interrupts.line(0))
        realTimeClock = RealTimeClock(clock: clock, line: interrupts.line(8), secondsSince1970: 946_684_800)
        keyboard = KeyboardController(
            clock: clock, keyboardLine: interrupts.line(1), auxiliaryLine: interrupts.line(12),
            addressLine20: addressLine20, requestReset: {})
        serial = SerialPort(line: interrupts.line(4), transmit: { _ in })
        display = DisplayAdapter(clock: clock)
        let host = HostBridge()
        let isa = ISABridge(lines: (0..<16).map { [interrupts] in interrupts.line($0) })
        ide = IDEController(clock: clock, lines: [interrupts.line(14), interrupts.line(15)], bus: memory)
        ide.attachDisk(disk, geometry: DiskGeometry(cylinders: 4, heads: 2, sectors: 8), drive: 0)
        ide.attachCD(disc, drive: 2)
        let power = PowerManagement(clock: clock, line: interrupts.line(9), powerOff: {})
        let dma = DMAController()
        floppy = FloppyController(clock: clock, line: interrupts.line(6), dma: dma, bus: memory)
        floppy.insert(floppyDisk, drive: 0)
        let configuration = FirmwareConfiguration(memory: 1 << 26)
        configuration.add(file: "etc/test", [1, 2, 3])
        let displayFunction = DisplayFunction(romSize: 39_000)
        for (number, function) in [host, isa, ide, power, displayFunction].enumerated()
            as EnumeratedSequence<[any PCIFunction]>
        {
            pci.attach(function, device: 0, function: UInt8(number))
        }
        let control = SystemControl(clock: clock, timer: timer, addressLine20: addressLine20, requestReset: { _ in })
        devices = [
            ("address line 20", addressLine20), ("interrupt controller", interrupts), ("interval timer", timer),
            ("real-time clock", realTimeClock), ("keyboard controller", keyboard), ("serial port", serial),
            ("display adapter", display), ("system control", control), ("debug console", DebugConsole { _, _ in }),
            ("debug exit", DebugExit { _ in }), ("PCI configuration", pci), ("DMA", dma), ("memory", memory),
            ("disk", disk), ("disc", disc), ("floppy disk", floppyDisk), ("host bridge", host), ("ISA bridge", isa),
            ("IDE", ide), ("power management", power), ("floppy controller", floppy),
            ("firmware configuration", configuration),
            ("numeric error", NumericError(line: interrupts.line(13))), ("I/O APIC", ioAPIC),
            ("local APIC", localAPIC), ("display function", displayFunction),
        ]
        windows = [(display, DisplayAdapter.windowSize), (localAPIC, 0x400), (ioAPIC, 0x20)]
        portDevices = devices.compactMap { $0.device as? any PortDevice }
        timedDevices = devices.compactMap { $0.device as? any TimedDevice }
    }

    /// One random thing that a guest or the outside may do.
    func step(_ generator: inout SeededGenerator) {
        switch UInt8.random(in: 0..<40, using: &generator) {
        case 0..<22: portAccess(&generator)
        case 22..<26: memoryAccess(&generator)
        case 26..<28: passTime(&generator)
        case 28: typeKey(&generator)
        case 29: serial.receive([UInt8.random(in: 0...255, using: &generator)])
        case 30: _ = localAPIC.acknowledge() ?? interrupts.acknowledge()
        case 31..<34: driveCommand(&generator)
        case 34..<37: floppyCommand(&generator)
        case 37: pciAccess(&generator)
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
        guard let (device, size) = windows.randomElement(using: &generator) else { return }
        var offset = UInt32.random(in: 0...size - UInt32(width), using: &generator)
        // Most registers are met at their own address only.
        if size <= 0x1000, Bool.random(using: &generator) { offset &= ~15 }
        if Bool.random(using: &generator) {
            _ = device.read(offset: offset, width: width)
        } else {
            device.write(
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
        if UInt8.random(in: 0..<4, using: &generator) == 0 {
            let range = -500...500
            keyboard.moveMouse(
                x: .random(in: range, using: &generator), y: .random(in: range, using: &generator),
                wheel: .random(in: range, using: &generator), buttons: .random(in: 0...255, using: &generator))
        }
        guard let key = Key.allCases.randomElement(using: &generator) else { return }
        keyboard.handle(Bool.random(using: &generator) ? .press(key) : .release(key))
    }

    private func lookAround(_ generator: inout SeededGenerator) {
        switch UInt16.random(in: 0..<2000, using: &generator) {
        case 0: _ = (display.textScreen?.text, display.frame(font: []).width)
        case 1: devices.randomElement(using: &generator)?.device.reset()
        case 2: serial.receiveBreak()
        case 3: localAPIC.base = Bool.random(using: &generator) ? LocalAPIC.standardBase : 0x100
        default:
            let line = Int(UInt8.random(in: 0..<16, using: &generator))
            SplitLine(interrupts.line(line), ioAPIC.input(line)).set(.random(using: &generator))
        }
    }

    /// A command as a driver gives it, with random fields, and some of its data.
    private func driveCommand(_ generator: inout SeededGenerator) {
        let base: UInt16 = Bool.random(using: &generator) ? 0x1F0 : 0x170
        let commands: [UInt8] = [
            0x20, 0x24, 0x25, 0x29, 0x30, 0x34, 0x35, 0x39, 0x40, 0x42, 0x91, 0xA0, 0xA0, 0xA0, 0xA1, 0xC4, 0xC5, 0xC6,
            0xC8, 0xCA, 0xEC, 0xEF, 0xF8,
        ]
        for port in base + 1...base + 5 {
            ide.write(port: port, value: UInt8.random(in: 0..<70, using: &generator) / 9)
        }
        ide.write(port: base + 6, value: UInt8.random(in: 0...255, using: &generator) & 0x41)
        ide.write(port: base + 7, value: commands.randomElement(using: &generator) ?? 0)
        for _ in 0..<Int.random(in: 0..<600, using: &generator) {
            if Bool.random(using: &generator) { settle(ide) }
            _ = ide.read(port: base, width: 2)
            ide.write(port: base, value: UInt32.random(in: 0..<0x60, using: &generator), width: 2)
        }
    }

    private func floppyCommand(_ generator: inout SeededGenerator) {
        let commands: [UInt8] = [0x45, 0x46, 0xC5, 0xE6, 0x4D, 0x56, 0x4A, 0x07, 0x0F, 0x08, 0x03, 0x13, 0x0E]
        floppy.write(port: 0x3F2, value: 0x1C)
        floppy.write(port: 0x3F5, value: commands.randomElement(using: &generator) ?? 0)
        for _ in 0..<8 { floppy.write(port: 0x3F5, value: UInt8.random(in: 0..<9, using: &generator)) }
        settle(floppy)
        for _ in 0..<Int.random(in: 0..<600, using: &generator) { _ = floppy.read(port: 0x3F5) }
    }

    private func pciAccess(_ generator: inout SeededGenerator) {
        let register = UInt32.random(in: 0..<64, using: &generator) << 2
        let function = UInt32.random(in: 0..<4, using: &generator) << 8
        pci.write(port: 0xCF8, value: 0x8000_0000 | function | register, width: 4)
        pci.write(port: 0xCFC, value: UInt32.random(in: 0...UInt32.max, using: &generator), width: 4)
        _ = pci.read(port: 0xCFC, width: 4)
    }

    private func settle(_ device: any TimedDevice) {
        guard let deadline = device.deadline, deadline < 1 << 62 else { return }
        clock.now = max(clock.now, deadline)
        device.advance(to: clock.now)
    }
}

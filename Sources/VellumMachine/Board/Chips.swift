import VellumDevices
import VellumExecution
import VellumHypervisor

/// What distinguishes one board from another.
package struct BoardSetup: Equatable, Sendable {
    /// Bytes of RAM.
    package var memory: Int
    /// The real-time clock at power-on, in seconds since 1970, UTC.
    package var time: Int64 = 946_684_800
    /// The port whose write ends the run with a status; nil for none.
    package var debugExitPort: UInt16?
    /// What firmware finds out about its boot devices, and the video firmware for it.
    package var boot = BootSetup()

    package init(memory: Int) { self.memory = memory }
}

/// What the board's firmware is told.
package struct BootSetup: Equatable, Sendable {
    /// Devices in the order in which they are tried.
    package var order: [CMOSSetup.BootDevice] = []
    package var menu = false
    /// The video firmware; empty for none.
    package var videoFirmware: [UInt8] = []

    package init() {}

    /// The video firmware, when it is the display adapter's own: firmware for another device, or for none, is given to
    /// the system firmware as a file (PCI Firmware Specification 3.0, section 5.1.2: "PCIR", vendor and device).
    var expansionROM: [UInt8] {
        let reader = ByteReader(videoFirmware)
        guard let place = reader.u16(0x18).map(Int.init), reader.u32(place) == 0x5249_4350,
            reader.u16(place + 4) == DisplayFunction.vendor, reader.u16(place + 6) == DisplayFunction.device
        else { return [] }
        return videoFirmware
    }
}

/// The chips of the board, each once.
final class Chips {
    let interrupts: InterruptController
    let localAPIC: LocalAPIC
    let ioAPIC: IOAPIC
    let timer: IntervalTimer
    let clock: RealTimeClock
    let keyboard: KeyboardController
    let serial: SerialPort
    let host = HostBridge()
    let isa: ISABridge
    let ide: IDEController
    let power: PowerManagement
    let floppy: FloppyController
    let configuration: FirmwareConfiguration
    let control: SystemControl
    let display: DisplayAdapter
    let displayFunction: DisplayFunction
    let direct: DMAController
    let pci = PCIConfiguration()
    let numericError: NumericError
    let debugConsole: DebugConsole
    let debugExit: DebugExit?
    let addressLine20: Wire
    private let setup: BoardSetup
    private let drives: DriveSet

    init(relay: Relay, setup: BoardSetup, drives: DriveSet) {
        self.setup = setup
        self.drives = drives
        let localAPIC = LocalAPIC(clock: relay, output: relay)
        let ioAPIC = IOAPIC(receiver: localAPIC)
        let interrupts = InterruptController(output: SplitLine(localAPIC.legacyInput, ioAPIC.input(0)))
        let addressLine20 = Wire(true) { relay.setAddressLine20($0) }
        // Each line leads to both controllers; the 8259's request has the I/O APIC's input 0, and the timer input 2.
        let lines = (0..<16).map { SplitLine(interrupts.line($0), ioAPIC.input($0 == 0 ? 2 : $0)) }
        self.localAPIC = localAPIC
        self.ioAPIC = ioAPIC
        self.interrupts = interrupts
        self.addressLine20 = addressLine20
        timer = IntervalTimer(clock: relay, line: lines[0])
        clock = RealTimeClock(clock: relay, line: lines[8], secondsSince1970: setup.time)
        keyboard = KeyboardController(
            clock: relay, keyboardLine: lines[1], auxiliaryLine: lines[12],
            addressLine20: addressLine20, requestReset: { relay.raise(.reset(.keyboardController)) })
        serial = SerialPort(line: lines[4], transmit: relay.transmit)
        isa = ISABridge(lines: lines)
        ide = IDEController(clock: relay, lines: [lines[14], lines[15]], bus: relay)
        power = PowerManagement(clock: relay, line: lines[9], powerOff: { relay.raise(.powerOff) })
        control = SystemControl(
            clock: relay, timer: timer, addressLine20: addressLine20,
            requestReset: { relay.raise(.reset($0 == .system ? .resetControl : .systemControl)) })
        display = DisplayAdapter(clock: relay, memory: Chips.videoMemory)
        displayFunction = DisplayFunction(romSize: setup.boot.expansionROM.count)
        direct = DMAController()
        numericError = NumericError(line: lines[13])
        floppy = FloppyController(clock: relay, line: lines[6], dma: direct, bus: relay)
        configuration = FirmwareConfiguration(memory: UInt64(setup.memory), bootMenu: setup.boot.menu)
        debugConsole = DebugConsole(print: relay.print)
        debugExit = setup.debugExitPort.map { DebugExit(port: $0) { relay.raise(.debugExit($0)) } }
    }

    /// Where the host has no pages to give on demand, the adapter takes memory of its own.
    private static var videoMemory: VideoMemory {
        guard let pages = HostPages(size: VideoMemory.size) else { return VideoMemory() }
        return VideoMemory(bytes: pages.bytes, zero: pages.zero)
    }

    /// Every chip that has a reset input.
    var all: [any Device] {
        [
            interrupts, localAPIC, ioAPIC, timer, clock, keyboard, serial, host, isa, ide, power, control, display,
            displayFunction,
            direct, floppy,
            configuration, pci, numericError,
        ]
    }

    /// Puts the chips at their ports.
    func connect(to board: Board) {
        let plain: [any PortDevice] = [
            interrupts, serial, control, display, direct, numericError, configuration, debugConsole,
        ]
        for device in plain { board.portMap.add(device) }
        board.portMap.add(pci, doubleword: 0xCF8)
        let window = DisplayAdapter.windowBase...DisplayAdapter.windowBase + (DisplayAdapter.windowSize - 1)
        board.memoryMap.append(MemorySlot(range: window, device: display))
        connectAPIC(to: board)
        for device in [timer, clock, keyboard, floppy] as [any PortDevice & TimedDevice] {
            board.portMap.add(device, alarm: board.alarms.add(device))
        }
        if let debugExit { board.portMap.add(debugExit) }
        connectPCI(to: board)
        drives.connect(to: self)
        fillSetup()
        board.alarms.refreshAll()
    }

    private func connectAPIC(to board: Board) {
        board.memoryMap.append(MemorySlot(range: IOAPIC.window, device: ioAPIC))
        let slot = MemorySlot(range: nil, device: localAPIC, alarm: board.alarms.add(localAPIC))
        // The registers lie over whatever else is at their address.
        board.memoryMap.insert(slot, at: 0)
        // The board owns its chips.
        localAPIC.onBaseChange = { [unowned board] in board.placeLocalAPIC() }
        localAPIC.onEndOfInterrupt = { [unowned ioAPIC] in ioAPIC.endOfInterrupt($0) }
        localAPIC.onNonMaskable = { [unowned board] in board.endFragment() }
        localAPIC.onInitialize = { [unowned board] in board.raise(.reset(.initMessage)) }
    }

    private func connectPCI(to board: Board) {
        pci.attach(host, device: 0)
        pci.attach(isa, device: 1, function: 0)
        pci.attach(ide, device: 1, function: 1)
        pci.attach(power, device: 1, function: 3)
        pci.attach(displayFunction, device: 2)
        for device in [ide, power] as [any RelocatableDevice & TimedDevice] {
            board.portMap.add(device, alarm: board.alarms.add(device))
            // The board owns its chips.
            device.onPortsChange = { [unowned board] in board.portMap.rebuild() }
        }
    }

    /// What the set-up program and QEMU's firmware configuration would say.
    private func fillSetup() {
        var setup = CMOSSetup(memory: UInt64(setup.memory))
        setup.floppyA = drives.floppyType(0)
        setup.floppyB = drives.floppyType(1)
        setup.bootOrder = self.setup.boot.order
        setup.fill(clock)
        drives.fillTranslation(clock)
        let order = drives.bootOrder(self.setup.boot.order)
        if !order.isEmpty { configuration.add(file: "bootorder", [UInt8](cString: order.joined(separator: "\n"))) }
        if !self.setup.boot.videoFirmware.isEmpty, self.setup.boot.expansionROM.isEmpty {
            configuration.add(file: "vgaroms/vgabios.bin", self.setup.boot.videoFirmware)
        }
    }
}

/// The state of every chip, and of time.
struct BoardState: Codable, Equatable, Sendable {
    var skipped: UInt64
    var interrupts: InterruptController.State
    var localAPIC: LocalAPIC.State
    var ioAPIC: IOAPIC.State
    var timer: IntervalTimer.State
    var clock: RealTimeClock.State
    var keyboard: KeyboardController.State
    var serial: SerialPort.State
    var host: HostBridge.State
    var isa: ISABridge.State
    var ide: IDEController.State
    var power: PowerManagement.State
    var floppy: FloppyController.State
    var configuration: FirmwareConfiguration.State
    var control: SystemControl.State
    var display: DisplayAdapter.State
    var displayFunction: DisplayFunction.State
    var direct: DMAController.State
    var pci: PCIConfiguration.State
    var numericError: NumericError.State
    var addressLine20: Bool
}

extension Board {
    /// Everything that a later run needs of the board.
    var state: BoardState {
        get {
            BoardState(
                skipped: skipped, interrupts: chips.interrupts.state, localAPIC: chips.localAPIC.state,
                ioAPIC: chips.ioAPIC.state, timer: chips.timer.state,
                clock: chips.clock.state, keyboard: chips.keyboard.state, serial: chips.serial.state,
                host: chips.host.state, isa: chips.isa.state, ide: chips.ide.state, power: chips.power.state,
                floppy: chips.floppy.state, configuration: chips.configuration.state, control: chips.control.state,
                display: chips.display.state,
                displayFunction: chips.displayFunction.state, direct: chips.direct.state, pci: chips.pci.state,
                numericError: chips.numericError.state, addressLine20: chips.addressLine20.state)
        }
        set {
            skipped = newValue.skipped
            chips.timer.state = newValue.timer
            chips.clock.state = newValue.clock
            chips.keyboard.state = newValue.keyboard
            chips.serial.state = newValue.serial
            chips.host.state = newValue.host
            chips.isa.state = newValue.isa
            chips.ide.state = newValue.ide
            chips.power.state = newValue.power
            chips.floppy.state = newValue.floppy
            chips.configuration.state = newValue.configuration
            chips.control.state = newValue.control
            chips.display.state = newValue.display
            chips.displayFunction.state = newValue.displayFunction
            chips.direct.state = newValue.direct
            chips.pci.state = newValue.pci
            chips.numericError.state = newValue.numericError
            chips.addressLine20.state = newValue.addressLine20
            // Last, since lines that the others drove are their inputs.
            chips.interrupts.state = newValue.interrupts
            chips.ioAPIC.state = newValue.ioAPIC
            chips.localAPIC.state = newValue.localAPIC
            request = nil
            alarms.refreshAll()
        }
    }
}

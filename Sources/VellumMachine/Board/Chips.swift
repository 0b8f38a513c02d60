import VellumDevices
import VellumHypervisor

/// What distinguishes one board from another.
package struct BoardSetup: Equatable, Sendable {
    /// Bytes of RAM.
    package var memory: Int
    /// The real-time clock at power-on, in seconds since 1970, UTC.
    package var time: Int64 = 946_684_800
    /// The port whose write ends the run with a status; nil for none.
    package var debugExitPort: UInt16?

    package init(memory: Int) { self.memory = memory }
}

/// The chips of the board, each once.
final class Chips {
    let interrupts: InterruptController
    let timer: IntervalTimer
    let clock: RealTimeClock
    let keyboard: KeyboardController
    let serial: SerialPort
    let power: PowerManagement
    let control: SystemControl
    let display: DisplayAdapter
    let direct: DMAController
    let pci = PCIConfiguration()
    let numericError: NumericError
    let debugConsole: DebugConsole
    let debugExit: DebugExit?
    let addressLine20: Wire
    private let setup: BoardSetup

    init(relay: Relay, setup: BoardSetup) {
        self.setup = setup
        let interrupts = InterruptController(output: relay)
        let addressLine20 = Wire(true) { relay.setAddressLine20($0) }
        self.interrupts = interrupts
        self.addressLine20 = addressLine20
        timer = IntervalTimer(clock: relay, line: interrupts.line(0))
        clock = RealTimeClock(clock: relay, line: interrupts.line(8), secondsSince1970: setup.time)
        keyboard = KeyboardController(
            clock: relay, keyboardLine: interrupts.line(1), auxiliaryLine: interrupts.line(12),
            addressLine20: addressLine20, requestReset: { relay.raise(.reset(.keyboardController)) })
        serial = SerialPort(line: interrupts.line(4), transmit: relay.transmit)
        power = PowerManagement(clock: relay, powerOff: { relay.raise(.powerOff) })
        control = SystemControl(
            clock: relay, timer: timer, addressLine20: addressLine20,
            requestReset: { _ in relay.raise(.reset(.systemControl)) })
        control.onPostCode = relay.showPostCode
        display = DisplayAdapter(clock: relay)
        direct = DMAController()
        numericError = NumericError(line: interrupts.line(13))
        debugConsole = DebugConsole(print: relay.print)
        debugExit = setup.debugExitPort.map { DebugExit(port: $0) { relay.raise(.debugExit($0)) } }
    }

    /// Every chip that has a reset input.
    var all: [any Device] {
        [interrupts, timer, clock, keyboard, serial, power, control, display, direct, pci, numericError]
    }

    /// Puts the chips at their ports.
    func connect(to board: Board) {
        let plain: [any PortDevice] = [interrupts, serial, power, control, display, direct, numericError, debugConsole]
        for device in plain { board.portMap.add(device) }
        board.portMap.add(pci, doubleword: 0xCF8)
        let window = DisplayAdapter.windowBase...DisplayAdapter.windowBase + (DisplayAdapter.windowSize - 1)
        board.memoryMap.append((window, display))
        for device in [timer, clock, keyboard] as [any PortDevice & TimedDevice] {
            board.portMap.add(device, alarm: board.alarms.add(device))
        }
        if let debugExit { board.portMap.add(debugExit) }
        CMOSSetup(memory: UInt64(setup.memory)).fill(clock)
        board.alarms.refreshAll()
    }
}

/// The state of every chip, and of time.
struct BoardState: Codable, Equatable, Sendable {
    var skipped: UInt64
    var interrupts: InterruptController.State
    var timer: IntervalTimer.State
    var clock: RealTimeClock.State
    var keyboard: KeyboardController.State
    var serial: SerialPort.State
    var power: PowerManagement.State
    var control: SystemControl.State
    var display: DisplayAdapter.State
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
                skipped: skipped, interrupts: chips.interrupts.state, timer: chips.timer.state,
                clock: chips.clock.state, keyboard: chips.keyboard.state, serial: chips.serial.state,
                power: chips.power.state, control: chips.control.state,
                display: chips.display.state, direct: chips.direct.state, pci: chips.pci.state,
                numericError: chips.numericError.state, addressLine20: chips.addressLine20.state)
        }
        set {
            skipped = newValue.skipped
            chips.timer.state = newValue.timer
            chips.clock.state = newValue.clock
            chips.keyboard.state = newValue.keyboard
            chips.serial.state = newValue.serial
            chips.power.state = newValue.power
            chips.control.state = newValue.control
            chips.display.state = newValue.display
            chips.direct.state = newValue.direct
            chips.pci.state = newValue.pci
            chips.numericError.state = newValue.numericError
            chips.addressLine20.state = newValue.addressLine20
            // Last, since lines that the others drove are its inputs.
            chips.interrupts.state = newValue.interrupts
            request = nil
            alarms.refreshAll()
        }
    }
}

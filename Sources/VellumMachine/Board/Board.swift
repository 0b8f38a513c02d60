import VellumDevices
import VellumExecution
import VellumHypervisor

/// What the board needs of the processor that it carries.
package protocol BoardProcessor: AnyObject {
    /// Its state, as long as the processor is in the board: devices ask for the time at many accesses.
    var cpu: CPU { get }
    /// Address line 20 changed.
    func setAddressLine20(_ open: Bool)
    /// Physical memory for devices that transfer by themselves; what they write counts as changed code.
    func readMemory(_ address: UInt32, into bytes: UnsafeMutableRawBufferPointer)
    func writeMemory(_ address: UInt32, from bytes: UnsafeRawBufferPointer)
}

extension BoardProcessor {
    /// A processor without memory.
    package func readMemory(_ address: UInt32, into bytes: UnsafeMutableRawBufferPointer) {
        bytes.initializeMemory(as: UInt8.self, repeating: 0xFF)
    }

    package func writeMemory(_ address: UInt32, from bytes: UnsafeRawBufferPointer) {}
}

/// Why the machine should stop, as the guest asked for it.
package enum GuestRequest: Equatable, Sendable {
    case powerOff
    case debugExit(UInt32)
    case reset(ResetCause)
}

/// Who pulled the reset line.
package enum ResetCause: String, Equatable, Sendable {
    case keyboardController = "the keyboard controller"
    case systemControl = "port 92h or CF9h"
    case resetControl = "port CF9h"
    case tripleFault = "a triple fault"
    case initMessage = "an INIT message of the local APIC"
}

/// The main board: ports and memory-mapped registers, interrupt lines, and virtual time.
///
/// Virtual time is instructions × period plus what was skipped while the processor was halted.  The board keeps the
/// first deadline of all devices; whenever that, INTR, or what the guest asks for changes during an access, the
/// running fragment is made to end.
package final class Board: PhysicalBus, InterruptSource, TimeSource, VirtualClock {
    package let timebase: Timebase
    /// Set by whoever puts the processor in; taken out again before either goes away.
    package var processor: (any BoardProcessor)? { didSet { cpu = processor?.cpu } }
    private var cpu: CPU?
    /// Nanoseconds of virtual time that passed without instructions.
    package internal(set) var skipped: UInt64 = 0
    /// What the guest asked for and has not been given yet; the first request wins.
    package var request: GuestRequest?
    /// Takes each byte that the guest sends to the first serial port.
    package var serialOutput: (UInt8) -> Void = { _ in }
    /// Takes each byte that the guest writes to a debug port, with the port.
    package var debugOutput: (UInt8, UInt16) -> Void = { _, _ in }

    let chips: Chips
    var portMap = PortMap()
    var alarms = Alarms()
    /// The first that contains an address answers; the local APIC's is at the head.
    var memoryMap: [MemorySlot] = []
    /// Shows the memory that lies under registers.
    unowned(unsafe) var mapper: MemoryMapper?

    package init(timebase: Timebase = .standard, setup: BoardSetup, drives: DriveSet = DriveSet()) {
        self.timebase = timebase
        let relay = Relay()
        chips = Chips(relay: relay, setup: setup, drives: drives)
        relay.board = self
        chips.connect(to: self)
    }

    // MARK: Time

    /// Instructions retired; exact also while an access of a running fragment is being handled.
    private var instructions: UInt64 { cpu?.instructions ?? 0 }

    /// Virtual time in nanoseconds.
    package var now: UInt64 { time(at: instructions) }

    package func timestampCounter(at instructions: UInt64) -> UInt64 { time(at: instructions) }

    private func time(at instructions: UInt64) -> UInt64 { timebase.nanoseconds(instructions) &+ skipped }

    /// The instruction count at which the first deadline is due.
    package var nextDeadlineInstruction: UInt64 {
        instruction(at: alarms.next)
    }

    /// The instruction count at which virtual time reaches `time`, if nothing skips; now where it has, and never for
    /// the greatest number.
    package func instruction(at time: UInt64) -> UInt64 {
        guard time != .max else { return .max }
        guard time > now else { return instructions }
        // Wrapping: after a restore `skipped` may stand for a negative number.
        return timebase.instructions(toReach: time &- skipped)
    }

    /// The first deadline in nanoseconds of virtual time; nil when no device plans anything.
    package var nextDeadline: UInt64? { alarms.next == .max ? nil : alarms.next }

    /// Lets devices do what was due by now.
    package func synchronize() {
        let now = now
        while let (index, device) = alarms.due(at: now) {
            device.advance(to: now)
            alarms.refreshAll()
            alarms.postpone(index, past: now)
        }
    }

    /// Moves virtual time on to `time` without instructions; never back.
    package func skip(to time: UInt64) {
        let now = now
        if time > now { skipped += time - now }
    }

    /// Makes virtual time `time`, back or forth: for restoring a saved state.
    func setTime(_ time: UInt64) { skipped = time &- timebase.nanoseconds(instructions) }

    // MARK: Interrupts

    package var interruptPending: Bool { chips.localAPIC.interruptPending }

    package func acknowledge() -> UInt8 { chips.localAPIC.acknowledge() ?? chips.interrupts.acknowledge() }

    package var nonMaskablePending: Bool { chips.localAPIC.nonMaskablePending }

    package func acknowledgeNonMaskable() { chips.localAPIC.acknowledgeNonMaskable() }

    package func setAPICBase(_ value: UInt64) { chips.localAPIC.base = value }

    package func setNumericError(_ active: Bool) { chips.numericError.setError(active) }

    package var ignoresNumericErrors: Bool { chips.numericError.ignoresErrors }

    // MARK: Requests

    func raise(_ request: GuestRequest) {
        if self.request == nil { self.request = request }
        endFragment()
    }

    /// The running fragment must end after the current instruction.
    func endFragment() { cpu?.pointee.engine.endRequested = true }

    /// An event from outside.
    package func deliver(_ event: ExternalEvent) {
        switch event {
        case .key(let key): chips.keyboard.handle(key)
        case .mouse(let x, let y, let wheel, let buttons):
            chips.keyboard.moveMouse(x: x, y: y, wheel: wheel, buttons: buttons)
        case .serial(let byte): chips.serial.receive([byte])
        case .serialBreak: chips.serial.receiveBreak()
        case .skip(let nanoseconds): skipped += nanoseconds
        // The machine's, not the board's.
        case .console: break
        }
        alarms.refreshAll()
    }

    /// The reset line: every chip forgets what a reset makes it forget.
    package func reset() {
        request = nil
        for device in chips.all { device.reset() }
        alarms.refreshAll()
    }
}

/// Breaks the circle between the board and its chips: they know the relay, which knows the board.
final class Relay: VirtualClock, InterruptLine, DMABus {
    /// Not counted: the board owns its chips, and they own this.
    private var reference: Unmanaged<Board>?
    private var level = false

    var board: Board? {
        get { reference?.takeUnretainedValue() }
        set { reference = newValue.map(Unmanaged.passUnretained) }
    }

    var now: UInt64 { reference?._withUnsafeGuaranteedRef { $0.now } ?? 0 }

    /// INTR: a change must reach the run loop after the instruction that caused it.
    func set(_ level: Bool) {
        guard level != self.level else { return }
        self.level = level
        if level { board?.endFragment() }
    }

    func raise(_ request: GuestRequest) { board?.raise(request) }

    func setAddressLine20(_ open: Bool) { board?.processor?.setAddressLine20(open) }

    func read(address: UInt32, into bytes: UnsafeMutableRawBufferPointer) {
        board?.processor?.readMemory(address, into: bytes)
    }

    func write(address: UInt32, from bytes: UnsafeRawBufferPointer) {
        board?.processor?.writeMemory(address, from: bytes)
    }

    func transmit(_ byte: UInt8) { board?.serialOutput(byte) }

    func print(_ byte: UInt8, _ port: UInt16) { board?.debugOutput(byte, port) }
}

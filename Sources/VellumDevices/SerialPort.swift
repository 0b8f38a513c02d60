/// A 16550A serial port (National Semiconductor PC16550D data sheet).
///
/// Transmission completes at once; what arrives enters the receiver as fast as the guest takes it, so nothing is ever
/// overrun from outside.  A receiver below its trigger level reports its timeout at once, since no more is on the way.
package final class SerialPort: Device, PortDevice {
    /// A received character with the line status bits that belong to it.
    struct Character: Codable, Equatable, Sendable {
        var byte: UInt8
        var errors: UInt8 = 0
    }

    package struct State: Codable, Equatable, Sendable {
        var divisor: UInt16 = 12
        var interruptEnable: UInt8 = 0
        var lineControl: UInt8 = 0
        var modemControl: UInt8 = 0
        /// CTS, DSR, RI and DCD in bits 4–7, their changes in bits 0–3.
        var modemStatus: UInt8 = 0
        var scratch: UInt8 = 0
        var fifoControl: UInt8 = 0
        var received: [Character] = []
        /// Characters from outside that the receiver has no room for yet.
        var backlog: [Character] = []
        /// Overrun, the one error that belongs to no character.
        var overrun = false
        /// What an empty receiver shows: the last character read.
        var lastRead: UInt8 = 0
        /// Errors of the character at the top were not read yet.
        var errorsShown = false
        /// The transmitter ran empty since the identification register last said so.
        var transmitterEmptied = false
    }

    enum Bit {
        static let dataReady: UInt8 = 0x01, overrun: UInt8 = 0x02, framing: UInt8 = 0x08, breakReceived: UInt8 = 0x10
        static let transmitterEmpty: UInt8 = 0x60, fifoError: UInt8 = 0x80
        static let divisorLatch: UInt8 = 0x80, sendBreak: UInt8 = 0x40
        static let out2: UInt8 = 0x08, loopback: UInt8 = 0x10
    }

    /// The first of the standard ports: COM1.
    package static let com1: UInt16 = 0x3F8
    package static let com2: UInt16 = 0x2F8

    /// How many characters may wait outside the receiver.
    static let backlogLimit = 65_536

    package let ports: [ClosedRange<UInt16>]
    private let base: UInt16
    private let line: any InterruptLine
    /// Takes each byte that the guest sends.
    package var transmit: (UInt8) -> Void
    var registers = State()

    /// - Parameters:
    ///   - base: the first of eight ports.
    ///   - line: interrupt line 4 for COM1, 3 for COM2; driven only while the guest sets OUT2.
    package init(base: UInt16 = com1, line: any InterruptLine, transmit: @escaping (UInt8) -> Void) {
        self.base = base & 0xFFF8
        ports = [self.base...self.base | 7]
        self.line = line
        self.transmit = transmit
        updateModem(changes: false)
    }

    package var state: State {
        get { registers }
        set { registers = newValue }
    }

    /// The master reset: registers clear, the divisor and scratch register stay (data sheet, table I); what is on its
    /// way from outside stays too.
    package func reset() {
        let old = registers
        registers = State()
        registers.divisor = old.divisor
        registers.scratch = old.scratch
        registers.backlog = old.backlog
        updateModem(changes: false)
        refill()
    }

    /// Bits per second that the divisor asks for; nil for a divisor of zero.
    package var baudRate: Int? {
        registers.divisor == 0 ? nil : 115_200 / Int(registers.divisor)
    }

    // MARK: From outside

    /// Bytes that arrive on the line.  Returns how many were taken; the rest must be offered again later.
    @discardableResult package func receive(_ bytes: some Collection<UInt8>) -> Int {
        let taken = bytes.prefix(max(0, Self.backlogLimit - registers.backlog.count))
        registers.backlog += taken.map { Character(byte: $0) }
        refill()
        return taken.count
    }

    /// The other side holds the line low for longer than a character.
    package func receiveBreak() {
        guard registers.backlog.count < Self.backlogLimit else { return }
        registers.backlog.append(Character(byte: 0, errors: Bit.breakReceived | Bit.framing))
        refill()
    }

    /// Bytes that the guest has not read yet.
    package var pendingInput: Int { registers.received.count + registers.backlog.count }

    /// The guest asked for an interrupt when something arrives.
    package var awaitsInput: Bool { registers.interruptEnable & 1 != 0 }

    var fifoEnabled: Bool { registers.fifoControl & 1 != 0 }
    private var capacity: Int { fifoEnabled ? 16 : 1 }
    var loopback: Bool { registers.modemControl & Bit.loopback != 0 }

    /// Moves waiting characters into the receiver; in loopback mode the line is cut off.
    func refill() {
        if !loopback, !registers.backlog.isEmpty {
            let count = min(capacity - min(capacity, registers.received.count), registers.backlog.count)
            for character in registers.backlog.prefix(count) { enter(character) }
            registers.backlog.removeFirst(count)
        }
        updateLine()
    }

    /// A character reaches the receiver: the newest one is lost when there is no room.
    private func enter(_ character: Character) {
        guard registers.received.count < capacity else {
            registers.overrun = true
            if !fifoEnabled { registers.received = [character] }
            return
        }
        if registers.received.isEmpty { registers.errorsShown = false }
        registers.received.append(character)
    }

    // MARK: Interrupts

    private var trigger: Int {
        guard fifoEnabled else { return 1 }
        return [1, 4, 8, 14][Int(registers.fifoControl >> 6)]
    }

    /// The pending interrupt of highest priority as the identification register names it; 1 for none.
    var identification: UInt8 {
        let enabled = registers.interruptEnable
        if enabled & 4 != 0, lineErrors != 0 { return 0x06 }
        if enabled & 1 != 0, !registers.received.isEmpty {
            return registers.received.count >= trigger ? 0x04 : 0x0C
        }
        if enabled & 2 != 0, registers.transmitterEmptied { return 0x02 }
        if enabled & 8 != 0, registers.modemStatus & 0x0F != 0 { return 0x00 }
        return 0x01
    }

    func updateLine() {
        line.set(identification != 0x01 && registers.modemControl & Bit.out2 != 0)
    }

    /// Overrun and the errors of the character at the top, until the status register is read.
    var lineErrors: UInt8 {
        var errors: UInt8 = registers.overrun ? Bit.overrun : 0
        if let top = registers.received.first, !registers.errorsShown { errors |= top.errors }
        return errors
    }

    // MARK: Sending

    /// A byte written to the transmitter: gone at once, after which the transmitter is empty again.
    func send(_ byte: UInt8) {
        registers.transmitterEmptied = false
        updateLine()
        if loopback {
            enter(Character(byte: byte & dataMask))
        } else {
            transmit(byte & dataMask)
        }
        registers.transmitterEmptied = true
        updateLine()
    }

    /// Five to eight data bits by line control bits 0–1.
    private var dataMask: UInt8 { 0xFF >> (3 - registers.lineControl & 3) }

    /// A break that the guest sends to itself.
    func sendBreak() {
        guard loopback else { return }
        enter(Character(byte: 0, errors: Bit.breakReceived | Bit.framing))
    }

    // MARK: Modem lines

    /// The other end is always there: CTS, DSR and DCD; in loopback mode they are the guest's own RTS, DTR, OUT1, OUT2.
    func updateModem(changes: Bool) {
        let control = registers.modemControl
        let looped = (control & 1) << 5 | (control & 2) << 3 | (control & 4) << 4 | (control & 8) << 4
        let now: UInt8 = loopback ? looped : 0xB0
        let old = registers.modemStatus & 0xF0
        var deltas = registers.modemStatus & 0x0F
        if changes {
            deltas |= (old ^ now) >> 4 & 0x0B
            if old & ~now & 0x40 != 0 { deltas |= 0x04 }
        }
        registers.modemStatus = now | deltas
    }

    // MARK: Ports

    package func read(port: UInt16) -> UInt8 { read(register: port & 7) }

    package func write(port: UInt16, value: UInt8) { write(register: port & 7, value) }
}

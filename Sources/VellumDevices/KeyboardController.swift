/// The 8042 keyboard controller of a PS/2 (ports 60h and 64h) with its keyboard and its mouse; it also gates address
/// line 20 and resets the processor.
///
/// Commands complete at once, so the input buffer never looks full.  A scan code follows the one before by a
/// millisecond, as on the wire: handlers that read port 60h twice see the same byte.
package final class KeyboardController: Device, PortDevice, TimedDevice {
    enum Source: UInt8, Codable, Sendable { case controller, keyboard, auxiliary }

    /// A byte on its way through the output buffer, already translated.
    struct Byte: Codable, Equatable, Sendable {
        var value: UInt8
        var source: Source
        var isScanCode = false
    }

    package struct State: Codable, Equatable, Sendable {
        var keyboard = Keyboard()
        var mouse = Mouse()
        /// The command byte: interrupt enables (bits 0, 1), system flag (2), disables (4, 5), translation (6).
        var commandByte: UInt8 = 0x03
        /// The rest of the controller's memory.
        var memory = [UInt8](repeating: 0, count: 32)
        /// The command that takes the next byte written to port 60h.
        var awaiting: UInt8?
        var lastWriteWasCommand = false
        /// The output buffer; nil when it is empty.
        var output: Byte?
        /// What port 60h shows.
        var latch: UInt8 = 0
        /// Bytes that a reply of the controller pushed out of the output buffer.
        var displaced: [Byte] = []
        /// The break prefix of set 2 was seen.
        var breakPrefix = false
        /// No scan code comes before this time, in nanoseconds.
        var quietUntil: UInt64 = 0
    }

    /// From one scan code to the next: eleven bits at about 11 kHz.
    static let scanCodeInterval: UInt64 = 1_000_000

    package let ports: [ClosedRange<UInt16>] = [0x60...0x60, 0x64...0x64]
    private let clock: any VirtualClock
    private let keyboardLine: any InterruptLine
    private let auxiliaryLine: any InterruptLine
    let addressLine20: Wire
    let requestReset: () -> Void
    var registers = State()

    /// - Parameters:
    ///   - keyboardLine: interrupt line 1.
    ///   - auxiliaryLine: interrupt line 12.
    ///   - addressLine20: shared with port 92h; high lets address bit 20 through.
    ///   - requestReset: the processor's reset was pulled.
    package init(
        clock: any VirtualClock, keyboardLine: any InterruptLine, auxiliaryLine: any InterruptLine,
        addressLine20: Wire, requestReset: @escaping () -> Void
    ) {
        self.clock = clock
        self.keyboardLine = keyboardLine
        self.auxiliaryLine = auxiliaryLine
        self.addressLine20 = addressLine20
        self.requestReset = requestReset
    }

    package var state: State {
        get { registers }
        set { if newValue.memory.count == 32, newValue.mouse.isWellFormed { registers = newValue } }
    }

    /// Address line 20 is open after a reset, since the processor starts at the top of memory.
    package func reset() {
        registers = State()
        addressLine20.set(true)
        updateLines()
    }

    // MARK: Keys

    /// The keyboard's lights: Scroll Lock, Num Lock, Caps Lock in bits 0–2.
    package var lights: UInt8 { registers.keyboard.lights }
    /// The keyboard takes any key without losing codes: what types text waits for it.
    package var hasRoom: Bool { registers.keyboard.hasRoom }

    package func press(_ key: Key) {
        registers.keyboard.press(key, now: clock.now)
        fill(clock.now)
    }

    package func release(_ key: Key) {
        registers.keyboard.release(key)
        fill(clock.now)
    }

    package func handle(_ event: KeyEvent) {
        switch event {
        case .press(let key): press(key)
        case .release(let key): release(key)
        }
    }

    /// The mouse was moved (up and to the right are positive) or its wheel turned, and its buttons are now `buttons`
    /// (left, right, middle in bits 0–2).
    package func moveMouse(x: Int, y: Int, wheel: Int = 0, buttons: UInt8) {
        registers.mouse.move(x: x, y: y, wheel: wheel, buttons: buttons)
        fill(clock.now)
    }

    // MARK: Time

    package var deadline: UInt64? {
        var next = registers.keyboard.repeatDeadline
        if registers.output == nil, keyboardEnabled, !registers.keyboard.codes.isEmpty {
            next = earlier(next, registers.quietUntil)
        }
        return next
    }

    package func advance(to now: UInt64) {
        registers.keyboard.repeatKey(now: now)
        fill(now)
    }

    private var keyboardEnabled: Bool { registers.commandByte & 0x10 == 0 }

    // MARK: The output buffer

    /// Moves the next byte into the output buffer when that is empty.
    func fill(_ now: UInt64) {
        while registers.output == nil, let byte = nextByte(now) {
            registers.output = byte
            registers.latch = byte.value
        }
        updateLines()
    }

    private func nextByte(_ now: UInt64) -> Byte? {
        if !registers.displaced.isEmpty { return registers.displaced.removeFirst() }
        if let byte = nextKeyboardByte(now) { return byte }
        guard registers.commandByte & 0x20 == 0, let value = registers.mouse.next() else { return nil }
        return Byte(value: value, source: .auxiliary)
    }

    private func nextKeyboardByte(_ now: UInt64) -> Byte? {
        guard keyboardEnabled else { return nil }
        while let (byte, isScanCode) = registers.keyboard.next(scanCodes: now >= registers.quietUntil) {
            guard let value = translate(byte) else { continue }
            return Byte(value: value, source: .keyboard, isScanCode: isScanCode)
        }
        return nil
    }

    /// Set 2 becomes set 1 when command byte bit 6 says so; the break prefix turns into bit 7 of the next code.
    private func translate(_ byte: UInt8) -> UInt8? {
        guard registers.commandByte & 0x40 != 0 else { return byte }
        if byte == 0xF0 {
            registers.breakPrefix = true
            return nil
        }
        defer { registers.breakPrefix = false }
        return ScanCode.translated(byte) | (registers.breakPrefix ? 0x80 : 0)
    }

    /// Puts a byte of the controller's own into the output buffer.  What was there comes again afterwards, unless it
    /// was an unread reply.
    func present(_ byte: Byte) {
        if let unread = registers.output, unread.source != .controller, registers.displaced.count < 16 {
            registers.displaced.insert(unread, at: 0)
        }
        keyboardLine.set(false)
        auxiliaryLine.set(false)
        registers.output = byte
        registers.latch = byte.value
        updateLines()
    }

    /// The interrupt lines follow "output buffer full" through the enables of the command byte.
    func updateLines() {
        let auxiliary = registers.output?.source == .auxiliary
        let full = registers.output != nil
        keyboardLine.set(full && !auxiliary && registers.commandByte & 1 != 0)
        auxiliaryLine.set(full && auxiliary && registers.commandByte & 2 != 0)
    }

    // MARK: Ports

    package func read(port: UInt16) -> UInt8 {
        fill(clock.now)
        return port == 0x64 ? status : readOutput()
    }

    package func write(port: UInt16, value: UInt8) {
        registers.lastWriteWasCommand = port == 0x64
        if port == 0x64 {
            registers.awaiting = nil
            command(value)
        } else {
            data(value)
        }
        fill(clock.now)
    }

    /// Output full (bit 0), system flag (2), last write was a command (3), not locked (4), auxiliary (5).
    private var status: UInt8 {
        var status: UInt8 = 0x10 | registers.commandByte & 0x04
        if registers.lastWriteWasCommand { status |= 0x08 }
        guard let output = registers.output else { return status }
        status |= 0x01
        if output.source == .auxiliary { status |= 0x20 }
        return status
    }

    private func readOutput() -> UInt8 {
        let value = registers.latch
        guard let read = registers.output else { return value }
        registers.output = nil
        if read.isScanCode { registers.quietUntil = clock.now.addingSaturated(Self.scanCodeInterval) }
        updateLines()
        fill(clock.now)
        return value
    }
}

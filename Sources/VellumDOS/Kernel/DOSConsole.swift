/// The console: what programs write goes to the machine's screen and out of the machine; what they read comes from the
/// keyboard, or from `vellum`'s own standard input where that is redirected.
package final class DOSConsole {
    /// What the machine is asked to bring in from outside.
    package enum Wanted: Equatable, Sendable {
        case nothing
        /// Whatever is there now; an answer without bytes says that nothing is.
        case poll
        /// At least a byte, or the end.
        case input
    }

    /// An attempt to read a byte.
    enum Take: Equatable {
        case byte(UInt8)
        /// Nothing there yet, and a key may come.
        case nothing
        /// The machine has been asked.
        case asked
        case end
    }

    private let host: any ServiceHost
    private let bios: BIOS
    /// Standard input is redirected: a stream of bytes from outside, not the keyboard.
    package var inputIsStream = false
    /// Standard output is redirected.
    package var outputIsStream = false
    package private(set) var wanted = Wanted.nothing
    private var queue: [UInt8] = []
    private var head = 0
    private(set) var ended = false
    private var pollAnswered = false
    /// The last byte of the stream was a carriage return, so that a line feed behind it is no key of its own.
    private var afterReturn = false
    /// The second byte of an extended key.
    private var pendingScanCode: UInt8?
    /// The column of the cursor, for tabs in lines that are read.
    var column = 0

    init(host: any ServiceHost, bios: BIOS) {
        self.host = host
        self.bios = bios
    }

    // MARK: Output

    /// A character on the console, tabs included.
    func put(_ byte: UInt8) {
        host.put(console: byte)
        draw(byte)
    }

    private func draw(_ byte: UInt8) {
        switch byte {
        case 0x0D: column = 0
        case 0x08: column = max(0, column - 1)
        case 0x09:
            repeat { drawOne(0x20) } while column & 7 != 0
            return
        case 0x0A, 0x07: break
        default: return drawOne(byte)
        }
        bios.teletype(byte)
    }

    private func drawOne(_ byte: UInt8) {
        bios.teletype(byte)
        column += 1
    }

    func put(_ bytes: some Sequence<UInt8>) { for byte in bytes { put(byte) } }

    // MARK: Input from outside

    /// Bytes came in; `ended` says that no more will.
    package func receive(_ bytes: [UInt8], ended: Bool) {
        if head > 0 {
            queue.removeFirst(head)
            head = 0
        }
        queue += bytes
        self.ended = self.ended || ended
        pollAnswered = wanted == .poll
        wanted = .nothing
    }

    /// The stream has been read to its end.
    var isExhausted: Bool { ended && head >= queue.count }

    private func next() -> UInt8? {
        guard head < queue.count else { return nil }
        head += 1
        return queue[head - 1]
    }

    /// Up to `limit` bytes of the stream as they are; nil after asking for some.
    func takeBytes(_ limit: Int) -> [UInt8]? {
        guard head < queue.count else {
            if ended { return [] }
            wanted = .input
            return nil
        }
        let end = min(queue.count, head + limit)
        defer { head = end }
        return Array(queue[head..<end])
    }

    /// A byte of the stream as a key: the end of a line is one carriage return, however it is written.
    func takeStreamKey() -> Take {
        while let byte = next() {
            let follows = afterReturn
            afterReturn = byte == 0x0D
            if byte == 0x0A {
                if follows { continue }
                return .byte(0x0D)
            }
            return .byte(byte)
        }
        if ended { return .end }
        wanted = .input
        return .asked
    }

    /// Whether the stream has a byte now.
    func pollStream() -> Take {
        if head < queue.count {
            // A line feed that belongs to a carriage return is none.
            guard afterReturn, queue[head] == 0x0A else { return .byte(queue[head]) }
            head += 1
            afterReturn = false
            return pollStream()
        }
        if ended { return .end }
        if pollAnswered {
            pollAnswered = false
            return .nothing
        }
        wanted = .poll
        return .asked
    }

    // MARK: The keyboard

    /// A byte of the keyboard as CON gives it: extended keys are a zero and their scan code.
    func takeKeyboard() -> UInt8? {
        if let code = pendingScanCode {
            pendingScanCode = nil
            return code
        }
        guard let key = bios.takeKey() else { return nil }
        let character = UInt8(truncatingIfNeeded: key)
        if character == 0 || character == 0xE0 && key >> 8 != 0 {
            pendingScanCode = UInt8(truncatingIfNeeded: key >> 8)
            return 0
        }
        return character
    }

    /// A key waits.
    var keyboardIsReady: Bool { pendingScanCode != nil || bios.peekKey() != nil }

    /// The next key is Ctrl-C.
    var nextIsBreak: Bool {
        if inputIsStream { return false }
        guard pendingScanCode == nil, let key = bios.peekKey() else { return false }
        return key & 0xFF == 3 && key != 0x0003 || key == 0
    }

    /// Drops what was typed ahead.
    func flushKeyboard() {
        pendingScanCode = nil
        // The buffer's head and tail are the program's to write: it need not ever be empty.
        for _ in 0..<128 where bios.takeKey() == nil { return }
    }
}

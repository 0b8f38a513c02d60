/// An IBM enhanced keyboard as a value: the chip inside the keyboard, which talks to the 8042.
package struct Keyboard: Codable, Equatable, Sendable {
    /// The keyboard's own buffer; one more place holds the overrun code.
    static let capacity = 16
    private static let acknowledge: UInt8 = 0xFA
    private static let resend: UInt8 = 0xFE

    /// Scan codes that wait for the controller.
    private(set) var codes: [UInt8] = []
    /// Replies to commands; they go before scan codes.
    private(set) var replies: [UInt8] = []
    /// The command whose argument comes next.
    private var awaiting: UInt8?
    /// Scroll Lock, Num Lock and Caps Lock lights in bits 0, 1 and 2.
    package private(set) var lights: UInt8 = 0
    private(set) var scanCodeSet: UInt8 = 2
    private var scanning = true
    private var typematic: UInt8 = 0x2B
    /// The keys that are down, in the order in which they were pressed.
    private var held: [Key] = []
    private var repeating: Key?
    /// When the held key repeats, in nanoseconds of virtual time.
    private var nextRepeat: UInt64 = 0
    private var lastSent: UInt8 = 0

    // MARK: Keys

    /// The buffer takes any one key's codes.
    var hasRoom: Bool { codes.count <= Self.capacity - 8 }

    mutating func press(_ key: Key, now: UInt64) {
        send(key, pressed: true)
        if !held.contains(key) { held.append(key) }
        repeating = key == .pause ? nil : key
        nextRepeat = now.addingSaturated(repeatDelay)
    }

    mutating func release(_ key: Key) {
        held.removeAll { $0 == key }
        if repeating == key { repeating = nil }
        send(key, pressed: false)
    }

    private mutating func send(_ key: Key, pressed: Bool) {
        guard scanning else { return }
        let bytes = ScanCode.bytes(key, pressed: pressed, set: scanCodeSet, held: held)
        if codes.count + bytes.count <= Self.capacity {
            codes += bytes
        } else if codes.count <= Self.capacity {
            overrun()
        }
    }

    /// Codes were lost: the keyboard says so in the place after its buffer.
    private mutating func overrun() {
        let code: UInt8 = scanCodeSet == 1 ? 0xFF : 0x00
        if codes.last != code { codes.append(code) }
    }

    // MARK: Typematic

    /// When `repeatKey` is next due.
    var repeatDeadline: UInt64? { repeating == nil || !scanning ? nil : nextRepeat }

    /// Repeats the held key if its time has come.
    mutating func repeatKey(now: UInt64) {
        guard let key = repeating, scanning, now >= nextRepeat else { return }
        if hasRoom { send(key, pressed: true) }
        nextRepeat = now.addingSaturated(repeatPeriod)
    }

    /// 250 ms to 1 s.
    private var repeatDelay: UInt64 { UInt64(typematic >> 5 & 3) * 250_000_000 + 250_000_000 }

    /// (8 + A) × 2^B × 4.17 ms (PS/2 Technical Reference, "Set Typematic Rate/Delay").
    private var repeatPeriod: UInt64 { (UInt64(8 + typematic & 7) << UInt64(typematic >> 3 & 3)) * 4_170_000 }

    // MARK: The wire to the controller

    /// The next byte for the controller, scan codes only where `scanCodes` allows them.
    mutating func next(scanCodes: Bool) -> (byte: UInt8, isScanCode: Bool)? {
        if !replies.isEmpty {
            lastSent = replies.removeFirst()
            return (lastSent, false)
        }
        guard scanCodes, !codes.isEmpty else { return nil }
        lastSent = codes.removeFirst()
        return (lastSent, true)
    }

    /// A byte from the controller: a command or the argument of one.
    mutating func receive(_ byte: UInt8) {
        if let command = awaiting {
            awaiting = nil
            if byte < 0x80 { return argument(byte, of: command) }
        }
        switch byte {
        case 0xEE: reply(0xEE)
        case 0xED, 0xF0, 0xF3, 0xFB, 0xFC, 0xFD:
            awaiting = byte
            reply(Self.acknowledge)
        case 0xF2: reply(Self.acknowledge, 0xAB, 0x83)
        case 0xF4: startScanning(true)
        case 0xF5: setDefaults(scanning: false)
        case 0xF6: setDefaults(scanning: true)
        case 0xF7...0xFA: reply(Self.acknowledge)
        case 0xFE: reply(lastSent)
        case 0xFF:
            lights = 0
            setDefaults(scanning: true)
            reply(0xAA)
        default: reply(Self.resend)
        }
    }

    private mutating func argument(_ byte: UInt8, of command: UInt8) {
        switch command {
        case 0xED: lights = byte & 7
        case 0xF3: typematic = byte
        case 0xF0: return selectSet(byte)
        default: break
        }
        reply(Self.acknowledge)
    }

    private mutating func selectSet(_ set: UInt8) {
        switch set {
        case 0: reply(Self.acknowledge, scanCodeSet)
        case 1, 2:
            scanCodeSet = set
            codes = []
            reply(Self.acknowledge)
        default: reply(Self.resend)
        }
    }

    private mutating func startScanning(_ on: Bool) {
        scanning = on
        codes = []
        reply(Self.acknowledge)
    }

    private mutating func setDefaults(scanning: Bool) {
        scanCodeSet = 2
        typematic = 0x2B
        repeating = nil
        startScanning(scanning)
    }

    /// A guest that never reads cannot make the queue grow.
    private mutating func reply(_ bytes: UInt8...) {
        replies += bytes.prefix(max(0, Self.capacity - replies.count))
    }
}

/// A PS/2 mouse as a value: the chip inside the mouse, which talks to the 8042's auxiliary port (IBM PS/2 Hardware
/// Interface Technical Reference, "Mouse"; Microsoft's IntelliMouse extension for the wheel).
package struct Mouse: Codable, Equatable, Sendable {
    /// Packets that wait for the host are bounded; movement goes on adding up behind them.
    private static let capacity = 16
    private static let acknowledge: UInt8 = 0xFA
    private static let resend: UInt8 = 0xFE

    /// Bytes for the controller: replies and movement packets.
    private(set) var bytes: [UInt8] = []
    private var awaiting: UInt8?
    private var reporting = false
    private var isRemote = false
    private var isWrapping = false
    private var doubles = false
    private var resolution: UInt8 = 2
    private var rate: UInt8 = 100
    /// The last three sample rates: 200, 100, 80 turn the wheel on.
    private var rates: [UInt8] = [0, 0, 0]
    private var hasWheel = false
    private var movement = Movement()
    private var lastSent: UInt8 = 0

    /// What has happened since the last packet.  Up is positive.
    struct Movement: Codable, Equatable, Sendable {
        var x = 0
        var y = 0
        var wheel = 0
        /// Left, right and middle button in bits 0–2.
        var buttons: UInt8 = 0
        var changed = false
    }

    /// The mouse was moved, and its buttons are now `buttons` (left, right, middle in bits 0–2).
    mutating func move(x: Int, y: Int, wheel: Int = 0, buttons: UInt8) {
        func sum(_ a: Int, _ b: Int) -> Int { min(max(a + min(max(b, -4096), 4096), -4096), 4096) }
        movement.x = sum(movement.x, x)
        movement.y = sum(movement.y, y)
        movement.wheel = sum(movement.wheel, wheel)
        movement.changed = movement.changed || x != 0 || y != 0 || wheel != 0 || buttons != movement.buttons
        movement.buttons = buttons & 7
        report()
    }

    /// Sends a packet when something happened and the host wants to know.
    private mutating func report() {
        guard reporting, !isRemote, !isWrapping, movement.changed, bytes.isEmpty else { return }
        sendPacket()
    }

    /// Buttons, signs and overflows; horizontal, vertical; wheel.
    private mutating func sendPacket() {
        let x = min(max(movement.x, -255), 255)
        let y = min(max(movement.y, -255), 255)
        var flags = 0x08 | movement.buttons
        if x < 0 { flags |= 0x10 }
        if y < 0 { flags |= 0x20 }
        bytes += [flags, UInt8(truncatingIfNeeded: x), UInt8(truncatingIfNeeded: y)]
        movement.x -= x
        movement.y -= y
        if hasWheel {
            let wheel = min(max(movement.wheel, -8), 7)
            bytes.append(UInt8(truncatingIfNeeded: wheel))
            movement.wheel -= wheel
        }
        movement.changed = movement.x != 0 || movement.y != 0 || (hasWheel && movement.wheel != 0)
    }

    /// The next byte for the controller.
    mutating func next() -> UInt8? {
        if bytes.isEmpty { report() }
        guard !bytes.isEmpty else { return nil }
        lastSent = bytes.removeFirst()
        return lastSent
    }

    // MARK: Commands

    /// A byte from the controller: a command or the argument of one.
    mutating func receive(_ byte: UInt8) {
        if isWrapping, byte != 0xEC, byte != 0xFF { return reply(byte) }
        if let command = awaiting {
            awaiting = nil
            return argument(byte, of: command)
        }
        // A command takes back what has not been read.
        bytes = []
        switch byte {
        case 0xE6, 0xE7: acknowledge { $0.doubles = byte == 0xE7 }
        case 0xE8, 0xF3: acknowledge { $0.awaiting = byte }
        case 0xE9: reply(Self.acknowledge, status, resolution, rate)
        case 0xEA, 0xF0: acknowledge { $0.isRemote = byte == 0xF0 }
        case 0xEB:
            reply(Self.acknowledge)
            sendPacket()
        case 0xEC, 0xEE: acknowledge { $0.isWrapping = byte == 0xEE }
        case 0xF2: reply(Self.acknowledge, hasWheel ? 3 : 0)
        case 0xF4, 0xF5: acknowledge { $0.reporting = byte == 0xF4 }
        case 0xF6: acknowledge { $0.setDefaults() }
        case 0xFE: reply(lastSent)
        case 0xFF:
            self = Mouse()
            reply(Self.acknowledge, 0xAA, 0x00)
        default: reply(Self.resend)
        }
    }

    private mutating func acknowledge(_ change: (inout Mouse) -> Void) {
        change(&self)
        movement = Movement(buttons: movement.buttons)
        reply(Self.acknowledge)
    }

    private mutating func argument(_ byte: UInt8, of command: UInt8) {
        if command == 0xE8 {
            guard byte < 4 else { return reply(Self.resend) }
            resolution = byte
        } else {
            rate = byte
            rates = [rates[1], rates[2], byte]
            if rates == [200, 100, 80] { hasWheel = true }
        }
        reply(Self.acknowledge)
    }

    /// Remote (bit 6), reporting (5), scaling 2:1 (4); left, middle, right button (2–0).
    private var status: UInt8 {
        let buttons = movement.buttons
        return (isRemote ? 0x40 : 0) | (reporting ? 0x20 : 0) | (doubles ? 0x10 : 0)
            | (buttons & 1) << 2 | (buttons & 4) >> 1 | (buttons & 2) >> 1
    }

    private mutating func setDefaults() {
        reporting = false
        isRemote = false
        doubles = false
        resolution = 2
        rate = 100
    }

    private mutating func reply(_ reply: UInt8...) {
        bytes += reply.prefix(max(0, Self.capacity - bytes.count))
    }

    /// A saved state that can be used.
    var isWellFormed: Bool {
        let range = -4096...4096
        return rates.count == 3 && bytes.count <= 2 * Self.capacity
            && [movement.x, movement.y, movement.wheel].allSatisfy(range.contains)
    }
}

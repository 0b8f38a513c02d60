/// What the bytes of a connection amount to.
public enum PacketEvent: Equatable, Sendable {
    /// A packet's contents, unescaped, its checksum right.
    case packet([UInt8])
    /// A packet that was too long, or whose checksum or escapes are wrong.
    case damaged
    /// Ctrl-C: the byte 3 outside a packet.
    case interrupt
    /// "+": the last packet sent arrived.
    case acknowledgement
    /// "-": it did not.
    case request
}

/// Cuts a stream of bytes into packets (GDB manual, "Overview" of the remote protocol).
///
/// It holds one packet at most, of at most `limit` bytes, whatever arrives: a longer one is skipped to its end and
/// reported as damaged; noise between packets is dropped.
public struct PacketParser: Sendable {
    private enum State {
        case between
        case contents
        case skipping
        case firstDigit
        case secondDigit
    }

    private let limit: Int
    private var state = State.between
    private var contents: [UInt8] = []
    private var sum: UInt8 = 0
    private var checksum: UInt8 = 0
    private var isEscaped = false
    private var isDamaged = false

    public init(limit: Int) { self.limit = max(1, limit) }

    /// The events that `bytes` complete.
    public mutating func parse(_ bytes: some Sequence<UInt8>) -> [PacketEvent] {
        var events: [PacketEvent] = []
        for byte in bytes {
            if let event = take(byte) { events.append(event) }
        }
        return events
    }

    private mutating func take(_ byte: UInt8) -> PacketEvent? {
        switch state {
        case .between: return takeBetween(byte)
        case .contents, .skipping: takeContents(byte)
        case .firstDigit:
            checksum = (HexText.value(byte) ?? 0) << 4
            isDamaged = isDamaged || HexText.value(byte) == nil
            state = .secondDigit
        case .secondDigit: return finish(byte)
        }
        return nil
    }

    private mutating func takeBetween(_ byte: UInt8) -> PacketEvent? {
        switch byte {
        case UInt8(ascii: "$"): begin()
        case UInt8(ascii: "+"): return .acknowledgement
        case UInt8(ascii: "-"): return .request
        case 3: return .interrupt
        default: break
        }
        return nil
    }

    private mutating func begin() {
        state = .contents
        contents.removeAll(keepingCapacity: true)
        sum = 0
        isEscaped = false
        isDamaged = false
    }

    private mutating func takeContents(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "#"):
            isDamaged = isDamaged || isEscaped || state == .skipping
            state = .firstDigit
            return
        // A new packet begins where the last one was broken off; "$" is always escaped inside one.
        case UInt8(ascii: "$"): return begin()
        default: break
        }
        sum &+= byte
        guard state == .contents else { return }
        if isEscaped {
            isEscaped = false
            contents.append(byte ^ 0x20)
        } else if byte == UInt8(ascii: "}") {
            isEscaped = true
        } else {
            contents.append(byte)
        }
        if contents.count > limit {
            contents.removeAll()
            state = .skipping
        }
    }

    private mutating func finish(_ byte: UInt8) -> PacketEvent {
        state = .between
        guard let low = HexText.value(byte), !isDamaged, checksum | low == sum else { return .damaged }
        return .packet(contents)
    }
}

/// Puts contents into packets.
enum PacketWriter {
    /// The packet with its checksum; the characters that frame packets are escaped.
    static func packet(_ contents: some Sequence<UInt8>) -> [UInt8] {
        var bytes = [UInt8(ascii: "$")]
        for byte in contents {
            switch byte {
            case UInt8(ascii: "$"), UInt8(ascii: "#"), UInt8(ascii: "}"), UInt8(ascii: "*"):
                bytes += [UInt8(ascii: "}"), byte ^ 0x20]
            default: bytes.append(byte)
            }
        }
        let sum = bytes.dropFirst().reduce(UInt8(0), &+)
        return bytes + [UInt8(ascii: "#")] + HexText.encode([sum])
    }
}

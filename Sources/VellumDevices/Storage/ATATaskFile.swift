/// The command block of an ATA device (AT Attachment with Packet Interface - 6, T13/1410D, chapter 7): five registers
/// that each remember the value before, as 48-bit addresses need it.
struct ATATaskFile: Codable, Equatable, Sendable {
    /// A register with what it held before.
    struct Pair: Codable, Equatable, Sendable {
        var value: UInt8 = 0
        var previous: UInt8 = 0

        mutating func push(_ new: UInt8) {
            previous = value
            value = new
        }
    }

    enum Status {
        static let busy: UInt8 = 0x80, ready: UInt8 = 0x40, fault: UInt8 = 0x20, seekComplete: UInt8 = 0x10
        static let request: UInt8 = 0x08, error: UInt8 = 0x01
    }

    enum Fault {
        static let uncorrectable: UInt8 = 0x40, noSector: UInt8 = 0x10, aborted: UInt8 = 0x04
    }

    var features = Pair()
    var count = Pair()
    var low = Pair()
    var middle = Pair()
    var high = Pair()
    var device: UInt8 = 0
    var status: UInt8 = 0
    var error: UInt8 = 0

    /// The address is a block number, not a cylinder, head and sector.
    var isLBA: Bool { device & 0x40 != 0 }

    /// The block number of a 28-bit command.
    var address28: UInt64 {
        UInt64(device & 15) << 24 | UInt64(high.value) << 16 | UInt64(middle.value) << 8 | UInt64(low.value)
    }

    /// The block number of a 48-bit command.
    var address48: UInt64 {
        let upper = UInt64(high.previous) << 16 | UInt64(middle.previous) << 8 | UInt64(low.previous)
        return upper << 24 | UInt64(high.value) << 16 | UInt64(middle.value) << 8 | UInt64(low.value)
    }

    /// Sectors of a 28-bit command, where zero stands for 256.
    var count28: Int { count.value == 0 ? 256 : Int(count.value) }

    /// Sectors of a 48-bit command, where zero stands for 65536.
    var count48: Int {
        let value = Int(count.previous) << 8 | Int(count.value)
        return value == 0 ? 65_536 : value
    }

    mutating func setAddress28(_ address: UInt64) {
        low.value = UInt8(truncatingIfNeeded: address)
        middle.value = UInt8(truncatingIfNeeded: address >> 8)
        high.value = UInt8(truncatingIfNeeded: address >> 16)
        device = device & 0xF0 | UInt8(truncatingIfNeeded: address >> 24 & 15)
    }

    mutating func setAddress48(_ address: UInt64) {
        low = Pair(value: UInt8(truncatingIfNeeded: address), previous: UInt8(truncatingIfNeeded: address >> 24))
        middle = Pair(
            value: UInt8(truncatingIfNeeded: address >> 8), previous: UInt8(truncatingIfNeeded: address >> 32))
        high = Pair(
            value: UInt8(truncatingIfNeeded: address >> 16), previous: UInt8(truncatingIfNeeded: address >> 40))
    }

    /// By these values software tells a disk from a packet device (section 9.12).
    mutating func setSignature(packet: Bool) {
        count.value = 1
        low.value = 1
        middle.value = packet ? 0x14 : 0
        high.value = packet ? 0xEB : 0
        device &= 0x10
    }

    /// A register of the command block by its port's low three bits; `previous` shows what 48-bit commands left.
    func read(_ register: UInt16, previous: Bool) -> UInt8 {
        func half(_ pair: Pair) -> UInt8 { previous ? pair.previous : pair.value }
        switch register {
        case 1: return error
        case 2: return half(count)
        case 3: return half(low)
        case 4: return half(middle)
        case 5: return half(high)
        case 6: return device | 0xA0
        default: return status
        }
    }

    mutating func write(_ register: UInt16, _ value: UInt8) {
        switch register {
        case 1: features.push(value)
        case 2: count.push(value)
        case 3: low.push(value)
        case 4: middle.push(value)
        case 5: high.push(value)
        case 6: device = value
        default: break
        }
    }
}

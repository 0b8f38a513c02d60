/// One channel of the PIIX3's bus-master IDE function (Intel 290550, section 2.5.13): it moves a drive's data along a
/// table of physical regions.
final class BusMaster {
    struct State: Codable, Equatable, Sendable {
        var command: UInt8 = 0
        var status: UInt8 = 0
        /// Where the table of regions starts.
        var table: UInt32 = 0
        /// Start was written and the drive has not taken the transfer yet.
        var waiting = false
    }

    enum Command { static let start: UInt8 = 1 }
    enum Status { static let active: UInt8 = 1, error: UInt8 = 2, interrupt: UInt8 = 4 }

    private let bus: any DMABus
    var state = State()

    init(bus: any DMABus) { self.bus = bus }

    /// A place in the memory regions, for data to go on from.
    struct Cursor {
        fileprivate let bus: any DMABus
        fileprivate var entry: UInt32
        fileprivate var address: UInt32 = 0
        fileprivate var left = 0
        fileprivate var last = false
        /// All regions are used up.
        fileprivate var ended: Bool { last && left == 0 }

        /// Puts bytes into memory; false when the regions end before them.
        mutating func put(_ bytes: [UInt8]) -> Bool {
            var done = 0
            while done < bytes.count {
                guard let count = next(bytes.count - done) else { return false }
                bytes.withUnsafeBytes {
                    bus.write(address: address, from: UnsafeRawBufferPointer(rebasing: $0[done..<done + count]))
                }
                advance(count)
                done += count
            }
            return true
        }

        /// Takes bytes from memory; nil when the regions end before them.
        mutating func take(_ count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            var done = 0
            while done < count {
                guard let part = next(count - done) else { return nil }
                bytes.withUnsafeMutableBytes {
                    bus.read(address: address, into: UnsafeMutableRawBufferPointer(rebasing: $0[done..<done + part]))
                }
                advance(part)
                done += part
            }
            return bytes
        }

        /// Bytes that go to the present region, at most `wanted`; nil at the end of the table.
        private mutating func next(_ wanted: Int) -> Int? {
            if left == 0, !fetch() { return nil }
            return min(left, wanted)
        }

        private mutating func advance(_ count: Int) {
            address &+= UInt32(count)
            left -= count
        }

        /// A descriptor: even address, even count where zero is 64 KiB, bit 31 of the second word in the last.
        private mutating func fetch() -> Bool {
            guard !last else { return false }
            var words: (UInt32, UInt32) = (0, 0)
            withUnsafeMutableBytes(of: &words) { bus.read(address: entry, into: $0) }
            // The table does not cross a 64 KiB boundary: the counter wraps there.
            entry = entry & 0xFFFF_0000 | (entry &+ 8) & 0xFFFF
            address = words.0 & ~1
            let count = Int(words.1 & 0xFFFE)
            left = count == 0 ? 0x10000 : count
            last = words.1 & 0x8000_0000 != 0
            return true
        }
    }

    var isStarted: Bool { state.command & Command.start != 0 && state.waiting }

    /// The start of the table.
    var cursor: Cursor { Cursor(bus: bus, entry: state.table & ~3) }

    /// The drive's transfer is over: "active" goes when the regions are used up.
    func stop(_ cursor: Cursor) {
        state.waiting = false
        if cursor.ended { state.status &= ~Status.active }
    }

    /// The drive's interrupt line rose.
    func interrupt() { state.status |= Status.interrupt }

    func reset() { state = State() }

    // MARK: Registers

    func read(_ offset: UInt16) -> UInt8 {
        switch offset {
        case 0: state.command
        case 2: state.status
        case 4...7: UInt8(truncatingIfNeeded: state.table >> (UInt32(offset & 3) * 8))
        default: 0xFF
        }
    }

    func write(_ offset: UInt16, _ value: UInt8) {
        switch offset {
        case 0: writeCommand(value & 0x09)
        case 2:
            // Bits 5 and 6 are software's; ones clear error and interrupt.
            state.status = state.status & 0x07 & ~(value & 0x06) | value & 0x60
        case 4...7:
            let shift = UInt32(offset & 3) * 8
            state.table = (state.table & ~(0xFF << shift) | UInt32(value) << shift) & ~3
        default: break
        }
    }

    private func writeCommand(_ value: UInt8) {
        let started = value & ~state.command & Command.start != 0
        state.command = value
        if started {
            state.status |= Status.active
            state.waiting = true
        } else if value & Command.start == 0 {
            state.status &= ~Status.active
            state.waiting = false
        }
    }
}

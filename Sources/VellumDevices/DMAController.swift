/// The pair of 8237A DMA controllers with their page registers (Intel 8237A data sheet, 231466-005): channels 0–3 move
/// bytes (ports 00h–0Fh), channels 5–7 words (even ports C0h–DEh); pages at 81h–8Fh.
package final class DMAController: Device, PortDevice {
    package struct State: Codable, Equatable, Sendable {
        var chips = [Chip(), Chip()]
        /// Ports 80h–8Fh; 80h itself is the board's.
        var pages = [UInt8](repeating: 0, count: 16)
    }

    package let ports: [ClosedRange<UInt16>] = [0x00...0x0F, 0x81...0x8F, 0xC0...0xDF]
    private var registers = State()

    package init() {}

    package var state: State {
        get { registers }
        set { if newValue.chips.count == 2, newValue.pages.count == 16 { registers = newValue } }
    }

    /// The page registers have no reset.
    package func reset() { registers.chips = [Chip(), Chip()] }

    /// Where each channel's page register is among ports 80h–8Fh.
    private static let pageOfChannel: [Int] = [7, 3, 1, 2, 15, 11, 9, 10]

    /// A channel (0–7) as programmed.
    package func channel(_ number: Int) -> Channel {
        registers.chips[number >> 2 & 1].channels[number & 3]
    }

    /// The physical address that a channel is at; words on channels 4–7.
    package func address(_ number: Int) -> UInt32 {
        let page = UInt32(registers.pages[Self.pageOfChannel[number & 7]])
        let offset = UInt32(channel(number).address)
        return number & 4 == 0 ? page << 16 | offset : (page & 0xFE) << 16 | offset << 1
    }

    /// The second chip's registers lie two ports apart.
    package func read(port: UInt16) -> UInt8 {
        switch port {
        case 0x00...0x0F: registers.chips[0].read(port)
        case 0xC0...0xDF: registers.chips[1].read(port >> 1 & 15)
        default: registers.pages[Int(port & 15)]
        }
    }

    package func write(port: UInt16, value: UInt8) {
        switch port {
        case 0x00...0x0F: registers.chips[0].write(port, value)
        case 0xC0...0xDF: registers.chips[1].write(port >> 1 & 15, value)
        default: registers.pages[Int(port & 15)] = value
        }
    }
}

extension DMAController {
    /// Where the data of a transfer goes, as the channel's mode says.
    package enum Direction: Sendable { case verify, toMemory, fromMemory }

    /// The direction that a channel is programmed for; nil while it is masked or its chip is off.
    package func direction(_ number: Int) -> Direction? {
        let chip = registers.chips[number >> 2 & 1]
        guard !channel(number).masked, chip.command & 4 == 0 else { return nil }
        switch channel(number).mode >> 2 & 3 {
        case 1: return .toMemory
        case 2: return .fromMemory
        default: return .verify
        }
    }

    /// Moves bytes of a device through one of the channels 0–3, as many as there are or until the terminal count.
    /// Addresses stay in their 64 KiB page.
    package func transfer(
        _ number: Int, _ bytes: UnsafeMutableRawBufferPointer, _ bus: any DMABus
    ) -> (count: Int, isTerminal: Bool) {
        let index = number & 3
        guard let direction = direction(index) else { return (0, false) }
        var done = 0
        while done < bytes.count {
            let channel = registers.chips[0].channels[index]
            let isDown = channel.mode & 0x20 != 0
            let room = isDown ? 1 : 0x1_0000 - Int(channel.address)
            let count = min(bytes.count - done, Int(channel.count) + 1, room)
            let part = UnsafeMutableRawBufferPointer(rebasing: bytes[done..<done + count])
            switch direction {
            case .verify: break
            case .toMemory: bus.write(address: address(index), from: UnsafeRawBufferPointer(part))
            case .fromMemory: bus.read(address: address(index), into: part)
            }
            done += count
            if registers.chips[0].advance(index, count, isDown: isDown) { return (done, true) }
        }
        return (done, false)
    }

    /// One channel of a chip.
    package struct Channel: Codable, Equatable, Sendable {
        package internal(set) var baseAddress: UInt16 = 0
        package internal(set) var baseCount: UInt16 = 0
        package internal(set) var address: UInt16 = 0
        /// Transfers less one.
        package internal(set) var count: UInt16 = 0
        /// Mode (bits 6–7), decrement (5), automatic initialisation (4), direction (2–3).
        package internal(set) var mode: UInt8 = 0
        package internal(set) var masked = true
    }

    /// One 8237A.
    struct Chip: Codable, Equatable, Sendable {
        var channels = [Channel](repeating: Channel(), count: 4)
        /// The next access to an address or count is to its high byte.
        var highByte = false
        var command: UInt8 = 0
        /// Terminal counts reached, cleared by reading.
        var status: UInt8 = 0
        /// Requests by software.
        var requests: UInt8 = 0

        mutating func read(_ register: UInt16) -> UInt8 {
            let index = Int(register >> 1 & 3)
            switch register {
            case 0...7: return readHalf(register & 1 == 0 ? channels[index].address : channels[index].count)
            case 8:
                defer { status = 0 }
                return status | requests << 4
            case 15: return mask | 0xF0
            default: return 0
            }
        }

        private var mask: UInt8 {
            (0..<4).reduce(0) { $0 | (channels[$1].masked ? 1 << UInt8($1) : 0) }
        }

        private mutating func readHalf(_ value: UInt16) -> UInt8 {
            defer { highByte.toggle() }
            return UInt8(truncatingIfNeeded: highByte ? value >> 8 : value)
        }

        mutating func write(_ register: UInt16, _ value: UInt8) {
            let selected = Int(value & 3)
            switch register {
            case 0...7: writeHalf(Int(register >> 1 & 3), isCount: register & 1 != 0, value)
            case 8: command = value
            case 9: requests = value & 4 != 0 ? requests | 1 << UInt8(selected) : requests & ~(1 << UInt8(selected))
            case 10: channels[selected].masked = value & 4 != 0
            case 11: channels[selected].mode = value & 0xFC
            case 12: highByte = false
            case 13: clear()
            case 14: setMask(0)
            case 15: setMask(value)
            default: break
            }
        }

        /// A write reaches the base and the current register alike.
        private mutating func writeHalf(_ index: Int, isCount: Bool, _ value: UInt8) {
            let old = isCount ? channels[index].baseCount : channels[index].baseAddress
            let new = highByte ? old & 0x00FF | UInt16(value) << 8 : old & 0xFF00 | UInt16(value)
            highByte.toggle()
            if isCount {
                channels[index].baseCount = new
                channels[index].count = new
            } else {
                channels[index].baseAddress = new
                channels[index].address = new
            }
        }

        private mutating func setMask(_ value: UInt8) {
            for index in 0..<4 { channels[index].masked = value & (1 << UInt8(index)) != 0 }
        }

        /// A channel has moved bytes; true at its terminal count, when it starts over or masks itself.
        mutating func advance(_ index: Int, _ moved: Int, isDown: Bool) -> Bool {
            let step = UInt16(truncatingIfNeeded: moved)
            channels[index].address = isDown ? channels[index].address &- step : channels[index].address &+ step
            let isTerminal = moved > Int(channels[index].count)
            channels[index].count = channels[index].count &- step
            guard isTerminal else { return false }
            status |= 1 << UInt8(index)
            if channels[index].mode & 0x10 != 0 {
                channels[index].address = channels[index].baseAddress
                channels[index].count = channels[index].baseCount
            } else {
                channels[index].masked = true
            }
            return true
        }

        /// Master clear: as the reset pin; addresses, counts and modes stay.
        private mutating func clear() {
            highByte = false
            command = 0
            status = 0
            requests = 0
            setMask(0x0F)
        }
    }
}

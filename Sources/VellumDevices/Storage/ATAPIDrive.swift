/// A CD-ROM drive with packet commands (T13/1410D, chapter 9, and INF-8020i / MMC-3 for the packets).
final class ATAPIDrive: ATADevice {
    /// Why a packet command ended badly: sense key, additional code and qualifier (MMC-3, annex A).
    struct Sense: Codable, Equatable, Sendable {
        var key: UInt8 = 0
        var code: UInt8 = 0
        var qualifier: UInt8 = 0

        static let none = Sense()
        static let notReady = Sense(key: 2, code: 0x3A)
        static let mediumError = Sense(key: 3, code: 0x11)
        static let invalidCommand = Sense(key: 5, code: 0x20)
        static let outOfRange = Sense(key: 5, code: 0x21)
        static let invalidField = Sense(key: 5, code: 0x24)
        /// Power-on or reset.
        static let wasReset = Sense(key: 6, code: 0x29)
    }

    /// What a packet command is at.
    struct Progress: Codable, Equatable, Sendable {
        var packet: [UInt8] = []
        var sense = Sense.none
        /// The next command that looks at the disc is told that the drive was reset.
        var attention = true
        /// Bytes of the answer that the host has not been offered yet.
        var answer: [UInt8] = []
        /// Sectors of 2048 bytes that follow the answer.
        var sector: UInt32 = 0
        var sectorsLeft: UInt32 = 0
        /// The drawer is locked.
        var locked = false
        var transferMode: UInt8 = 2
    }

    static let sectorSize = 2048
    /// CD sectors that are moved between medium and memory at a time.
    private static let chunk: UInt32 = 32

    /// The disc; nil when the drive is empty.
    let medium: (any BlockMedium)?

    init(clock: any VirtualClock, medium: (any BlockMedium)?) {
        self.medium = medium
        super.init(clock: clock)
    }

    override var isPacketDevice: Bool { true }

    override func isValid(_ state: State) -> Bool {
        super.isValid(state) && state.packet.answer.count <= Self.largestBuffer && state.packet.packet.count <= 12
    }

    /// Sectors of the disc.
    var capacity: UInt32 { UInt32(clamping: (medium?.sectorCount ?? 0) / 4) }

    override func reset() {
        super.reset()
        content.packet.answer = []
        content.packet.sectorsLeft = 0
        content.packet.attention = true
    }

    // MARK: ATA commands

    override func start(_ command: UInt8) {
        if command == 0x08 {
            super.reset()
            return
        }
        super.start(command)
        guard command == 0xA0 else { return }
        // The packet is asked for without an interrupt; the reason is "command, to the device".
        content.due = nil
        content.packet.answer = []
        content.packet.sectorsLeft = 0
        request(.packetOut, [UInt8](repeating: 0, count: 12), interrupt: false)
        content.taskFile.count.value = 1
    }

    override func execute() {
        switch content.command {
        case 0xA0: runPacket()
        case 0xA1: request(.dataIn, Self.bytes(identity), interrupt: true)
        // Power modes, as the disk has them.
        case 0xE0...0xE3, 0xE6: finish()
        case 0xE5:
            content.taskFile.count.value = 0xFF
            finish()
        case 0xEF: setFeatures()
        // By the signature of a refused IDENTIFY DEVICE or READ software knows a packet device.
        case 0xEC, 0x20:
            content.taskFile.setSignature(packet: true)
            abort()
        default: abort()
        }
    }

    private func setFeatures() {
        guard content.taskFile.features.value == 0x03 else {
            return [0xAA, 0x55, 0x66, 0xCC].contains(content.taskFile.features.value) ? finish() : abort()
        }
        switch content.taskFile.count.value {
        case 0x00, 0x01, 0x08...0x0C: finish()
        case 0x20...0x22:
            content.packet.transferMode = content.taskFile.count.value & 7
            finish()
        default: abort()
        }
    }

    /// IDENTIFY PACKET DEVICE: a removable CD-ROM drive that takes 12-byte packets and asks for them at once.
    private var identity: [UInt16] {
        var words = [UInt16](repeating: 0, count: 256)
        words[0] = 0x85C0
        Self.put("VLCD0001", 10..<20, into: &words)
        Self.put("1.0", 23..<27, into: &words)
        Self.put("VELLUM CD-ROM", 27..<47, into: &words)
        words[48] = 1
        words[49] = 0x0300
        words[53] = 3
        words[63] = 0x0007 | 0x0100 << UInt16(content.packet.transferMode & 3)
        words[64] = 3
        for index in 65...68 { words[index] = 120 }
        words[80] = 0x0070
        return words
    }

    // MARK: Packets

    private func runPacket() {
        content.packet.packet = content.buffer
        content.buffer = []
        content.position = 0
        switch respond(to: content.packet.packet) {
        case .done: finishPacket()
        case .data(let bytes, let limit):
            content.packet.answer = Array(bytes.prefix(limit))
            sendAnswer()
        case .sectors(let first, let count):
            content.packet.sector = first
            content.packet.sectorsLeft = count
            sendAnswer()
        case .failed(let sense): failPacket(sense)
        }
    }

    private func sendAnswer() {
        if content.packet.answer.isEmpty, content.packet.sectorsLeft == 0 { return finishPacket() }
        if content.taskFile.features.value & 1 != 0 { return requestDMA() }
        offer()
    }

    /// Offers as much as the host's byte count limit takes; an odd limit counts one less, save for the last part.
    private func offer() {
        let given = Int(content.taskFile.high.value) << 8 | Int(content.taskFile.middle.value)
        let limit = given == 0 || given == 0xFFFF ? 0xFFFE : given
        guard refill(limit) else { return failPacket(.mediumError) }
        var count = min(limit, content.packet.answer.count)
        if count < content.packet.answer.count, count > 1 { count &= ~1 }
        let part = Array(content.packet.answer.prefix(count))
        content.packet.answer.removeFirst(count)
        request(.dataIn, part, interrupt: true)
        content.taskFile.middle.value = UInt8(truncatingIfNeeded: count)
        content.taskFile.high.value = UInt8(truncatingIfNeeded: count >> 8)
        // The reason is "data, to the host".
        content.taskFile.count.value = 2
    }

    /// Reads on until the answer holds `wanted` bytes or everything; false when the disc cannot be read.
    private func refill(_ wanted: Int) -> Bool {
        while content.packet.answer.count < wanted, content.packet.sectorsLeft > 0 {
            let room = UInt32((Self.largestBuffer - content.packet.answer.count) / Self.sectorSize)
            let count = min(content.packet.sectorsLeft, Self.chunk, room)
            guard count > 0 else { return true }
            guard let bytes = medium?.sectors(UInt64(content.packet.sector) * 4, Int(count) * 4) else { return false }
            content.packet.answer += bytes
            content.packet.sector &+= count
            content.packet.sectorsLeft -= count
        }
        return true
    }

    override func bufferDone() {
        switch content.phase {
        case .packetOut: wait()
        case .dataIn where content.command == 0xA0:
            if content.packet.answer.isEmpty, content.packet.sectorsLeft == 0 { finishPacket() } else { offer() }
        default:
            content.phase = .idle
            content.taskFile.status = ATATaskFile.Status.ready | ATATaskFile.Status.seekComplete
        }
    }

    override func transfer(_ busMaster: BusMaster) {
        var cursor = busMaster.cursor
        var failed = false
        repeat {
            failed = !refill(1)
            let bytes = content.packet.answer
            content.packet.answer = []
            if !failed, !cursor.put(bytes) {
                // The table ended before the data: the drive goes on waiting.
                content.phase = .executing
                break
            }
        } while !failed && content.packet.sectorsLeft > 0
        busMaster.stop(cursor)
        guard content.phase == .dma else { return }
        if failed { failPacket(.mediumError) } else { finishPacket() }
    }

    /// The reason is "status".
    private func finishPacket() {
        content.taskFile.count.value = 3
        finish()
    }

    /// The error register shows the sense key (bits 4–7).
    private func failPacket(_ sense: Sense) {
        content.packet.sense = sense
        content.packet.answer = []
        content.packet.sectorsLeft = 0
        content.taskFile.count.value = 3
        end(status: ATATaskFile.Status.error, error: sense.key << 4 | ATATaskFile.Fault.aborted)
    }
}

/// The commands that move no data (290166, section 5).
extension FloppyController {
    enum Operation {
        static let readTrack: UInt8 = 0x02, specify: UInt8 = 0x03, senseDrive: UInt8 = 0x04, write: UInt8 = 0x05
        static let read: UInt8 = 0x06, recalibrate: UInt8 = 0x07, senseInterrupt: UInt8 = 0x08
        static let writeDeleted: UInt8 = 0x09, readID: UInt8 = 0x0A, readDeleted: UInt8 = 0x0C, format: UInt8 = 0x0D
        static let dump: UInt8 = 0x0E, seek: UInt8 = 0x0F, version: UInt8 = 0x10, perpendicular: UInt8 = 0x12
        static let configure: UInt8 = 0x13, lock: UInt8 = 0x14, verify: UInt8 = 0x16
    }

    /// Bytes of a command by its first one, of which bits 5–7 are options.
    static func length(_ first: UInt8) -> Int {
        switch first & 0x1F {
        case Operation.readTrack, Operation.write, Operation.read, Operation.writeDeleted, Operation.readDeleted,
            Operation.verify:
            9
        case Operation.format: 6
        case Operation.configure: 4
        case Operation.specify, Operation.seek: 3
        case Operation.senseDrive, Operation.recalibrate, Operation.readID, Operation.perpendicular: 2
        default: 1
        }
    }

    var operation: UInt8 { (registers.command.first ?? 0) & 0x1F }

    var isSeeking: Bool {
        registers.phase == .executing && registers.command.count > 1
            && (operation == Operation.seek || operation == Operation.recalibrate)
    }

    /// All bytes of a command are there.
    func begin() {
        switch operation {
        case Operation.specify:
            registers.specified = Array(registers.command[1...2])
            clearCommand()
        case Operation.senseDrive: result([driveStatus])
        case Operation.senseInterrupt: senseInterrupt()
        case Operation.dump: result(dump)
        case Operation.version: result([0x90])
        case Operation.perpendicular:
            registers.perpendicular = registers.command[1]
            clearCommand()
        case Operation.configure:
            registers.configured = Array(registers.command[2...3])
            clearCommand()
        case Operation.lock:
            registers.locked = registers.command[0] & 0x80 != 0
            result([registers.locked ? 0x10 : 0])
        case Operation.readTrack, Operation.write, Operation.read, Operation.writeDeleted, Operation.readDeleted,
            Operation.verify, Operation.format, Operation.seek, Operation.recalibrate, Operation.readID:
            registers.phase = .executing
            registers.due = clock.now.addingSaturated(Self.commandTime)
        default: result([0x80])
        }
    }

    /// Offers result bytes, without an interrupt.
    func result(_ bytes: [UInt8]) {
        registers.phase = .result
        registers.bytes = bytes
        registers.position = 0
    }

    /// The drive that the command names.
    var driveNumber: Int { Int((registers.command.count > 1 ? registers.command[1] : 0) & 3) }

    /// Status 3: write-protected (bit 6), ready (5), on track 0 (4), two sides (3).
    private var driveStatus: UInt8 {
        let unit = registers.command[1] & 7
        guard drives.indices.contains(driveNumber) else { return 0x20 | unit }
        let drive = drives[driveNumber]
        var status: UInt8 = 0x28 | unit
        if drive.medium.map({ !$0.isWritable }) ?? false { status |= 0x40 }
        if drive.content.cylinder == 0 { status |= 0x10 }
        return status
    }

    /// Status 0 and the present cylinder of a drive whose seek ended; without one the command is invalid.
    private func senseInterrupt() {
        registers.interrupt = false
        guard !registers.pending.isEmpty else { return result([0x80]) }
        let status = registers.pending.removeFirst()
        let number = Int(status & 3)
        result([status, drives.indices.contains(number) ? drives[number].content.cylinder : 0])
    }

    private var dump: [UInt8] {
        drives.map(\.content.cylinder) + [0, 0] + registers.specified + [
            18, (registers.locked ? 0x80 : 0) | registers.perpendicular & 0x7F, registers.configured[0],
            registers.configured[1],
        ]
    }

    // MARK: After the waiting time

    func execute() {
        switch operation {
        case Operation.seek: seek(to: registers.command[2])
        case Operation.recalibrate: seek(to: 0)
        case Operation.readID: readID()
        default: startTransfer()
        }
    }

    /// The head moves; where there is no drive, track 0 never shows and RECALIBRATE fails.
    private func seek(to cylinder: UInt8) {
        let unit = registers.command[1] & 7
        let missing = !drives.indices.contains(driveNumber)
        var status = 0x20 | unit
        if missing {
            if operation == Operation.recalibrate { status |= 0x50 }
        } else {
            // No drive steps further than to cylinder 83.
            drives[driveNumber].content.cylinder = min(cylinder, 83)
            if drives[driveNumber].medium != nil { drives[driveNumber].content.changed = false }
        }
        if registers.pending.count >= 4 { registers.pending.removeFirst() }
        registers.pending.append(status)
        registers.interrupt = true
        clearCommand()
    }

    /// The first sector's address on the track under the head.
    private func readID() {
        let head = registers.command[1] >> 2 & 1
        guard let fault = trackFault(head: head) else {
            return finish(
                st0: 0, st1: 0, st2: 0,
                place: Place(cylinder: drives[driveNumber].content.cylinder, head: head, sector: 1))
        }
        finish(st0: 0x40, st1: fault, st2: 0, place: Place(cylinder: 0, head: head, sector: 1))
    }
}

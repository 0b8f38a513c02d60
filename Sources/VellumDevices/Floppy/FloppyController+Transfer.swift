/// READ, WRITE, VERIFY and FORMAT.
extension FloppyController {
    /// A sector's address: the four bytes in its header, of which the size is always 512 bytes.
    struct Place: Equatable {
        var cylinder: UInt8
        var head: UInt8
        var sector: UInt8
    }

    /// Bits of status 1 and 2.
    enum Fault {
        static let endOfCylinder: UInt8 = 0x80, overrun: UInt8 = 0x10, noData: UInt8 = 0x04
        static let writeProtected: UInt8 = 0x02, missingMark: UInt8 = 0x01, dataError: UInt8 = 0x20
        static let wrongCylinder: UInt8 = 0x10
    }

    private var usesDMA: Bool { registers.specified[1] & 1 == 0 }
    private var isWrite: Bool { [Operation.write, Operation.writeDeleted, Operation.format].contains(operation) }
    private var bothSides: Bool { registers.command[0] & 0x80 != 0 }

    /// Why nothing on the track under the head can be read: status 1.
    func trackFault(head: UInt8) -> UInt8? {
        guard drives.indices.contains(driveNumber), drives[driveNumber].medium != nil else { return Fault.missingMark }
        let drive = drives[driveNumber]
        let legible = drive.format.rates.contains(registers.rate) && Int(head) < drive.format.heads
        return legible && Int(drive.content.cylinder) < drive.format.cylinders ? nil : Fault.missingMark
    }

    /// Ends a command with its seven result bytes and the interrupt.
    func finish(st0: UInt8, st1: UInt8, st2: UInt8, place: Place) {
        let unit = registers.command[1] & 3 | place.head << 2 & 4
        result([st0 | unit, st1, st2, place.cylinder, place.head, place.sector, 2])
        registers.interrupt = true
    }

    private func fail(_ st1: UInt8, _ st2: UInt8 = 0, at place: Place) {
        finish(st0: 0x40, st1: st1, st2: st2, place: place)
    }

    func startTransfer() {
        let command = registers.command
        if operation == Operation.format { return startFormat() }
        let place = Place(cylinder: command[2], head: command[3], sector: command[4])
        if registers.configured[0] & 0x40 != 0, drives.indices.contains(driveNumber) {
            // The implied seek.
            drives[driveNumber].content.cylinder = min(command[2], 83)
        }
        if let fault = trackFault(head: place.head & 1) { return fail(fault, at: place) }
        let drive = drives[driveNumber]
        if isWrite, drive.medium?.isWritable == false { return fail(Fault.writeProtected, at: place) }
        guard place.cylinder == drive.content.cylinder else {
            return fail(Fault.noData, Fault.wrongCylinder, at: place)
        }
        guard command[5] == 2 else { return fail(Fault.noData, at: place) }
        usesDMA || operation == Operation.verify ? run(place) : prepareWithoutDMA(place)
    }

    // MARK: With DMA

    /// Moves sector after sector until the DMA controller has had enough or the last sector is reached.
    private func run(_ first: Place) {
        var place = first
        while true {
            guard let sector = drives[driveNumber].sector(head: place.head & 1, sector: place.sector) else {
                return fail(Fault.noData, at: place)
            }
            guard let ended = moveSector(sector) else { return fail(Fault.noData, Fault.dataError, at: place) }
            if ended == .starved { return fail(Fault.overrun, at: place) }
            let isLast = place.sector == registers.command[6]
            let turns = isLast && bothSides && place.head & 1 == 0
            let next = following(place, isLast: isLast)
            if ended == .terminal { return finish(st0: 0, st1: 0, st2: 0, place: next) }
            if isLast, !turns {
                let isVerify = operation == Operation.verify
                return isVerify
                    ? finish(st0: 0, st1: 0, st2: 0, place: next) : fail(Fault.endOfCylinder, at: next)
            }
            place = next
        }
    }

    /// The address after a sector's, as the result bytes show it (290166, table 5-6).
    private func following(_ place: Place, isLast: Bool) -> Place {
        guard isLast else { return Place(cylinder: place.cylinder, head: place.head, sector: place.sector &+ 1) }
        if bothSides, place.head & 1 == 0 { return Place(cylinder: place.cylinder, head: place.head | 1, sector: 1) }
        let head = bothSides ? place.head & ~1 : place.head
        return Place(cylinder: place.cylinder &+ 1, head: head, sector: 1)
    }

    private enum Ended { case no, terminal, starved }

    /// Moves one sector; nil when the disk cannot be read or written.
    private func moveSector(_ sector: UInt64) -> Ended? {
        guard let medium = drives[driveNumber].medium else { return nil }
        if operation == Operation.verify { return medium.sectors(sector, 1) == nil ? nil : .no }
        guard var bytes = isWrite ? [UInt8](repeating: 0, count: 512) : medium.sectors(sector, 1) else { return nil }
        guard dma.direction(Self.channel) != nil else { return .starved }
        let (_, isTerminal) = bytes.withUnsafeMutableBytes { dma.transfer(Self.channel, $0, bus) }
        if isWrite, !medium.store(bytes, at: sector) { return nil }
        return isTerminal ? .terminal : .no
    }

    // MARK: Without DMA

    /// All sectors up to the last go through the data register; there is no terminal count, so that the command always
    /// ends past the last sector.
    private func prepareWithoutDMA(_ first: Place) {
        let last = registers.command[6]
        guard first.sector <= last, let start = drives[driveNumber].sector(head: first.head & 1, sector: first.sector),
            drives[driveNumber].sector(head: first.head & 1, sector: last) != nil
        else { return fail(Fault.noData, at: first) }
        let count = Int(last - first.sector) + 1
        guard isWrite || drives[driveNumber].medium != nil,
            let bytes = isWrite
                ? [UInt8](repeating: 0, count: count * 512) : drives[driveNumber].medium?.sectors(start, count)
        else { return fail(Fault.noData, Fault.dataError, at: first) }
        registers.phase = isWrite ? .dataOut : .dataIn
        registers.bytes = bytes
        registers.position = 0
        registers.interrupt = true
    }

    /// The last byte of a transfer without DMA went through.
    func finishWithoutDMA() {
        let bytes = registers.bytes
        let isOut = registers.phase == .dataOut
        guard drives.indices.contains(driveNumber) else { return clearCommand() }
        guard operation != Operation.format else { return format(with: bytes) }
        let place = Place(
            cylinder: registers.command[2], head: registers.command[3], sector: registers.command[4])
        if isOut {
            guard let start = drives[driveNumber].sector(head: place.head & 1, sector: place.sector),
                drives[driveNumber].medium?.store(bytes, at: start) == true
            else { return fail(Fault.noData, Fault.dataError, at: place) }
        }
        fail(Fault.endOfCylinder, at: following(place, isLast: true))
    }

    // MARK: Format

    /// Four bytes for each sector of the track come from the host: its address.
    private func startFormat() {
        let head = registers.command[1] >> 2 & 1
        let place = Place(cylinder: 0, head: head, sector: 1)
        if let fault = trackFault(head: head) { return fail(fault, at: place) }
        guard drives[driveNumber].medium?.isWritable == true else { return fail(Fault.writeProtected, at: place) }
        guard registers.command[2] == 2, Int(registers.command[3]) <= drives[driveNumber].format.sectors else {
            return fail(Fault.noData, at: place)
        }
        var bytes = [UInt8](repeating: 0, count: Int(registers.command[3]) * 4)
        guard usesDMA else {
            registers.phase = .dataOut
            registers.bytes = bytes
            registers.position = 0
            registers.interrupt = true
            return
        }
        guard dma.direction(Self.channel) != nil else { return fail(Fault.overrun, at: place) }
        _ = bytes.withUnsafeMutableBytes { dma.transfer(Self.channel, $0, bus) }
        format(with: bytes)
    }

    /// Fills the sectors that the addresses name.
    private func format(with addresses: [UInt8]) {
        let head = registers.command[1] >> 2 & 1
        let filler = [UInt8](repeating: registers.command[5], count: 512)
        var place = Place(cylinder: drives[driveNumber].content.cylinder, head: head, sector: 1)
        for index in stride(from: 0, to: addresses.count - 3, by: 4) {
            place.sector = addresses[index + 2]
            guard let sector = drives[driveNumber].sector(head: head, sector: place.sector),
                drives[driveNumber].medium?.store(filler, at: sector) == true
            else { return fail(Fault.noData, at: place) }
        }
        finish(st0: 0, st1: 0, st2: 0, place: place)
    }
}

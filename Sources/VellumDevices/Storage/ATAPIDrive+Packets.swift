/// The packet commands (MMC-3, chapter 6; SPC-2 for those that all devices have).
extension ATAPIDrive {
    /// What a packet command comes to.
    enum Response {
        case done
        /// Bytes, of which the host takes at most `limit`.
        case data([UInt8], limit: Int)
        /// Sectors of 2048 bytes.
        case sectors(UInt32, count: UInt32)
        case failed(Sense)
    }

    private enum Operation {
        static let testReady: UInt8 = 0x00, requestSense: UInt8 = 0x03, inquiry: UInt8 = 0x12
        static let startStop: UInt8 = 0x1B, prevent: UInt8 = 0x1E, capacity: UInt8 = 0x25, read10: UInt8 = 0x28
        static let seek: UInt8 = 0x2B, subchannel: UInt8 = 0x42, contents: UInt8 = 0x43, configuration: UInt8 = 0x46
        static let events: UInt8 = 0x4A, discInformation: UInt8 = 0x51, modeSense: UInt8 = 0x5A
        static let read12: UInt8 = 0xA8, setSpeed: UInt8 = 0xBB, mechanism: UInt8 = 0xBD, readCD: UInt8 = 0xBE
    }

    func respond(to packet: [UInt8]) -> Response {
        guard packet.count == 12 else { return .failed(.invalidCommand) }
        let field = PacketField(packet: packet)
        switch packet[0] {
        case Operation.requestSense: return requestSense(field)
        case Operation.inquiry: return inquiry(field)
        case Operation.configuration: return configuration(field)
        case Operation.events: return events(field)
        case Operation.prevent:
            content.packet.locked = packet[4] & 1 != 0
            return .done
        case Operation.modeSense: return modeSense(field)
        case Operation.mechanism: return .data([0, 0, 0, 0, 0, 1, 0, 0], limit: Int(field.word(8)))
        case Operation.startStop, Operation.setSpeed: return .done
        default: return respondFromDisc(to: field)
        }
    }

    /// The commands that need a disc, and those that there are not.
    private func respondFromDisc(to field: PacketField) -> Response {
        if content.packet.attention {
            content.packet.attention = false
            return .failed(.wasReset)
        }
        guard medium != nil else { return .failed(.notReady) }
        switch field.packet[0] {
        case Operation.testReady: return .done
        case Operation.seek: return field.long(2) < capacity ? .done : .failed(.outOfRange)
        case Operation.capacity:
            return .data(PacketField.big(capacity &- 1) + PacketField.big(UInt32(Self.sectorSize)), limit: 8)
        case Operation.read10: return read(field.long(2), UInt32(field.word(7)))
        case Operation.read12: return read(field.long(2), field.long(6))
        case Operation.readCD: return readCD(field)
        case Operation.contents: return tableOfContents(field)
        case Operation.subchannel:
            // No audio is playing; no position is known.
            return .data([0, 0x15, 0, 0], limit: Int(field.word(7)))
        case Operation.discInformation: return discInformation(field)
        default: return .failed(.invalidCommand)
        }
    }

    private func read(_ first: UInt32, _ count: UInt32) -> Response {
        guard first <= capacity, count <= capacity - first else { return .failed(.outOfRange) }
        return count == 0 ? .done : .sectors(first, count: count)
    }

    /// Only the user data of a sector can be had, which byte 9 asks for with 10h.
    private func readCD(_ field: PacketField) -> Response {
        switch field.packet[9] & 0xF8 {
        case 0x00: return .done
        case 0x10: return read(field.long(2), field.long(5) & 0xFF_FFFF)
        default: return .failed(.invalidField)
        }
    }

    private func requestSense(_ field: PacketField) -> Response {
        var sense = content.packet.sense
        if sense == .none, content.packet.attention {
            sense = .wasReset
            content.packet.attention = false
        }
        content.packet.sense = .none
        var bytes = [UInt8](repeating: 0, count: 18)
        bytes[0] = 0x70
        bytes[2] = sense.key
        bytes[7] = 10
        bytes[12] = sense.code
        bytes[13] = sense.qualifier
        return .data(bytes, limit: Int(field.packet[4]))
    }

    /// A removable CD-ROM drive of ATAPI revision 2.
    private func inquiry(_ field: PacketField) -> Response {
        let head: [UInt8] = [0x05, 0x80, 0x00, 0x21, 31, 0, 0, 0]
        let names = "VELLUM  " + "CD-ROM          " + "1.0 "
        return .data(head + Array(names.utf8), limit: Int(field.packet[4]))
    }

    /// GET CONFIGURATION: the profile list, the core and the removable-medium features.
    private func configuration(_ field: PacketField) -> Response {
        let profile: [UInt8] = medium == nil ? [0, 0] : [0, 0x08]
        let profiles: [UInt8] = [0x00, 0x00, 0x03, 4, 0x00, 0x08, medium == nil ? 0 : 1, 0]
        let core: [UInt8] = [0x00, 0x01, 0x03, 4, 0, 0, 0, 2]
        let removable: [UInt8] = [0x00, 0x03, 0x03, 4, 0x29, 0, 0, 0]
        let body = [0, 0] + profile + profiles + core + removable
        return .data(PacketField.big(UInt32(body.count)) + body, limit: Int(field.word(7)))
    }

    /// GET EVENT STATUS NOTIFICATION, polled: whether there is a medium; nothing ever changes.
    private func events(_ field: PacketField) -> Response {
        guard field.packet[1] & 1 != 0 else { return .failed(.invalidField) }
        guard field.packet[4] & 0x10 != 0 else { return .data([0, 2, 0x80, 0x10], limit: Int(field.word(7))) }
        return .data([0, 6, 4, 0x10, 0, medium == nil ? 0 : 2, 0, 0], limit: Int(field.word(7)))
    }

    /// MODE SENSE (10): error recovery (01h), capabilities (2Ah), or both (3Fh).
    private func modeSense(_ field: PacketField) -> Response {
        let recovery: [UInt8] = [0x01, 6, 0, 5, 0, 0, 0, 0]
        // Reads CD-R and CD-RW, mode 2 forms 1 and 2, multisession; locks; a tray; 706 KB/s.
        let capabilities: [UInt8] = [
            0x2A, 18, 0x03, 0, 0x70, 0x60, 0x29 | (content.packet.locked ? 2 : 0), 0, 0x02, 0xC2, 0, 2, 0x02, 0x00,
            0x02, 0xC2, 0, 0, 0, 0,
        ]
        var pages: [UInt8]
        switch field.packet[2] & 0x3F {
        case 0x01: pages = recovery
        case 0x2A: pages = capabilities
        case 0x3F: pages = recovery + capabilities
        default: return .failed(.invalidField)
        }
        // The header: length, medium type (data disc, or none).
        pages = [UInt8(0), UInt8(6 + pages.count), medium == nil ? 0x70 : 0x01, 0, 0, 0, 0, 0] + pages
        return .data(pages, limit: Int(field.word(7)))
    }

    /// READ DISC INFORMATION: a finished disc with one session.
    private func discInformation(_ field: PacketField) -> Response {
        var bytes = [UInt8](repeating: 0, count: 34)
        bytes.replaceSubrange(0..<8, with: [0, 32, 0x0E, 1, 1, 1, 1, 0x20])
        return .data(bytes, limit: Int(field.word(7)))
    }

    // MARK: The table of contents

    /// READ TOC: one data track from sector 0 to the end (formats 0, 1 and 2).
    private func tableOfContents(_ field: PacketField) -> Response {
        let inMinutes = field.packet[1] & 2 != 0
        let format = field.packet[2] & 15 == 0 ? field.packet[9] >> 6 : field.packet[2] & 15
        func place(_ sector: UInt32) -> [UInt8] {
            inMinutes ? [0] + Self.minutes(sector) : PacketField.big(sector)
        }
        var body: [UInt8]
        switch format {
        case 0:
            let track = field.packet[6]
            guard track <= 1 || track == 0xAA else { return .failed(.invalidField) }
            body = track <= 1 ? [0, 0x14, 1, 0] + place(0) : []
            body += [0, 0x14, 0xAA, 0] + place(capacity)
        case 1: body = [0, 0x14, 1, 0] + place(0)
        case 2: body = fullContents
        default: return .failed(.invalidField)
        }
        body = [1, 1] + body
        return .data([UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body, limit: Int(field.word(7)))
    }

    /// The lead-in's entries: first track, last track, lead-out, and the track.
    private var fullContents: [UInt8] {
        func entry(_ point: UInt8, _ place: [UInt8]) -> [UInt8] { [1, 0x14, 0, point, 0, 0, 0, 0] + place }
        return entry(0xA0, [1, 0, 0]) + entry(0xA1, [1, 0, 0]) + entry(0xA2, Self.minutes(capacity))
            + entry(1, Self.minutes(0))
    }

    /// Minute, second and frame of a sector, counted from two seconds before the first.
    static func minutes(_ sector: UInt32) -> [UInt8] {
        let frame = UInt64(sector) + 150
        return [UInt8(truncatingIfNeeded: frame / 4500), UInt8(frame / 75 % 60), UInt8(frame % 75)]
    }
}

/// Big-endian fields of a packet.
struct PacketField {
    var packet: [UInt8]

    func word(_ offset: Int) -> UInt16 { UInt16(packet[offset]) << 8 | UInt16(packet[offset + 1]) }

    func long(_ offset: Int) -> UInt32 { UInt32(word(offset)) << 16 | UInt32(word(offset + 2)) }

    static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

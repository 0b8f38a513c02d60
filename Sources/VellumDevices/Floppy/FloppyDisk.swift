/// The formats of floppy disks, by their size.
package struct FloppyFormat: Equatable, Sendable {
    package var cylinders: Int
    package var heads: Int
    package var sectors: Int
    /// The drive that such a disk belongs in.
    package var drive: CMOSSetup.Floppy

    package var sectorCount: Int { cylinders * heads * sectors }

    private init(_ cylinders: Int, _ heads: Int, _ sectors: Int, _ drive: CMOSSetup.Floppy) {
        self.cylinders = cylinders
        self.heads = heads
        self.sectors = sectors
        self.drive = drive
    }

    /// 1.44 MB, which an image of no known size is taken for.
    package static let standard = FloppyFormat(80, 2, 18, .megabytes1_44)

    /// From the PC's 160 KB to 2.88 MB, with the 1.68 MB and 1.72 MB formats that some systems were delivered on.
    package static let all: [FloppyFormat] = [
        FloppyFormat(40, 1, 8, .kilobytes360), FloppyFormat(40, 1, 9, .kilobytes360),
        FloppyFormat(40, 2, 8, .kilobytes360), FloppyFormat(40, 2, 9, .kilobytes360),
        FloppyFormat(80, 2, 9, .kilobytes720), FloppyFormat(80, 2, 15, .megabytes1_2), standard,
        FloppyFormat(80, 2, 20, .megabytes1_44), FloppyFormat(80, 2, 21, .megabytes1_44),
        FloppyFormat(82, 2, 21, .megabytes1_44), FloppyFormat(80, 2, 36, .megabytes2_88),
    ]

    /// The format of a disk with so many sectors.
    package init?(sectorCount: UInt64) {
        guard let format = Self.all.first(where: { UInt64($0.sectorCount) == sectorCount }) else { return nil }
        self = format
    }

    /// The data rates (as CCR and DSR have them) that the disk is read at.
    var rates: [UInt8] {
        switch drive {
        case .megabytes1_2, .megabytes1_44: [0]
        case .megabytes2_88: [3]
        default: [1, 2]
        }
    }
}

/// A drive with what is in it.
struct FloppyDrive {
    struct State: Codable, Equatable, Sendable {
        var cylinder: UInt8 = 0
        /// The door was open since the head last moved.
        var changed = true
    }

    var medium: (any BlockMedium)?
    var format = FloppyFormat.standard
    var content = State()

    /// The sector's number on the disk; nil when the disk has no such sector.
    func sector(head: UInt8, sector: UInt8) -> UInt64? {
        guard medium != nil, Int(content.cylinder) < format.cylinders, Int(head) < format.heads, sector > 0,
            Int(sector) <= format.sectors
        else { return nil }
        return UInt64((Int(content.cylinder) * format.heads + Int(head)) * format.sectors + Int(sector) - 1)
    }
}

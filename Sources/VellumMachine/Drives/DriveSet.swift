import VellumDOS
import VellumDevices

/// What lies in a machine's drives, opened.
package struct DriveSet {
    private var floppies: [BlockImage?] = [nil, nil]
    private var disks: [(image: BlockImage, geometry: LogicalGeometry)?] = [nil, nil]
    private var disc: BlockImage?

    package init() {}

    init(_ configuration: DriveConfiguration) throws(ImageError) {
        let writable = configuration.writable
        for (index, image) in [configuration.floppyA, configuration.floppyB].enumerated() {
            guard let image else { continue }
            floppies[index] = try ImageOpener.open(image, for: .floppy, writable: writable)
        }
        for (index, image) in [configuration.diskA, configuration.diskB].enumerated() {
            guard let image else { continue }
            let opened = try ImageOpener.open(image, for: .disk, writable: writable)
            disks[index] = (opened, LogicalGeometry(of: opened))
        }
        if let image = configuration.cdrom { disc = try ImageOpener.open(image, for: .cd, writable: false) }
    }

    /// All images, in a fixed order.
    var images: [BlockImage] { floppies.compactMap { $0 } + disks.compactMap { $0?.image } + [disc].compactMap { $0 } }

    /// Puts the disks into the drives: hard disks on the first channel, the CD on the second.
    func connect(to chips: Chips) {
        for (index, floppy) in floppies.enumerated() where floppy != nil { chips.floppy.insert(floppy, drive: index) }
        for (index, disk) in disks.enumerated() {
            guard let disk else { continue }
            chips.ide.attachDisk(disk.image, geometry: disk.geometry.physical, drive: index)
        }
        if let disc { chips.ide.attachCD(disc, drive: 2) }
    }

    // MARK: What INT 13h reaches in DOS programs

    func image(unit: UInt8) -> BlockImage? {
        switch unit {
        case 0x00, 0x01: floppies[Int(unit)]
        case 0x80, 0x81: disks[Int(unit) - 0x80]?.image
        default: nil
        }
    }

    /// Disks with more cylinders than the registers hold get more heads in turn, as firmware translates them.
    func shape(unit: UInt8) -> DiskShape? {
        guard let image = image(unit: unit) else { return nil }
        if unit < 0x80 {
            let format = FloppyFormat(sectorCount: image.sectorCount) ?? .standard
            return DiskShape(
                cylinders: format.cylinders, heads: format.heads, sectors: format.sectors,
                sectorCount: image.sectorCount, floppyType: format.drive.rawValue)
        }
        guard let geometry = disks[Int(unit) - 0x80]?.geometry.physical else { return nil }
        var shape = DiskShape(
            cylinders: geometry.cylinders, heads: geometry.heads, sectors: geometry.sectors,
            sectorCount: image.sectorCount)
        while shape.cylinders > 1024, shape.heads < 128 {
            shape.heads *= 2
            shape.cylinders = Int(image.sectorCount) / (shape.heads * shape.sectors)
        }
        if shape.cylinders > 1024 { (shape.heads, shape.cylinders) = (255, min(1024, Int(image.sectorCount) / 16_065)) }
        return shape
    }

    // MARK: What firmware is told

    func floppyType(_ drive: Int) -> CMOSSetup.Floppy {
        guard let image = floppies[drive] else { return .none }
        return (FloppyFormat(sectorCount: image.sectorCount) ?? .standard).drive
    }

    /// CMOS byte 39h has SeaBIOS's translation of the first channel's disks, two bits each.
    func fillTranslation(_ clock: RealTimeClock) {
        clock[cmos: 0x39] = disks.enumerated().reduce(0) { bits, disk in
            bits | (disk.element?.geometry.translation.rawValue ?? 0) << UInt8(disk.offset * 2)
        }
    }

    /// The order as SeaBIOS's `bootorder` file has it: paths of Open Firmware; nothing else is tried.
    func bootOrder(_ order: [CMOSSetup.BootDevice]) -> [String] {
        var paths: [String] = []
        for device in order {
            switch device {
            case .floppy: paths += ["/pci@i0cf8/isa@1/fdc@03f0/floppy@0", "/pci@i0cf8/isa@1/fdc@03f0/floppy@1"]
            case .hardDisk: paths += ["/pci@i0cf8/ide@1,1/drive@0/disk@0", "/pci@i0cf8/ide@1,1/drive@0/disk@1"]
            case .cd: paths.append("/pci@i0cf8/ide@1,1/drive@1/disk@0")
            }
        }
        return paths.isEmpty ? [] : paths + ["HALT"]
    }
}

/// The cylinders, heads and sectors that a disk was partitioned with, guessed as QEMU guesses them: the image does not
/// say, and old systems boot only with those.
struct LogicalGeometry: Equatable {
    /// SeaBIOS's names.
    enum Translation: UInt8 { case none = 0, lba = 1, large = 2 }

    var physical: DiskGeometry
    var translation: Translation

    init(of disk: BlockImage) {
        physical = DiskGeometry(sectorCount: disk.sectorCount)
        translation = physical.cylinders <= 1024 ? .none : .lba
        guard let guess = Self.partitioned(disk) else { return }
        if guess.heads <= 16 {
            physical = guess
            translation = guess.cylinders <= 1024 ? .none : .large
        } else {
            // More heads than a drive has: firmware with block addresses was at work.
            translation = .lba
        }
    }

    /// The end of the first used partition tells heads and sectors.
    private static func partitioned(_ disk: BlockImage) -> DiskGeometry? {
        guard disk.sectorCount > 0 else { return nil }
        var sector = [UInt8](repeating: 0, count: 512)
        guard sector.withUnsafeMutableBytes({ disk.read(sector: 0, into: $0) }), sector[510] == 0x55,
            sector[511] == 0xAA
        else { return nil }
        for entry in stride(from: 446, to: 510, by: 16) {
            let count = (0..<4).reduce(UInt32(0)) { $0 | UInt32(sector[entry + 12 + $1]) << UInt32($1 * 8) }
            let heads = Int(sector[entry + 5]) + 1
            let sectors = Int(sector[entry + 6] & 63)
            guard count != 0, heads > 1, sectors > 0 else { continue }
            let cylinders = disk.sectorCount / UInt64(heads * sectors)
            guard (1...16383).contains(cylinders) else { continue }
            return DiskGeometry(cylinders: Int(cylinders), heads: heads, sectors: sectors)
        }
        return nil
    }
}

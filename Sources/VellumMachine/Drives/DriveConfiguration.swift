/// An image for a drive.
public struct DriveImage: Equatable, Sendable {
    enum Contents: Equatable, Sendable {
        case file
        case bytes([UInt8])
    }

    /// The file, or what to call the bytes.
    public var name: String
    var contents: Contents

    /// A file of the host.
    public init(path: String) {
        name = path
        contents = .file
    }

    /// Bytes in memory.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        contents = .bytes(bytes)
    }
}

/// Where a machine's firmware comes from, and what it boots.
public struct FirmwareOptions: Equatable, Sendable {
    /// The system firmware; nil for SeaBIOS where Debian's package puts it.
    public var system: String?
    /// The video firmware.
    public var video: String?
    /// The drive letters that are tried, in order: a, c, d; empty to go by the image.
    public var order = ""
    /// Firmware shows its boot menu.
    public var menu = false

    public init() {}

    public static let systemPath = "/usr/share/seabios/bios.bin"
    public static let videoPath = "/usr/share/seabios/vgabios-stdvga.bin"
}

/// The drives of a machine.
public struct DriveConfiguration: Equatable, Sendable {
    public var floppyA: DriveImage?
    public var floppyB: DriveImage?
    public var diskA: DriveImage?
    public var diskB: DriveImage?
    public var cdrom: DriveImage?
    /// What the guest writes reaches the images of disks and floppies.
    public var writable = false

    public init() {}

    /// No drive has an image.
    public var isEmpty: Bool { floppyA == nil && floppyB == nil && diskA == nil && diskB == nil && cdrom == nil }
}

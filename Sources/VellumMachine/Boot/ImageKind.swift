/// What an image is.
public enum ImageKind: String, CaseIterable, Sendable {
    /// A kernel by the Multiboot 1 specification: ELF, or raw with address fields.
    case multiboot
    /// A Linux kernel (bzImage), or another program by the same boot protocol.
    case linux
    /// Bytes to be put at an address and started.
    case flat
    case dosCOM = "com"
    case dosEXE = "exe"
    case floppy
    case disk
    case cdrom

    /// Kinds that this version can start.
    public var isSupported: Bool {
        switch self {
        case .multiboot, .linux, .flat: true
        case .dosCOM, .dosEXE, .floppy, .disk, .cdrom: false
        }
    }
}

extension ImageKind {
    /// What the bytes look like, or nil when they look like nothing known.  A Multiboot header wins over everything,
    /// since a kernel may carry one inside another format.
    package static func detect(_ bytes: [UInt8]) -> ImageKind? {
        let reader = ByteReader(bytes)
        if MultibootHeader.find(in: reader) != nil { return .multiboot }
        if LinuxHeader.isPresent(in: reader) { return .linux }
        if reader.u16(0) == 0x5A4D || reader.u16(0) == 0x4D5A { return .dosEXE }
        if isCD(reader) { return .cdrom }
        if reader.u16(510) == 0xAA55 { return bytes.count <= 2_949_120 ? .floppy : .disk }
        return nil
    }

    /// ISO 9660 keeps its first volume descriptor in sector 16.
    private static func isCD(_ reader: ByteReader) -> Bool {
        guard let magic = reader.slice(16 * 2048 + 1, 5) else { return false }
        return magic.elementsEqual("CD001".utf8)
    }
}

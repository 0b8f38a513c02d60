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

    /// The image lies in a drive and is started by firmware.
    public var isDrive: Bool {
        switch self {
        case .floppy, .disk, .cdrom: true
        case .multiboot, .linux, .flat, .dosCOM, .dosEXE: false
        }
    }

    /// A kernel that the board starts as a boot loader would.
    var isKernel: Bool { self == .multiboot || self == .linux }

    /// A program for DOS.
    public var isDOS: Bool { self == .dosCOM || self == .dosEXE }

    /// A .COM program has nothing but its name to tell it by.
    package static func isNamedCOM(_ path: String) -> Bool {
        let name = path.lowercased()
        return name.hasSuffix(".com") || name.hasSuffix(".com.gz")
    }
}

extension ImageKind {
    /// What the bytes look like, or nil when they look like nothing known.  A Multiboot header wins over everything,
    /// since a kernel may carry one inside another format.
    ///
    /// - Parameter size: bytes of the file, when `bytes` are only its first.
    package static func detect(_ bytes: [UInt8], size: Int? = nil) -> ImageKind? {
        let reader = ByteReader(bytes)
        if let kind = bootSector(reader, size: size ?? bytes.count) { return kind }
        if MultibootHeader.find(in: reader) != nil { return .multiboot }
        if LinuxHeader.isPresent(in: reader) { return .linux }
        if reader.u16(0) == 0x5A4D || reader.u16(0) == 0x4D5A { return .dosEXE }
        if isCD(reader) { return .cdrom }
        if reader.u32(0) == 0xFB49_4651 { return .disk }
        return nil
    }

    /// A boot sector wins over what boot loaders keep in the sectors after it, which may be a kernel's header; Linux
    /// kernels, which have the signature as well, say so in that sector.
    private static func bootSector(_ reader: ByteReader, size: Int) -> ImageKind? {
        guard reader.u16(510) == 0xAA55, !LinuxHeader.isPresent(in: reader), !ELFImage.isPresent(in: reader),
            reader.u16(0) != 0x5A4D, size & 511 == 0 || isCD(reader)
        else { return nil }
        if isCD(reader) { return .cdrom }
        return size <= 2_949_120 ? .floppy : .disk
    }

    /// What a file is that lies in a drive; nil for other files.  Only its ends are read.
    package static func ofDrive(path: String) -> ImageKind? {
        // Whoever reads the file as a kernel finds out what is wrong with it.
        guard let file = try? HostBlockFile(path, writable: false) else { return nil }
        let head = file.bytes(at: 0, count: Int(min(file.size, 0x9000))) ?? []
        if let kind = detect(head, size: Int(clamping: file.size)) { return kind.isDrive ? kind : nil }
        guard file.size >= 1024, let tail = file.bytes(at: file.size - 512, count: 8) else { return nil }
        return tail.elementsEqual("conectix".utf8) ? .disk : nil
    }

    /// ISO 9660 keeps its first volume descriptor in sector 16.
    private static func isCD(_ reader: ByteReader) -> Bool {
        guard let magic = reader.slice(16 * 2048 + 1, 5) else { return false }
        return magic.elementsEqual("CD001".utf8)
    }
}

import VellumDevices

/// Opens images for drives: finds out the format, and refuses what makes no drive.
enum ImageOpener {
    /// What the image is for.
    enum Use: String {
        case floppy = "floppy"
        case disk = "hard-disk"
        case cd = "CD"
    }

    static func open(_ image: DriveImage, for use: Use, writable: Bool) throws(ImageError) -> BlockImage {
        do {
            let source = try source(image, use, writable: writable && use != .cd)
            return BlockImage(source, name: image.name, isProtected: use == .cd)
        } catch {
            throw error.about(image.name)
        }
    }

    private static func source(
        _ image: DriveImage, _ use: Use, writable: Bool
    ) throws(ImageError) -> any ImageSource {
        if case .bytes(let bytes) = image.contents {
            return MemorySource(bytes, sectorCount: try sectorCount(UInt64(bytes.count), use, writable: false))
        }
        let file = try HostBlockFile(image.name, writable: writable)
        if QCOW2Source.isPresent(in: file) {
            guard !writable else {
                throw .notUnderstood("", "a qcow2 image, which can only be read", "run it without --write")
            }
            let source = try QCOW2Source(file)
            _ = try sectorCount(source.sectorCount << 9, use, writable: false)
            return source
        }
        let length = use == .disk ? try vhdLength(file) ?? file.size : file.size
        return RawSource(file, length: length, sectorCount: try sectorCount(length, use, writable: writable))
    }

    // MARK: Sizes

    /// Sectors of a drive for an image of `length` bytes.
    private static func sectorCount(_ length: UInt64, _ use: Use, writable: Bool) throws(ImageError) -> UInt64 {
        guard length > 0 else { throw .notUnderstood("", "the file is empty, expected a \(use.rawValue) image") }
        guard length & 511 == 0 else {
            throw .notUnderstood(
                "", "\(length) bytes are no whole number of 512-byte sectors (\(length & 511) bytes too many)",
                "the image may be truncated; `truncate -s %512 FILE` pads it")
        }
        let sectors = length >> 9
        // 48-bit addresses reach this far.
        guard sectors < 1 << 48 else { throw .notUnderstood("", "\(length) bytes are more than any disk has") }
        switch use {
        case .disk: return sectors
        // A disc has whole sectors of 2048 bytes.
        case .cd: return (sectors + 3) & ~3
        case .floppy: return try floppySectors(sectors, writable: writable)
        }
    }

    /// A floppy image of no known size is put on a 1.44 MB disk, if it fits and need not grow.
    private static func floppySectors(_ sectors: UInt64, writable: Bool) throws(ImageError) -> UInt64 {
        if FloppyFormat(sectorCount: sectors) != nil { return sectors }
        let standard = UInt64(FloppyFormat.standard.sectorCount)
        guard sectors < standard else {
            throw .notUnderstood("", "\(sectors << 9) bytes are the size of no floppy disk (160 KB to 2.88 MB)")
        }
        guard !writable else {
            throw .notUnderstood(
                "", "\(sectors << 9) bytes are the size of no floppy disk, so it cannot be used with --write",
                "`truncate -s 1440K FILE` makes it one")
        }
        return standard
    }

    // MARK: VHD

    /// The bytes of a fixed VHD before its footer; nil when the file is none (Virtual Hard Disk Image Format
    /// Specification 1.0).
    private static func vhdLength(_ file: HostBlockFile) throws(ImageError) -> UInt64? {
        guard file.size >= 1024, let footer = file.bytes(at: file.size - 512, count: 512),
            footer.starts(with: "conectix".utf8)
        else { return nil }
        let place = "VHD footer"
        let fields = BigEndian(footer)
        let kind = fields.u32(60)
        guard kind == 2 else {
            let name = kind == 3 ? "dynamic" : kind == 4 ? "differencing" : "unknown (\(kind))"
            throw .notUnderstood(
                place, "the disk is of the \(name) kind, expected a fixed one",
                "convert it with `qemu-img convert -O vpc -o subformat=fixed`")
        }
        let sum = footer.enumerated().reduce(UInt32(0)) {
            (64..<68).contains($1.offset) ? $0 : $0 &+ UInt32($1.element)
        }
        guard ~sum == fields.u32(64) else { throw .notUnderstood(place, "the checksum is wrong") }
        let size = fields.u64(48)
        guard size <= file.size - 512 else {
            throw .notUnderstood(
                place, "a disk of \(size) bytes in a file of \(file.size)", "the image may be truncated")
        }
        return size
    }
}

/// Everything that starting an image takes, as data: what goes where in memory, and the processor's first state.
///
/// A loader makes it from bytes alone, so that a hostile image meets no machine.
package struct BootPlan: Equatable, Sendable {
    /// Bytes for RAM at a physical address, zero-filled to `size`.
    package struct Region: Equatable, Sendable {
        package var address: UInt32
        package var bytes: [UInt8]
        package var size: UInt32

        package init(address: UInt32, bytes: [UInt8], size: UInt32? = nil) {
            self.address = address
            self.bytes = bytes
            self.size = size ?? UInt32(clamping: bytes.count)
        }

        package var range: Range<UInt64> { UInt64(address)..<UInt64(address) + UInt64(size) }
    }

    /// The segments that the processor starts with.
    package enum Mode: Equatable, Sendable {
        /// Real mode: CS as given, the other segment registers `data`.
        case real(code: UInt16, data: UInt16)
        /// As the processor is after a reset.
        case reset
        /// Protected mode, paging off, flat 4 GiB segments, from a GDT that stands at `gdt`.
        case flat32(gdt: UInt32, gdtLimit: UInt16, code: UInt16, data: UInt16)
    }

    package struct Entry: Equatable, Sendable {
        package var mode: Mode
        package var eip: UInt32
        package var esp: UInt32 = 0
        package var eax: UInt32 = 0
        package var ebx: UInt32 = 0
        package var esi: UInt32 = 0

        package init(mode: Mode, eip: UInt32) {
            self.mode = mode
            self.eip = eip
        }
    }

    package var kind: ImageKind
    package var regions: [Region]
    package var entry: Entry
    /// What starts the image, when the board does not do so itself.
    package var firmware: Firmware?
    /// A DOS program's file; DOS loads it.
    package var program: [UInt8]?

    package init(kind: ImageKind, regions: [Region], entry: Entry) {
        self.kind = kind
        self.regions = regions
        self.entry = entry
    }
}

/// A PC's firmware.
package struct Firmware: Equatable, Sendable {
    /// Shown at the top of the address space and below 1 MiB.
    package var system: [UInt8]
    package var video: [UInt8]

    /// No firmware of a PC is larger.
    private static let largest = 1 << 20

    /// Reads both from their files.
    package init(_ options: FirmwareOptions) throws(ImageError) {
        let advice = options.system == nil ? "install Debian's seabios package, or name a file with --bios" : ""
        system = try Self.read(options.system ?? FirmwareOptions.systemPath, advice)
        guard system.count >= 4096, system.count & 0xFFF == 0, system.count <= Self.largest else {
            throw ImageError(
                .notUnderstood, file: options.system ?? FirmwareOptions.systemPath,
                problem: "firmware of \(system.count) bytes, expected a multiple of 4096 up to 1 MiB")
        }
        let videoAdvice = options.video == nil ? "install Debian's seabios package, or name a file with --vgabios" : ""
        video = try Self.read(options.video ?? FirmwareOptions.videoPath, videoAdvice)
        guard video.starts(with: [0x55, 0xAA]), video.count <= 0x10000 else {
            throw ImageError(
                .notUnderstood, file: options.video ?? FirmwareOptions.videoPath, place: "offset 0x0",
                problem: "no option ROM: expected 55h AAh and at most 64 KiB")
        }
    }

    private static func read(_ path: String, _ advice: String) throws(ImageError) -> [UInt8] {
        do {
            return try HostFile.read(path, limit: largest)
        } catch {
            throw ImageError(error.kind, file: error.file, problem: "firmware: \(error.problem)", advice: advice)
        }
    }
}

/// A flat GDT for loaders that promise the guest flat segments.
package enum FlatGDT {
    /// Null descriptors up to `code`, then code and data, each of 4 GiB.
    package static func bytes(code: UInt16, data: UInt16) -> [UInt8] {
        var table = ByteWriter(count: Int(max(code, data)) + 8)
        table.put64(0x00CF_9B00_0000_FFFF, at: Int(code))
        table.put64(0x00CF_9300_0000_FFFF, at: Int(data))
        return table.bytes
    }
}

/// Finds free physical memory for what a loader adds to an image.
package struct MemoryPlacer: Sendable {
    private var taken: [Range<UInt64>]

    package init(taken: [Range<UInt64>]) { self.taken = taken.filter { !$0.isEmpty } }

    /// The lowest aligned address in `window` where `size` bytes are free; they are then taken.
    package mutating func place(size: Int, alignment: UInt64, in window: Range<UInt64>) -> UInt32? {
        var address = (window.lowerBound + alignment - 1) / alignment * alignment
        let size = UInt64(max(size, 1))
        while address + size <= window.upperBound {
            let wanted = address..<address + size
            guard let obstacle = taken.first(where: { $0.overlaps(wanted) }) else {
                taken.append(wanted)
                return UInt32(exactly: address)
            }
            address = (obstacle.upperBound + alignment - 1) / alignment * alignment
        }
        return nil
    }
}

import VellumEvents
import VellumIA32

/// Processors that a guest may be shown.
public enum ProcessorName: String, CaseIterable, Sendable {
    case i386 = "386"
    case i486 = "486"
    case pentium
    case pentium3

    package var level: CPULevel {
        switch self {
        case .i386: .i386
        case .i486: .i486
        case .pentium: .pentium
        case .pentium3: .pentium3
        }
    }
}

/// What a reset of the machine does.
public enum ResetPolicy: String, CaseIterable, Sendable {
    /// The machine starts again.
    case reboot
    /// The run ends.
    case exit
}

/// The port whose write ends the run with a status.
public enum DebugExitPort: Equatable, Sendable {
    /// F4h for Multiboot and flat images, none for others.
    case automatic
    case none
    case port(UInt16)

    func number(for kind: ImageKind) -> UInt16? {
        switch self {
        case .automatic: kind == .multiboot || kind == .flat ? 0xF4 : nil
        case .none: nil
        case .port(let port): port
        }
    }
}

/// The bytes to run and what belongs to them.
public struct BootImage: Equatable, Sendable {
    /// The image as the user named it: for messages and the statistics.
    public var name: String
    public var bytes: [UInt8]
    /// The kind, or nil to tell it from the bytes.
    public var kind: ImageKind?
    /// The kernel's command line (Multiboot, Linux).
    public var commandLine = ""
    /// Files for the kernel with their strings: Multiboot modules; the first is Linux's initial RAM disk.
    public var modules: [(name: String, bytes: [UInt8])] = []
    /// Where a flat image goes; makes the image flat when `kind` is nil.
    public var flat: FlatLayout?

    public init(name: String, bytes: [UInt8], kind: ImageKind? = nil) {
        self.name = name
        self.bytes = bytes
        self.kind = kind
    }

    /// Reads a file.  An image for a drive is not read but left where it is, to be opened with the machine; `flat` says
    /// that the bytes are wanted all the same.
    public init(path: String, kind: ImageKind? = nil, flat: FlatLayout? = nil) throws(ImageError) {
        let known = kind ?? (flat == nil ? ImageKind.ofDrive(path: path) : .flat)
        self.init(name: path, bytes: known?.isDrive == true ? [] : try HostFile.read(path), kind: known ?? kind)
        self.flat = flat
    }

    /// The drive's image that this is, for kinds that are booted from one.
    var drive: DriveImage {
        bytes.isEmpty ? DriveImage(path: name) : DriveImage(name: name, bytes: bytes)
    }

    /// Adds a file from the host; `string` is what a Multiboot kernel is told about it.
    public mutating func addModule(path: String, string: String? = nil) throws(ImageError) {
        modules.append((string ?? path, try HostFile.read(path)))
    }

    public static func == (a: BootImage, b: BootImage) -> Bool {
        a.name == b.name && a.bytes == b.bytes && a.kind == b.kind && a.commandLine == b.commandLine
            && a.flat == b.flat && a.modules.elementsEqual(b.modules) { $0.name == $1.name && $0.bytes == $1.bytes }
    }
}

/// How a machine is made.
public struct MachineConfiguration: Equatable, Sendable {
    public var image: BootImage
    /// Bytes of RAM: 1 MiB to 3 GiB.
    public var memory = 64 << 20
    public var processor = ProcessorName.pentium3
    public var drives = DriveConfiguration()
    public var firmware = FirmwareOptions()
    /// What a DOS program gets of the host.
    public var dos = DOSConfiguration()
    public var timebase = Timebase.standard
    /// The real-time clock at power-on, in seconds since 1970 (UTC).
    public var startTime: Int64 = 946_684_800
    public var onReset = ResetPolicy.exit
    public var debugExit = DebugExitPort.automatic
    /// The debug exit's value is the exit status as it is, not QEMU's `(value << 1) | 1`.
    public var debugExitRaw = false

    // The engine: none of these changes what a guest computes.
    public var chaining = true
    public var passes = true
    /// Bytes that translations may take.
    public var cacheSize = 64 << 20
    /// Guest instructions in a fragment at most; zero for the default.
    public var blockLimit = 0
    /// What leaves a full translation cache.
    public var eviction = EvictionPolicy.flush
    /// See `EngineOptions.callsInCache`.
    package var callsInCache = true
    /// See `EngineOptions.deprivileged`.
    package var deprivileged = false

    public init(image: BootImage) { self.image = image }

    public static let memoryRange = (1 << 20)...(3 << 30)
}

extension BootImage {
    /// The image is a program for DOS.
    public var isDOSProgram: Bool {
        looksLike(.dosEXE) || looksLike(.dosCOM)
            || kind == nil && flat == nil && ImageKind.isNamedCOM(name) && !ELFImage.isPresent(in: ByteReader(bytes))
                && ImageKind.detect(bytes) == nil
    }

    /// The image is of a kind, as told or by its bytes; compressed ones are looked into.
    public func looksLike(_ kind: ImageKind) -> Bool {
        if let known = self.kind { return known == kind }
        if flat != nil { return kind == .flat }
        let plain = Gunzip.isCompressed(bytes) ? (try? Gunzip.inflate(bytes)) ?? [] : bytes
        return ImageKind.detect(plain) == kind
    }
}

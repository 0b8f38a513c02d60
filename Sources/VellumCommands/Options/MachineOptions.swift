import ArgumentParser
import VellumEvents
import VellumMachine

/// The options that say what the machine is.
struct MachineOptions: ParsableArguments {
    @Option(name: [.customShort("m"), .long], help: "Guest memory: a number with K, M or G.")
    var memory = MemorySize(bytes: 64 << 20)

    @Option(help: "The processor that the guest sees: 386, 486, pentium or pentium3.")
    var cpu = ProcessorName.pentium3

    @Option(name: .customLong("as"), help: "What the image is, instead of what its bytes look like.")
    var kind: ImageKind?

    @Option(parsing: .unconditional, help: "The kernel's command line (Multiboot, Linux).")
    var append = ""

    @Option(
        help: ArgumentHelp(
            "Linux: the initial RAM disk. Multiboot: modules, as \"FILE ARGS,FILE ARGS\".", valueName: "file"))
    var initrd: String?

    @Option(help: "Flat image: where its first byte goes.")
    var load: Address?

    @Option(help: "Flat image: the first instruction (default: where it is loaded).")
    var entry: Address?

    @Option(help: "Flat image: 16 or 32 bits.")
    var mode: Int?

    @Option(help: "Speed of virtual time in million instructions a second, or 8088, 286, 386, 486, pentium.")
    var mips: Speed?

    @Option(
        help:
            "The real-time clock at the start: an ISO 8601 date (UTC), or host (default: 2000-01-01, DOS programs host)."
    )
    var rtc: ClockStart?

    @Option(help: "Seed of everything random in the machine (nothing is, so far).")
    var seed: UInt64 = 0

    @Option(help: "When the guest resets the machine: reboot or exit (default: reboot with firmware, else exit).")
    var onReset: ResetPolicy?

    @Option(help: "The port that ends the run with a status; none for no such port (default: 0xf4, not for Linux).")
    var debugExit: String?

    @Flag(help: "The debug exit's value is the exit status itself, not (value << 1) | 1.")
    var debugExitRaw = false

    func validate() throws {
        guard MachineConfiguration.memoryRange.contains(memory.bytes) else {
            throw ValidationError("-m: memory must be between 1M and 3G.")
        }
        if let mode, mode != 16, mode != 32 { throw ValidationError("--mode is 16 or 32.") }
        if load == nil, entry != nil || mode != nil {
            throw ValidationError("--entry and --mode go with --load ADDR, for a flat image.")
        }
        _ = try debugExitPort()
    }

    private func debugExitPort() throws -> DebugExitPort {
        guard let debugExit else { return .automatic }
        if debugExit == "none" { return .none }
        guard let address = Address(argument: debugExit), let port = UInt16(exactly: address.value) else {
            throw ValidationError("--debug-exit takes a port, 0 to 0xffff, or none.")
        }
        return .port(port)
    }

    /// The layout of a flat image.
    private var flat: FlatLayout? {
        guard let load else { return nil }
        return FlatLayout(
            load: load.value, entry: (entry ?? load).value, mode: mode == 16 ? .bits16 : .bits32)
    }

    /// The configuration for an image.
    /// - Parameters:
    ///   - path: nil to boot from what is in the drives.
    ///   - arguments: what stood after `--`; it follows the command line.
    func configuration(
        image path: String?, drives: DriveOptions, arguments: [String]
    ) throws -> MachineConfiguration {
        var image: BootImage
        if let path {
            image = try BootImage(path: path, kind: kind, flat: flat)
            if let kind = image.kind { try drives.check(kind) }
        } else if let (path, kind) = drives.bootImage {
            image = try BootImage(path: path, kind: kind)
        } else {
            throw ValidationError("There is nothing to boot: name an IMAGE, or a drive's with --fda, --hda or --cdrom.")
        }
        if !image.isDOSProgram {
            image.commandLine = ([append] + arguments).filter { !$0.isEmpty }.joined(separator: " ")
        }
        try addModules(to: &image)
        var configuration = MachineConfiguration(image: image)
        configuration.memory = memory.bytes
        configuration.processor = cpu
        configuration.timebase = mips?.timebase ?? .standard
        let start = rtc ?? (image.isDOSProgram ? .host : .standard)
        configuration.startTime = start.seconds
        if start == .host { configuration.dos.zoneOffset = HostClock.zoneOffset }
        configuration.drives = drives.drives
        configuration.firmware = drives.firmware
        configuration.onReset = onReset ?? (image.kind?.isDrive == true ? .reboot : .exit)
        configuration.debugExit = try debugExitPort()
        configuration.debugExitRaw = debugExitRaw
        return configuration
    }

    /// A Linux kernel takes one file, whose name may hold anything; a Multiboot kernel a list, as in QEMU.
    private func addModules(to image: inout BootImage) throws {
        guard let initrd else { return }
        guard image.looksLike(.multiboot) else { return try image.addModule(path: initrd) }
        for item in initrd.split(separator: ",") {
            let path = item.split(separator: " ", maxSplits: 1).first.map(String.init) ?? ""
            try image.addModule(path: path, string: String(item))
        }
    }
}

/// How the engine works: nothing here changes what the guest computes or how instructions are counted.
struct EngineOptionGroup: ParsableArguments {
    @Flag(help: "Do not link fragments to each other.")
    var noChaining = false

    @Flag(help: "Do not optimise fragments.")
    var noPasses = false

    @Option(help: "Bytes that translations may take: a number with K, M or G.")
    var cacheSize: CacheSize?

    @Option(help: "Guest instructions in a fragment at most.")
    var blockLimit: Int?

    @Option(help: "What leaves a full cache: flush (everything), fifo, half (the older half) or lru.")
    var eviction = EvictionPolicy.flush

    func validate() throws {
        if let cacheSize, !(64 << 10...4 << 30).contains(cacheSize.bytes) {
            throw ValidationError("--cache-size must be between 64K and 4G.")
        }
        if let blockLimit, !(1...4096).contains(blockLimit) {
            throw ValidationError("--block-limit must be between 1 and 4096.")
        }
    }

    func apply(to configuration: inout MachineConfiguration) {
        configuration.chaining = !noChaining
        configuration.passes = !noPasses
        if let cacheSize { configuration.cacheSize = cacheSize.bytes }
        if let blockLimit { configuration.blockLimit = blockLimit }
        configuration.eviction = eviction
    }
}

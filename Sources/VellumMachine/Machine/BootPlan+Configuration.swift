extension BootPlan {
    /// The plan for a configuration's image.
    init(_ configuration: MachineConfiguration) throws(ImageError) {
        let image = configuration.image
        if let kind = image.kind ?? ImageKind.detect(image.bytes), kind.isDrive, image.flat == nil {
            self.init(kind: kind, regions: [], entry: Entry(mode: .reset, eip: 0xFFF0))
            firmware = try Firmware(configuration.firmware)
            return
        }
        guard !image.bytes.isEmpty else { throw .notUnderstood("", "the file is empty", "expected an image to run") }
        let bytes = Gunzip.isCompressed(image.bytes) ? try Gunzip.inflate(image.bytes) : image.bytes
        let memory = configuration.memory
        switch try BootPlan.kind(of: image, bytes) {
        case .multiboot: self = try BootPlan.multiboot(image, bytes, memory)
        case .linux:
            let loader = LinuxLoader(
                memory: memory, commandLine: image.commandLine, initrd: image.modules.first?.bytes)
            self = try loader.plan(bytes)
        case .flat:
            guard let layout = image.flat else {
                throw .notUnderstood("", "a flat image needs an address", "give --load ADDR and --entry ADDR")
            }
            self = try FlatLoader(memory: memory, layout: layout).plan(bytes)
        case let kind where kind.isDOS:
            self.init(kind: kind, regions: [], entry: Entry(mode: .reset, eip: 0xFFF0))
            program = bytes
        case let kind: throw .unsupported(kind)
        }
    }

    private static func kind(of image: BootImage, _ bytes: [UInt8]) throws(ImageError) -> ImageKind {
        if let kind = image.kind ?? (image.flat == nil ? nil : .flat) { return kind }
        if let kind = ImageKind.detect(bytes) { return kind }
        if ImageKind.isNamedCOM(image.name), !ELFImage.isPresent(in: ByteReader(bytes)) { return .dosCOM }
        if ELFImage.isPresent(in: ByteReader(bytes)) {
            throw .notUnderstood(
                "first 8192 bytes", "an ELF file without a Multiboot header",
                "a program for another system cannot be booted")
        }
        throw .notUnderstood(
            "", "neither a Multiboot kernel nor a Linux bzImage nor a DOS program nor anything else that can be booted",
            "for a flat binary give --load ADDR and --entry ADDR")
    }

    /// The first word of the command line is the kernel's file name, as boot loaders give it; without its directory, so
    /// that a run does not depend on where the file lies.
    private static func multiboot(
        _ image: BootImage, _ bytes: [UInt8], _ memory: Int
    ) throws(ImageError) -> BootPlan {
        let name = fileName(image.name)
        let line = image.commandLine.isEmpty ? name : "\(name) \(image.commandLine)"
        var modules: [BootModule] = []
        for (string, contents) in image.modules {
            let words = string.split(separator: " ", maxSplits: 1)
            let file = fileName(String(words.first ?? ""))
            modules.append(
                BootModule(bytes: contents, string: words.count > 1 ? "\(file) \(words[1])" : file))
        }
        return try MultibootLoader(memory: memory, commandLine: line, modules: modules).plan(bytes)
    }

    private static func fileName(_ path: String) -> String {
        String(path.split(separator: "/").last ?? Substring(path))
    }
}

extension ImageError {
    static func unsupported(_ kind: ImageKind) -> ImageError {
        .notUnderstood(
            "", "\(kind.rawValue): an image that this version cannot start so",
            "expected a Multiboot kernel, a Linux bzImage, a DOS program or a flat binary")
    }
}

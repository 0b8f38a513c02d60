import VellumMachine

/// A binary as its code lies in memory: what audits and listings look at.
package struct CodeImage: Sendable {
    /// Bytes that hold code, and maybe data, of one default operand size.
    package struct Region: Sendable {
        package var name: String
        /// Linear address of the first byte.
        package var address: UInt32
        package var bytes: [UInt8]
        package var is32Bit: Bool

        package var range: Range<UInt64> { UInt64(address)..<UInt64(address) + UInt64(bytes.count) }
    }

    /// Where execution begins, or may.
    package struct Entry: Sendable {
        package var address: UInt32
        /// Base of the code segment: EIP is `address` less this.
        package var codeBase: UInt32
        package var name: String
    }

    /// "ELF", "MZ", "PE", "COM", "boot sector", "Linux", "Multiboot", "flat".
    package var format: String
    package var regions: [Region]
    package var entries: [Entry]
    /// What a reader of addresses has to know; may be empty.
    package var remark = ""

    /// The region that holds an address.
    package func region(at address: UInt32) -> Int? {
        regions.firstIndex { $0.range.contains(UInt64(address)) }
    }

    /// Adds places that the user knows to be code.
    package mutating func addEntries(_ addresses: [UInt32]) throws(ImageError) {
        for address in addresses {
            guard let region = region(at: address) else {
                throw .notUnderstood("", "no code at \(hex(address))", "code lies at \(spans)")
            }
            let base = regions[region].is32Bit ? 0 : entries.last { $0.codeBase <= address }?.codeBase ?? 0
            entries.append(Entry(address: address, codeBase: base, name: "given"))
        }
    }

    /// Where code lies, for messages.
    package var spans: String {
        regions.prefix(8).map { "\(hex($0.range.lowerBound))–\(hex($0.range.upperBound))" }.joined(separator: ", ")
    }
}

extension CodeImage {
    /// Reads a binary.  Gzipped ones are inflated.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - name: decides whether it is a .COM program, which has nothing else to tell it by.
    ///   - kind: what it is, where the user says so.
    ///   - flat: where a flat binary goes; makes it flat.
    package init(
        _ bytes: [UInt8], name: String, kind: ImageKind? = nil, flat: FlatLayout? = nil
    ) throws(ImageError) {
        let plain = Gunzip.isCompressed(bytes) ? try Gunzip.inflate(bytes) : bytes
        let reader = ByteReader(plain)
        guard !plain.isEmpty else { throw .notUnderstood("", "the file is empty, expected a binary") }
        if let flat, kind == nil || kind == .flat {
            self = try FlatCode.image(reader, flat)
        } else if ELFImage.isPresent(in: reader) {
            self = try ELFCode(reader).image()
        } else if let kind = kind ?? Self.kind(reader, name) {
            self = try Self.image(reader, kind)
        } else {
            throw .notUnderstood(
                "offset 0x0", "no ELF, MZ, PE, boot sector, Linux or Multiboot image, nor named .COM",
                "give --load ADDR for a flat binary")
        }
        try check()
    }

    private static func kind(_ reader: ByteReader, _ name: String) -> ImageKind? {
        ImageKind.detect(reader.bytes) ?? (ImageKind.isNamedCOM(name) ? .dosCOM : nil)
    }

    private static func image(_ reader: ByteReader, _ kind: ImageKind) throws(ImageError) -> CodeImage {
        switch kind {
        case .dosEXE: return try PECode.isPresent(in: reader) ? PECode(reader).image() : DOSCode.program(reader)
        case .dosCOM: return try DOSCode.command(reader)
        case .linux: return try LinuxCode.image(reader)
        case .multiboot: return try MultibootCode.image(reader)
        case .floppy, .disk, .cdrom: return try FlatCode.bootSector(reader)
        case .flat: throw .notUnderstood("", "a flat binary", "give --load ADDR")
        }
    }

    /// Regions stay within 4 GiB, do not overlap, and hold an entry.
    private func check() throws(ImageError) {
        let sorted = regions.filter { !$0.bytes.isEmpty }.sorted { $0.address < $1.address }
        guard let last = sorted.last else { throw .notUnderstood("", "no bytes of code") }
        guard last.range.upperBound <= 1 << 32 else {
            throw .notUnderstood(last.name, "ends at \(hex(last.range.upperBound)), past 4 GiB")
        }
        for (first, second) in zip(sorted, sorted.dropFirst()) where first.range.overlaps(second.range) {
            throw .notUnderstood(second.name, "overlaps \(first.name) at \(hex(second.address))")
        }
        guard let entry = entries.first else { throw .notUnderstood("", "no entry point and no function symbol") }
        guard entries.contains(where: { region(at: $0.address) != nil }) else {
            throw .notUnderstood("", "the entry point \(hex(entry.address)) lies in no code")
        }
    }
}

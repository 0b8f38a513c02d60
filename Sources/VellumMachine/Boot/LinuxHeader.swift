/// The setup header of a Linux kernel image (Documentation/arch/x86/boot.rst).
package struct LinuxHeader: Equatable, Sendable {
    /// Size of the real-mode part in 512-byte sectors, the boot sector not counted.
    package var setupSectors: Int
    package var version: UInt16
    package var loadFlags: UInt8
    package var codeStart: UInt32
    /// The last address that the initrd may occupy.
    package var initrdLast: UInt32
    package var alignment: UInt32
    package var relocatable: Bool
    /// The longest command line, without its terminator.
    package var commandLineLimit: Int
    package var preferredAddress: UInt64
    /// Memory that must be free from the load address on while the kernel starts.
    package var initialSize: UInt32
    /// The header's bytes from 1F1h on, to be copied into the zero page.
    package var bytes: [UInt8]

    /// The header's place in the image and in the zero page.
    package static let offset = 0x1F1

    package static func isPresent(in reader: ByteReader) -> Bool {
        reader.u16(0x1FE) == 0xAA55 && reader.u32(0x202) == 0x5372_6448
    }

    package init(_ reader: ByteReader) throws(ImageError) {
        guard LinuxHeader.isPresent(in: reader) else {
            throw .notUnderstood("offset 0x202", "no Linux boot header (\"HdrS\")", "choose another kind with --as")
        }
        guard let version = reader.u16(0x206), let jump = reader.u8(0x201), let sectors = reader.u8(0x1F1),
            reader.count >= 0x230
        else { throw .notUnderstood("offset \(hex(reader.count))", "the file ends inside the Linux boot header") }
        let end = 0x202 + Int(jump)
        guard end <= reader.count, end >= LinuxHeader.minimumEnd(version) else {
            throw .notUnderstood("offset 0x201", "a boot header that ends at \(hex(end)) for protocol \(hex(version))")
        }
        self.version = version
        // Zero stands for four: kernels from before the field (boot.rst, setup_sects).
        setupSectors = sectors == 0 ? 4 : Int(sectors)
        loadFlags = reader.u8(0x211) ?? 0
        codeStart = reader.u32(0x214) ?? 0x100000
        initrdLast = version >= 0x203 ? reader.u32(0x22C) ?? 0 : 0x37FF_FFFF
        alignment = version >= 0x205 ? reader.u32(0x230) ?? 0 : 0
        relocatable = version >= 0x205 && reader.u8(0x234) != 0
        commandLineLimit = version >= 0x206 ? Int(reader.u32(0x238) ?? 255) : 255
        let preferred = UInt64(reader.u32(0x258) ?? 0) | UInt64(reader.u32(0x25C) ?? 0) << 32
        preferredAddress = version >= 0x20A ? preferred : 0
        initialSize = version >= 0x20A ? reader.u32(0x260) ?? 0 : 0
        bytes = Array(reader.bytes[LinuxHeader.offset..<min(end, 0x290)])
    }

    /// Where the header of a protocol version ends at least.
    private static func minimumEnd(_ version: UInt16) -> Int {
        switch version {
        case ..<0x202: 0x228
        case ..<0x203: 0x22C
        case ..<0x205: 0x230
        case ..<0x206: 0x238
        case ..<0x20A: 0x23C
        default: 0x264
        }
    }

    /// The protected-mode kernel is loaded at 1 MiB (LOADED_HIGH): a bzImage.
    package var isLoadedHigh: Bool { loadFlags & 1 != 0 }
}

import VellumDOS
import VellumMachine

/// DOS programs.
enum DOSCode {
    private static func load(_ reader: ByteReader) throws(ImageError) -> ProgramImage {
        do {
            return try ProgramImage(reader.bytes)
        } catch {
            throw .notUnderstood(error.place, error.text)
        }
    }

    static func program(_ reader: ByteReader) throws(ImageError) -> CodeImage {
        let image = try load(reader)
        guard let header = image.header else { throw .notUnderstood("offset 0x0", "no MZ header") }
        let base = UInt32(header.cs) << 4
        return CodeImage(
            format: "MZ",
            regions: [CodeImage.Region(name: "load module", address: 0, bytes: image.module, is32Bit: false)],
            entries: [CodeImage.Entry(address: base &+ UInt32(header.ip), codeBase: base, name: "entry point")],
            remark: "addresses are offsets in the load module, which begins at byte \(header.size) of the file")
    }

    static func command(_ reader: ByteReader) throws(ImageError) -> CodeImage {
        let image = try load(reader)
        return CodeImage(
            format: "COM",
            regions: [CodeImage.Region(name: "program", address: 0x100, bytes: image.module, is32Bit: false)],
            entries: [CodeImage.Entry(address: 0x100, codeBase: 0, name: "entry point")])
    }
}

/// Linux kernels and what else is loaded by their protocol: a real-mode part and a 32-bit one.
enum LinuxCode {
    static func image(_ reader: ByteReader) throws(ImageError) -> CodeImage {
        let header = try LinuxHeader(reader)
        let size = (header.setupSectors + 1) * 512
        guard let setup = reader.slice(0, UInt64(size)), reader.count > size else {
            throw .notUnderstood(
                "offset 0x1F1", "a real-mode part of \(size) bytes in a file of \(reader.count) bytes")
        }
        return CodeImage(
            format: "Linux",
            regions: [
                CodeImage.Region(name: "real-mode part", address: 0x90000, bytes: Array(setup), is32Bit: false),
                CodeImage.Region(
                    name: "32-bit part", address: header.codeStart, bytes: Array(reader.bytes[size...]), is32Bit: true),
            ],
            entries: [
                CodeImage.Entry(address: 0x90200, codeBase: 0x90200, name: "real-mode entry point"),
                CodeImage.Entry(address: header.codeStart, codeBase: 0, name: "32-bit entry point"),
            ], remark: "a compressed kernel inside is not looked into: audit its vmlinux")
    }
}

/// Multiboot kernels that are no ELF files.
enum MultibootCode {
    static func image(_ reader: ByteReader) throws(ImageError) -> CodeImage {
        guard let header = MultibootHeader.find(in: reader) else {
            throw .notUnderstood("", "no Multiboot header in the first 8 KiB")
        }
        try header.check()
        guard let addresses = header.addresses else {
            throw .notUnderstood("Multiboot header at offset \(hex(header.offset))", "no address fields, and no ELF")
        }
        let loaded = try addresses.region(reader, header: header)
        return CodeImage(
            format: "Multiboot",
            regions: [CodeImage.Region(name: "image", address: loaded.address, bytes: loaded.bytes, is32Bit: true)],
            entries: [CodeImage.Entry(address: addresses.entry, codeBase: 0, name: "entry point")])
    }
}

/// Bytes without a format.
enum FlatCode {
    static func image(_ reader: ByteReader, _ layout: FlatLayout) throws(ImageError) -> CodeImage {
        let is32Bit = layout.mode == .bits32
        // As `vellum run` starts it: CS as high as it need be in real mode.
        let base = is32Bit || layout.entry <= 0xFFFF ? 0 : layout.entry & ~0xF
        return CodeImage(
            format: "flat",
            regions: [CodeImage.Region(name: "image", address: layout.load, bytes: reader.bytes, is32Bit: is32Bit)],
            entries: [CodeImage.Entry(address: layout.entry, codeBase: base, name: "entry point")])
    }

    /// What a BIOS loads of a drive: one sector, at 7C00h.
    static func bootSector(_ reader: ByteReader) throws(ImageError) -> CodeImage {
        guard let sector = reader.slice(0, 512), reader.u16(510) == 0xAA55 else {
            throw .notUnderstood("offset 0x1FE", "no boot sector: 55h AAh expected at its end")
        }
        return CodeImage(
            format: "boot sector",
            regions: [CodeImage.Region(name: "boot sector", address: 0x7C00, bytes: Array(sector), is32Bit: false)],
            entries: [CodeImage.Entry(address: 0x7C00, codeBase: 0, name: "entry point")],
            remark: "what it loads is not looked into")
    }
}

/// Where a flat image goes and how it starts.
public struct FlatLayout: Equatable, Sendable {
    public enum Mode: Int, Sendable {
        /// Real mode, as firmware would start a boot sector.
        case bits16 = 16
        /// Protected mode with flat 4 GiB segments, paging off.
        case bits32 = 32
    }

    public var load: UInt32
    public var entry: UInt32
    public var mode: Mode

    /// - Parameters:
    ///   - load: Physical address of the image's first byte.
    ///   - entry: Physical address of the first instruction.
    public init(load: UInt32, entry: UInt32, mode: Mode = .bits32) {
        self.load = load
        self.entry = entry
        self.mode = mode
    }
}

/// Starts bytes that carry no header.
///
/// In 16-bit mode CS is the 64 KiB page of the entry (0000h for the first), the other segment registers are zero and
/// SP is 7C00h, as in a boot sector.  In 32-bit mode CS is 08h, the others 10h, and ESP is 7C00h.
package struct FlatLoader: Sendable {
    package var memory: Int
    package var layout: FlatLayout

    package init(memory: Int, layout: FlatLayout) {
        self.memory = memory
        self.layout = layout
    }

    private static let gdt: UInt32 = 0x600

    package func plan(_ bytes: [UInt8]) throws(ImageError) -> BootPlan {
        guard !bytes.isEmpty else { throw .notUnderstood("", "the file is empty") }
        let kernel = BootPlan.Region(address: layout.load, bytes: bytes)
        try BootPlan.checkPlacement(
            UInt64(layout.load)..<UInt64(layout.load) + UInt64(bytes.count), place: "--load \(hex(layout.load))",
            map: MemoryMap(memory: memory))
        guard kernel.range.contains(UInt64(layout.entry)) else {
            throw .notUnderstood("--entry \(hex(layout.entry))", "outside the loaded bytes")
        }
        switch layout.mode {
        case .bits16: return try real(kernel)
        case .bits32: return flat(kernel)
        }
    }

    private func real(_ kernel: BootPlan.Region) throws(ImageError) -> BootPlan {
        guard layout.entry < 0x100000 else {
            throw .notUnderstood("--entry \(hex(layout.entry))", "16-bit code must start below 1 MiB", "use --mode 32")
        }
        let code = UInt16(layout.entry >> 4 & 0xF000)
        var entry = BootPlan.Entry(mode: .real(code: code, data: 0), eip: layout.entry & 0xFFFF)
        entry.esp = 0x7C00
        return BootPlan(kind: .flat, regions: [kernel], entry: entry)
    }

    private func flat(_ kernel: BootPlan.Region) -> BootPlan {
        let table = FlatGDT.bytes(code: 0x08, data: 0x10)
        var placer = MemoryPlacer(taken: [kernel.range])
        let window = UInt64(FlatLoader.gdt)..<MemoryMap.conventionalEnd
        let address = placer.place(size: table.count, alignment: 16, in: window)
        var regions = [kernel]
        if let address { regions.append(BootPlan.Region(address: address, bytes: table)) }
        var entry = BootPlan.Entry(
            mode: .flat32(gdt: address ?? 0, gdtLimit: address == nil ? 0 : 0x17, code: 0x08, data: 0x10),
            eip: layout.entry)
        entry.esp = 0x7C00
        return BootPlan(kind: .flat, regions: regions, entry: entry)
    }
}

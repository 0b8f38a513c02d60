/// A file that a Multiboot kernel is given, with its string.
package struct BootModule: Equatable, Sendable {
    package var bytes: [UInt8]
    package var string: String

    package init(bytes: [UInt8], string: String) {
        self.bytes = bytes
        self.string = string
    }
}

/// Starts Multiboot 1 kernels (Multiboot Specification 0.6.96).
package struct MultibootLoader: Sendable {
    package var memory: Int
    package var commandLine: String
    package var modules: [BootModule]

    package init(memory: Int, commandLine: String = "", modules: [BootModule] = []) {
        self.memory = memory
        self.commandLine = commandLine
        self.modules = modules
    }

    private static let codeSelector: UInt16 = 0x08
    private static let dataSelector: UInt16 = 0x10
    /// What EAX holds at entry (section 3.2).
    package static let entryMagic: UInt32 = 0x2BAD_B002

    package func plan(_ bytes: [UInt8]) throws(ImageError) -> BootPlan {
        let reader = ByteReader(bytes)
        let map = MemoryMap(memory: memory)
        guard let header = MultibootHeader.find(in: reader) else {
            throw .notUnderstood(
                "first 8192 bytes", "no Multiboot header (magic 0x1BADB002 with a right checksum)",
                "choose another kind with --as")
        }
        try header.check()
        var (regions, entry) = try kernel(reader, header, map)
        var placer = MemoryPlacer(taken: regions.map(\.range))
        let modules = try placeModules(&placer, after: regions, into: &regions)
        let tables = try placeTables(&placer, modules, map, into: &regions)
        var state = BootPlan.Entry(
            mode: .flat32(
                gdt: tables.gdt, gdtLimit: MultibootLoader.dataSelector + 7, code: MultibootLoader.codeSelector,
                data: MultibootLoader.dataSelector),
            eip: entry)
        state.eax = MultibootLoader.entryMagic
        state.ebx = tables.information
        state.esp = 0x7C00
        return BootPlan(kind: .multiboot, regions: regions, entry: state)
    }

    /// The kernel itself; address fields win over ELF (section 3.1.1, bit 16).
    private func kernel(
        _ reader: ByteReader, _ header: MultibootHeader, _ map: MemoryMap
    ) throws(ImageError) -> ([BootPlan.Region], UInt32) {
        if let addresses = header.addresses {
            let region = try addresses.region(reader, header: header)
            try BootPlan.checkPlacement(region.range, place: "Multiboot header's addresses", map: map)
            return ([region], addresses.entry)
        }
        guard ELFImage.isPresent(in: reader) else {
            throw .notUnderstood("offset 0x0", "a Multiboot kernel that is no ELF file and has no address fields")
        }
        let image = try ELFImage(reader, map: map)
        let regions = image.segments.map {
            BootPlan.Region(address: $0.physicalAddress, bytes: $0.bytes, size: $0.memorySize)
        }
        return (regions, image.entry)
    }

    private struct PlacedModule {
        var start: UInt32
        var end: UInt32
        var string: String
    }

    /// Modules go page by page above the kernel.
    private func placeModules(
        _ placer: inout MemoryPlacer, after kernel: [BootPlan.Region], into regions: inout [BootPlan.Region]
    ) throws(ImageError) -> [PlacedModule] {
        let start = max(0x100000, kernel.map(\.range.upperBound).max() ?? 0)
        var placed: [PlacedModule] = []
        for (number, module) in modules.enumerated() {
            guard start < UInt64(memory),
                let address = placer.place(size: module.bytes.count, alignment: 4096, in: start..<UInt64(memory))
            else {
                throw .notUnderstood(
                    "module \(number)", "\(module.bytes.count) bytes do not fit into memory",
                    "give the guest more with -m")
            }
            regions.append(BootPlan.Region(address: address, bytes: module.bytes))
            placed.append(
                PlacedModule(start: address, end: address + UInt32(module.bytes.count), string: module.string))
        }
        return placed
    }

    /// GDT, information structure, memory map, strings: one block below 640 KiB, or above the kernel when low memory
    /// is full.
    private func placeTables(
        _ placer: inout MemoryPlacer, _ modules: [PlacedModule], _ map: MemoryMap,
        into regions: inout [BootPlan.Region]
    ) throws(ImageError) -> (gdt: UInt32, information: UInt32) {
        let size = tables(at: 0, modules, map).bytes.count
        let low = UInt64(0x9000)..<MemoryMap.conventionalEnd
        let high = UInt64(0x100000)..<max(0x100000, UInt64(memory))
        guard
            let address = placer.place(size: size, alignment: 4096, in: low)
                ?? placer.place(size: size, alignment: 4096, in: high)
        else { throw .notUnderstood("Multiboot information", "\(size) bytes do not fit into memory") }
        regions.append(BootPlan.Region(address: address, bytes: tables(at: address, modules, map).bytes))
        return (address, address + MultibootLoader.informationOffset)
    }

    private static let informationOffset: UInt32 = 0x40

    /// The block as it stands at `base` (section 3.3).
    private func tables(at base: UInt32, _ modules: [PlacedModule], _ map: MemoryMap) -> ByteWriter {
        var block = ByteWriter()
        block.set(FlatGDT.bytes(code: MultibootLoader.codeSelector, data: MultibootLoader.dataSelector), at: 0)
        let information = Int(MultibootLoader.informationOffset)
        block.set(Array(repeating: UInt8(0), count: 120), at: information)
        func append(_ bytes: [UInt8]) -> UInt32 {
            let offset = (block.bytes.count + 3) & ~3
            block.set(bytes, at: offset)
            return base + UInt32(offset)
        }
        let moduleTable = append(self.moduleTable(modules) { append([UInt8](cString: $0)) })
        let mapBytes = MultibootLoader.mapBytes(map)
        // Memory, command line, modules, memory map, boot loader name.
        let flags: UInt32 = 1 << 0 | 1 << 2 | 1 << 6 | 1 << 9 | (modules.isEmpty ? 0 : 1 << 3)
        let fields: [(Int, UInt32)] = [
            (0, flags), (4, map.lowerKiB), (8, map.upperKiB), (16, append([UInt8](cString: commandLine))),
            (20, UInt32(modules.count)), (24, modules.isEmpty ? 0 : moduleTable),
            (44, UInt32(mapBytes.count)), (48, append(mapBytes)), (64, append([UInt8](cString: "Vellum"))),
        ]
        for (offset, value) in fields { block.put32(value, at: information + offset) }
        return block
    }

    private func moduleTable(_ modules: [PlacedModule], placeString: (String) -> UInt32) -> [UInt8] {
        var table = ByteWriter(count: modules.count * 16)
        for (index, module) in modules.enumerated() {
            table.put32(module.start, at: index * 16)
            table.put32(module.end, at: index * 16 + 4)
            table.put32(placeString(module.string), at: index * 16 + 8)
        }
        return table.bytes
    }

    /// Each entry is preceded by its size, which does not count itself.
    private static func mapBytes(_ map: MemoryMap) -> [UInt8] {
        var bytes = ByteWriter(count: map.entries.count * 24)
        for (index, entry) in map.entries.enumerated() {
            bytes.put32(20, at: index * 24)
            bytes.put64(entry.base, at: index * 24 + 4)
            bytes.put64(entry.length, at: index * 24 + 12)
            bytes.put32(entry.kind.rawValue, at: index * 24 + 20)
        }
        return bytes.bytes
    }
}

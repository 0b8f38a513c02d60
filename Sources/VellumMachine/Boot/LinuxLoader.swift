/// Starts Linux kernels and other programs by Linux's 32-bit boot protocol (Documentation/arch/x86/boot.rst).
package struct LinuxLoader: Sendable {
    package var memory: Int
    package var commandLine: String
    package var initrd: [UInt8]?

    package init(memory: Int, commandLine: String = "", initrd: [UInt8]? = nil) {
        self.memory = memory
        self.commandLine = commandLine
        self.initrd = initrd
    }

    /// Old kernels look for the parameters and the command line here, whatever the registers say.
    package static let zeroPage: UInt32 = 0x90000
    private static let commandLineAddress: UInt32 = 0x91000
    private static let gdt: UInt32 = 0x98000
    private static let loadAddress: UInt32 = 0x100000
    /// __BOOT_CS and __BOOT_DS.
    private static let codeSelector: UInt16 = 0x10
    private static let dataSelector: UInt16 = 0x18

    package func plan(_ bytes: [UInt8]) throws(ImageError) -> BootPlan {
        let reader = ByteReader(bytes)
        let header = try LinuxHeader(reader)
        let kernel = try kernelRegion(reader, header)
        let initrdAddress = try placeInitrd(header, kernel)
        try checkCommandLine(header)
        var regions = [kernel]
        if let initrd, let initrdAddress { regions.append(BootPlan.Region(address: initrdAddress, bytes: initrd)) }
        let page = ZeroPage(
            header: header, memory: memory, commandLineAddress: LinuxLoader.commandLineAddress,
            initrd: initrdAddress.map { ($0, UInt32(clamping: initrd?.count ?? 0)) })
        regions.append(BootPlan.Region(address: LinuxLoader.zeroPage, bytes: page.bytes))
        regions.append(BootPlan.Region(address: LinuxLoader.commandLineAddress, bytes: [UInt8](cString: commandLine)))
        let table = FlatGDT.bytes(code: LinuxLoader.codeSelector, data: LinuxLoader.dataSelector)
        regions.append(BootPlan.Region(address: LinuxLoader.gdt, bytes: table))
        return BootPlan(kind: .linux, regions: regions, entry: entry)
    }

    /// Section "32-bit boot protocol": flat segments, interrupts off, ESI at the zero page.
    private var entry: BootPlan.Entry {
        var entry = BootPlan.Entry(
            mode: .flat32(
                gdt: LinuxLoader.gdt, gdtLimit: LinuxLoader.dataSelector + 7, code: LinuxLoader.codeSelector,
                data: LinuxLoader.dataSelector),
            eip: LinuxLoader.loadAddress)
        entry.esi = LinuxLoader.zeroPage
        entry.esp = LinuxLoader.zeroPage
        return entry
    }

    private func kernelRegion(_ reader: ByteReader, _ header: LinuxHeader) throws(ImageError) -> BootPlan.Region {
        guard header.isLoadedHigh else {
            throw .notUnderstood(
                "offset 0x211", "a zImage, loaded below 640 KiB; expected a bzImage", "boot it from a disk image")
        }
        let start = (header.setupSectors + 1) * 512
        guard start < reader.count else {
            throw .notUnderstood(
                "offset 0x1F1",
                "\(header.setupSectors) setup sectors reach past the end of the file (\(reader.count) bytes)")
        }
        let region = BootPlan.Region(address: LinuxLoader.loadAddress, bytes: Array(reader.bytes[start...]))
        try BootPlan.checkPlacement(region.range, place: "protected-mode kernel", map: MemoryMap(memory: memory))
        return region
    }

    /// The first byte that the kernel does not need while it unpacks itself.
    private func kernelEnd(_ header: LinuxHeader, _ kernel: BootPlan.Region) -> UInt64 {
        let start = max(header.preferredAddress, UInt64(LinuxLoader.loadAddress))
        return max(kernel.range.upperBound, start &+ UInt64(header.initialSize))
    }

    /// As high as memory and the kernel allow.
    private func placeInitrd(_ header: LinuxHeader, _ kernel: BootPlan.Region) throws(ImageError) -> UInt32? {
        let kernelEnd = kernelEnd(header, kernel)
        guard kernelEnd <= UInt64(memory) else {
            throw .notUnderstood(
                "offset 0x258", "the kernel unpacks itself up to \(hex(kernelEnd)), past the end of memory",
                kernelEnd < 3 << 30 ? "try -m \((kernelEnd + 0xF_FFFF) >> 20)M" : "")
        }
        guard let initrd else { return nil }
        let end = min(UInt64(memory), UInt64(header.initrdLast) + 1)
        guard UInt64(initrd.count) <= end, (end - UInt64(initrd.count)) & ~0xFFF >= kernelEnd else {
            throw .notUnderstood(
                "initrd", "\(initrd.count) bytes do not fit between the kernel (\(hex(kernelEnd))) and \(hex(end))",
                "give the guest more memory with -m")
        }
        return UInt32((end - UInt64(initrd.count)) & ~0xFFF)
    }

    private func checkCommandLine(_ header: LinuxHeader) throws(ImageError) {
        let limit = min(header.commandLineLimit, Int(LinuxLoader.gdt - LinuxLoader.commandLineAddress) - 1)
        guard commandLine.utf8.count <= limit else {
            throw .notUnderstood(
                "command line", "\(commandLine.utf8.count) bytes, the kernel takes at most \(limit)", "shorten --append"
            )
        }
    }
}

/// `struct boot_params` (arch/x86/include/uapi/asm/bootparam.h; Documentation/arch/x86/zero-page.rst).
struct ZeroPage {
    let bytes: [UInt8]

    init(header: LinuxHeader, memory: Int, commandLineAddress: UInt32, initrd: (address: UInt32, size: UInt32)?) {
        var page = ByteWriter(count: 4096)
        page.set(header.bytes, at: LinuxHeader.offset)
        ZeroPage.putScreen(&page)
        let map = MemoryMap(memory: memory)
        page.put16(UInt16(clamping: map.upperKiB), at: 0x02)
        page.put32(map.upperKiB, at: 0x1E0)
        page.put64(UInt64(ACPITables.address), at: 0x70)
        // An unassigned boot loader, and no heap.
        page.put8(0xFF, at: 0x210)
        if header.version >= 0x202 {
            page.put32(commandLineAddress, at: 0x228)
        } else {
            page.put16(0xA33F, at: 0x20)
            page.put16(UInt16(clamping: commandLineAddress - LinuxLoader.zeroPage), at: 0x22)
        }
        page.put32(initrd?.address ?? 0, at: 0x218)
        page.put32(initrd?.size ?? 0, at: 0x21C)
        page.put8(UInt8(map.entries.count), at: 0x1E8)
        for (index, entry) in map.entries.enumerated() {
            page.put64(entry.base, at: 0x2D0 + index * 20)
            page.put64(entry.length, at: 0x2D8 + index * 20)
            page.put32(entry.kind.rawValue, at: 0x2E0 + index * 20)
        }
        bytes = page.bytes
    }

    /// `screen_info`: VGA text mode 3, 80 × 25 with 16-line characters.
    private static func putScreen(_ page: inout ByteWriter) {
        page.put8(3, at: 0x06)
        page.put8(80, at: 0x07)
        page.put16(3, at: 0x0A)
        page.put8(25, at: 0x0E)
        page.put8(1, at: 0x0F)
        page.put16(16, at: 0x10)
    }
}

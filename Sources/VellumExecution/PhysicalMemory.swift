/// The guest's physical address space: RAM, ROM, and holes that the bus answers for.
///
/// One table entry for each of the 2^20 page frames says where the frame's bytes are on the host.  The table and RAM
/// are anonymous mappings, so frames that the guest never touches cost no memory.
package final class PhysicalMemory {
    /// What a frame is.
    package enum Kind: Sendable { case ram, rom, bus }

    /// Size of RAM in bytes, a multiple of 4096.
    package let size: Int
    /// RAM: offset in here is the physical address.
    package let ram: UnsafeMutableRawPointer
    /// For each frame, the host address of its bytes; bit 0 set for ROM; zero for the bus.
    private let frames: UnsafeMutablePointer<UInt>
    /// For each frame, one when it may hold translated code, so that writes must be checked.
    package let codeFrames: UnsafeMutablePointer<UInt8>
    private var romBlocks: [HostPages] = []
    private let ramPages: HostPages
    private let framePages: HostPages
    private let codePages: HostPages

    /// What the processor finds in a frame.
    package enum Contents: Equatable {
        case ram
        /// RAM whose writes vanish.
        case readOnlyRAM
        /// The page of a ROM that `addROM` was given.
        case rom(ROM, page: Int)
        /// A page of memory that a device owns; it outlives its place here.
        case device(UnsafeMutableRawPointer)
        /// Whatever answers on the bus.
        case bus
    }

    /// Read-only bytes that frames can be made to show.
    package struct ROM: Equatable, Sendable {
        fileprivate var block: Int
        /// Pages of 4096 bytes.
        package var pages: Int
    }

    private static let frameCount = 1 << 20

    /// Makes `size` bytes of RAM (rounded up to a page; at most 3 GiB), with the legacy hole A0000h–BFFFFh left to the bus.
    /// Returns nil when the host cannot give the memory.
    package init?(size: Int) {
        let size = (max(size, 4096) + 4095) & ~4095
        guard size <= 3 << 30, let ramPages = HostPages(size: size),
            let framePages = HostPages(size: PhysicalMemory.frameCount * 8),
            let codePages = HostPages(size: PhysicalMemory.frameCount)
        else { return nil }
        self.size = size
        (self.ramPages, self.framePages, self.codePages) = (ramPages, framePages, codePages)
        ram = ramPages.bytes
        frames = framePages.bytes.bindMemory(to: UInt.self, capacity: PhysicalMemory.frameCount)
        codeFrames = codePages.bytes.bindMemory(to: UInt8.self, capacity: PhysicalMemory.frameCount)
        for frame in 0..<(size >> 12) where !(0xA0..<0xC0).contains(frame) {
            self.frames[frame] = UInt(bitPattern: ram + frame << 12)
        }
    }

    package func kind(frame: UInt32) -> Kind {
        let entry = frames[Int(frame & 0xF_FFFF)]
        return entry == 0 ? .bus : entry & 1 != 0 ? .rom : .ram
    }

    /// The host address of a frame's bytes, nil for the bus.
    @inline(__always) package func host(frame: UInt32) -> UnsafeMutableRawPointer? {
        UnsafeMutableRawPointer(bitPattern: frames[Int(frame & 0xF_FFFF)] & ~1)
    }

    /// Maps bytes as ROM at a page-aligned physical address; a last partial page is filled with FFh.
    package func mapROM(_ bytes: [UInt8], at address: UInt32) -> Bool {
        guard address & 0xFFF == 0, UInt64(address) + UInt64(bytes.count) <= 1 << 32, let rom = addROM(bytes) else {
            return false
        }
        for page in 0..<rom.pages { setFrame(address >> 12 &+ UInt32(page), .rom(rom, page: page)) }
        return true
    }

    /// Takes bytes as ROM, without a place yet; a last partial page is filled with FFh.  Nil when the host cannot give
    /// the memory, or when there are no bytes.
    package func addROM(_ bytes: [UInt8]) -> ROM? {
        let length = (bytes.count + 4095) & ~4095
        guard length > 0, let pages = HostPages(size: length) else { return nil }
        let block = pages.bytes
        block.initializeMemory(as: UInt8.self, repeating: 0xFF, count: length)
        bytes.withUnsafeBytes {
            block.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(block), byteCount: bytes.count)
        }
        romBlocks.append(pages)
        return ROM(block: romBlocks.count - 1, pages: length >> 12)
    }

    /// The bytes of a page of a ROM.
    package func bytes(of rom: ROM, page: Int) -> UnsafeMutableRawPointer? {
        guard (0..<rom.pages).contains(page), romBlocks.indices.contains(rom.block) else { return nil }
        return romBlocks[rom.block].bytes + page << 12
    }

    /// Makes a frame show something else; beyond RAM, RAM is the bus.  True when that was a change: translations of
    /// addresses and of code in the frame are then void.
    @discardableResult package func setFrame(_ frame: UInt32, _ contents: Contents) -> Bool {
        let index = Int(frame & 0xF_FFFF)
        let isRAM = index < size >> 12
        let entry: UInt =
            switch contents {
            case .ram: isRAM ? UInt(bitPattern: ram + index << 12) : 0
            case .readOnlyRAM: isRAM ? UInt(bitPattern: ram + index << 12) | 1 : 0
            case .rom(let rom, let page): bytes(of: rom, page: page).map { UInt(bitPattern: $0) | 1 } ?? 0
            case .device(let page): UInt(bitPattern: page)
            case .bus: 0
            }
        defer { frames[index] = entry }
        return frames[index] != entry
    }

    /// Copies bytes into RAM; false when they do not fit.
    package func load(_ bytes: UnsafeRawBufferPointer, at address: UInt64) -> Bool {
        guard address <= UInt64(size), UInt64(bytes.count) <= UInt64(size) - address else { return false }
        if let source = bytes.baseAddress { (ram + Int(address)).copyMemory(from: source, byteCount: bytes.count) }
        return true
    }
}

import VellumDevices
import VellumExecution
import VellumHypervisor

/// Makes physical memory show what the board's registers say: below 1 MiB the firmware's ROM, shadow RAM, or what lies on
/// the bus; above RAM the display adapter's memory and its ROM where their base addresses are.
final class MemoryMapper: MemoryDevice {
    /// The range in which frames may be "reads from ROM, writes to RAM", where this device answers.
    static let range: ClosedRange<UInt32> = 0xC0000...0xFFFFF

    private let memory: PhysicalMemory
    /// The machine holds the processor, and the processor this, by way of the board.
    private unowned let processor: VirtualProcessor
    private unowned let bridge: HostBridge
    private var firmware: PhysicalMemory.ROM?
    /// The frame in which registers of the processor cover what is there.
    private var overlay: UInt32?
    /// Frames below 1 MiB that show other frames of RAM: the window of expanded memory.
    private var aliases: [UInt32: UInt32] = [:]
    private let display: VideoMemory
    private var expansionROM: PhysicalMemory.ROM?
    /// Where the display adapter's memory and ROM are now, in page frames.
    private var displayFrames = DisplayFrames()

    private struct DisplayFrames: Equatable {
        var memory: ClosedRange<UInt32>?
        var rom: ClosedRange<UInt32>?
    }

    init(memory: PhysicalMemory, processor: VirtualProcessor, bridge: HostBridge, display: VideoMemory) {
        self.display = display
        self.memory = memory
        self.processor = processor
        self.bridge = bridge
    }

    /// Puts firmware to the top of the address space; its last 128 KiB also show below 1 MiB.  False when the host has
    /// no memory for it.
    func install(firmware bytes: [UInt8]) -> Bool {
        guard let rom = memory.addROM(bytes) else { return false }
        let first = UInt32(0x10_0000 - rom.pages)
        firmware = rom
        for page in 0..<UInt32(rom.pages) { memory.setFrame(first + page, contents(of: first + page)) }
        return true
    }

    /// Takes the display adapter's ROM; the guest places it.  False when the host has no memory for it.
    func install(expansion bytes: [UInt8]) -> Bool {
        expansionROM = memory.addROM(bytes)
        return expansionROM != nil
    }

    /// Brings the frames up to the display adapter's base addresses.
    func update(_ function: DisplayFunction) {
        func frames(_ range: ClosedRange<UInt32>?) -> ClosedRange<UInt32>? {
            range.map { $0.lowerBound >> 12...$0.upperBound >> 12 }
        }
        let before = displayFrames
        displayFrames = DisplayFrames(memory: frames(function.frameBuffer), rom: frames(function.expansionROM))
        guard displayFrames != before else { return }
        var changed = false
        for range in [before.memory, before.rom, displayFrames.memory, displayFrames.rom].compactMap(\.self) {
            for frame in range { changed = map(frame, contents(of: frame)) || changed }
        }
        if changed { mapChanged() }
    }

    /// Brings every frame up to the bridge's registers.
    func update() {
        var changed = false
        for frame in HostBridge.shadowFrames { changed = map(frame, contents(of: frame)) || changed }
        for frame in HostBridge.videoFrames { changed = map(frame, contents(of: frame)) || changed }
        if changed { mapChanged() }
    }

    /// Lets registers cover a frame, or none.
    func setOverlay(frame: UInt32?) {
        let before = overlay
        overlay = frame
        guard frame != before else { return }
        var changed = false
        for frame in [before, frame].compactMap(\.self) { changed = map(frame, contents(of: frame)) || changed }
        if changed { mapChanged() }
    }

    private func mapChanged() {
        processor.mmu.flushAll()
        processor.cpu.pointee.engine.endRequested = true
    }

    /// Makes the frames of some bytes below 1 MiB lead to other RAM, page by page, or to their own again.
    func setAliases(of address: UInt32, to target: UInt32?, count: UInt32) {
        var changed = false
        for page in 0..<count >> 12 {
            let frame = address >> 12 + page
            aliases[frame] = target.map { $0 >> 12 + page }
            changed = map(frame, contents(of: frame)) || changed
        }
        if changed { mapChanged() }
    }

    /// True when that was a change.
    private func map(_ frame: UInt32, _ contents: PhysicalMemory.Contents) -> Bool {
        guard memory.setFrame(frame, contents) else { return false }
        processor.cache.invalidate(frame: frame)
        return true
    }

    private func contents(of frame: UInt32) -> PhysicalMemory.Contents {
        if frame == overlay { return .bus }
        if let other = aliases[frame], Int(other) < memory.size >> 12 {
            return .device(memory.ram + Int(other) << 12)
        }
        if HostBridge.videoFrames.contains(frame) { return bridge.systemManagementRAMIsOpen ? .ram : .bus }
        if HostBridge.shadowFrames.contains(frame) { return shadowContents(of: frame) }
        if frame < UInt32(memory.size >> 12) { return .ram }
        return topPage(frame) ?? displayPage(frame) ?? .bus
    }

    /// The display adapter's memory or ROM; the I/O APIC's registers, which do not move, win over both.
    private func displayPage(_ frame: UInt32) -> PhysicalMemory.Contents? {
        guard frame != IOAPIC.window.lowerBound >> 12 else { return nil }
        if let range = displayFrames.memory, range.contains(frame) {
            return .device(display.bytes + Int(frame - range.lowerBound) << 12)
        }
        guard let rom = expansionROM, let range = displayFrames.rom, range.contains(frame),
            Int(frame - range.lowerBound) < rom.pages
        else { return nil }
        return .rom(rom, page: Int(frame - range.lowerBound))
    }

    /// The firmware at the top of the address space.
    private func topPage(_ frame: UInt32) -> PhysicalMemory.Contents? {
        guard let firmware, frame >= 0x10_0000 - UInt32(firmware.pages) else { return nil }
        return .rom(firmware, page: Int(frame) - (0x10_0000 - firmware.pages))
    }

    private func shadowContents(of frame: UInt32) -> PhysicalMemory.Contents {
        switch bridge.shadow(frame: frame) {
        case .ram: return .ram
        case .readRAM: return .readOnlyRAM
        case .writeRAM: return .bus
        case .rom: return romPage(frame).map { .rom($0.rom, page: $0.page) } ?? .bus
        }
    }

    private func romPage(_ frame: UInt32) -> (rom: PhysicalMemory.ROM, page: Int)? {
        guard let firmware, frame >= 0xE0 else { return nil }
        let page = firmware.pages - (0x100 - Int(frame))
        return page >= 0 ? (firmware, page) : nil
    }

    // MARK: Frames that read from ROM and write to RAM

    func read(offset: UInt32, width: Int) -> UInt32 {
        let address = Self.range.lowerBound + offset
        guard let (rom, page) = romPage(address >> 12), let bytes = memory.bytes(of: rom, page: page) else { return ~0 }
        var value: UInt32 = 0
        for byte in 0..<width {
            let place = Int(address & 0xFFF) + byte
            value |=
                (place < 4096 ? UInt32(bytes.load(fromByteOffset: place, as: UInt8.self)) : 0xFF) << UInt32(byte * 8)
        }
        return value
    }

    func write(offset: UInt32, value: UInt32, width: Int) {
        let address = Self.range.lowerBound + offset
        guard bridge.shadow(frame: address >> 12) == .writeRAM else { return }
        for byte in 0..<width {
            let place = Int(address) + byte
            guard place < memory.size else { return }
            memory.ram.storeBytes(
                of: UInt8(truncatingIfNeeded: value >> UInt32(byte * 8)), toByteOffset: place, as: UInt8.self)
        }
    }
}

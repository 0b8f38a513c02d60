/// The registers of the Bochs VBE extensions: modes of any size with a linear frame buffer (Bochs, `vbe_display_api.txt`;
/// QEMU, docs/specs/standard-vga).  An index at port 1CEh, 16 bits of data at 1CFh.
package struct LinearRegisters: Codable, Equatable, Sendable {
    enum Index {
        static let identity: UInt16 = 0, width: UInt16 = 1, height: UInt16 = 2, depth: UInt16 = 3
        static let enable: UInt16 = 4, bank: UInt16 = 5, virtualWidth: UInt16 = 6, virtualHeight: UInt16 = 7
        static let x: UInt16 = 8, y: UInt16 = 9, memory: UInt16 = 10
    }

    enum Enable {
        static let enabled: UInt16 = 0x01, asksCapabilities: UInt16 = 0x02, wideDAC: UInt16 = 0x20
        static let linear: UInt16 = 0x40, keepsMemory: UInt16 = 0x80
    }

    /// The newest version of the interface, and the oldest that software may ask for.
    static let versions: ClosedRange<UInt16> = 0xB0C0...0xB0C5
    static let largestWidth: UInt16 = 2560, largestHeight: UInt16 = 1600

    var index: UInt16 = 0
    var identity = LinearRegisters.versions.upperBound
    var width: UInt16 = 0
    var height: UInt16 = 0
    var depth: UInt16 = 8
    var enable: UInt16 = 0
    /// The 64 KiB of memory that the window at A0000h shows.
    var bank: UInt16 = 0
    /// Pixels from line to line.
    var virtualWidth: UInt16 = 0
    var x: UInt16 = 0
    var y: UInt16 = 0

    var isEnabled: Bool { enable & Enable.enabled != 0 }
    /// The DAC's components have 8 bits.
    var hasWideDAC: Bool { enable & Enable.wideDAC != 0 }
    /// Four planes of one bit instead of bytes in order.
    var isPlanar: Bool { depth == 4 }

    /// Bits that a pixel takes in memory.
    var pixelBits: Int { depth == 15 ? 16 : Int(depth) }

    /// Bytes of memory from line to line.
    var pitch: Int { Int(virtualWidth) * pixelBits / 8 }

    /// Bytes of memory that one screen takes.
    var screenBytes: Int { pitch * Int(height) }

    /// Lines that there is memory for.
    var virtualHeight: UInt16 { pitch == 0 ? 0 : UInt16(clamping: VideoMemory.size / pitch) }

    /// The byte at which the first line starts.
    var start: Int { Int(y) * pitch + Int(x) * pixelBits / 8 }

    /// Makes the registers those of a mode that memory holds.
    mutating func settle() {
        if ![4, 8, 15, 16, 24, 32].contains(depth) { depth = 8 }
        width = min(max(width & ~7, 8), Self.largestWidth)
        height = min(max(height, 1), Self.largestHeight)
        virtualWidth = max(virtualWidth & ~7, width)
        if screenBytes > VideoMemory.size { virtualWidth = width }
        height = min(height, virtualHeight)
        bank &= UInt16(VideoMemory.size >> (isPlanar ? 18 : 16)) - 1
        if start + screenBytes > VideoMemory.size { (x, y) = (0, 0) }
    }

    /// What the data port reads.
    var value: UInt16 {
        let asksCapabilities = enable & Enable.asksCapabilities != 0
        switch index {
        case Index.identity: return identity
        case Index.width: return asksCapabilities ? Self.largestWidth : width
        case Index.height: return asksCapabilities ? Self.largestHeight : height
        case Index.depth: return asksCapabilities ? 32 : depth
        case Index.enable: return enable
        case Index.bank: return bank
        case Index.virtualWidth: return virtualWidth
        case Index.virtualHeight: return virtualHeight
        case Index.x: return x
        case Index.y: return y
        case Index.memory: return UInt16(VideoMemory.size >> 16)
        default: return 0
        }
    }

    /// What a write to the data port asks of the adapter.
    enum Effect { case none, shows, clears }

    mutating func write(_ value: UInt16) -> Effect {
        switch index {
        case Index.identity:
            if Self.versions.contains(value) { identity = value }
            return .none
        case Index.width: width = value
        case Index.height: height = value
        case Index.depth: depth = value
        case Index.enable: return setEnable(value)
        case Index.bank: bank = value
        case Index.virtualWidth: virtualWidth = value
        case Index.x: x = value
        case Index.y: y = value
        default: return .none
        }
        if isEnabled { settle() }
        return .shows
    }

    private mutating func setEnable(_ value: UInt16) -> Effect {
        let starts = value & Enable.enabled != 0 && !isEnabled
        enable = value & 0xE3
        if starts {
            (virtualWidth, x, y, bank) = (0, 0, 0, 0)
            settle()
        }
        if !isEnabled { bank = 0 }
        return starts && value & Enable.keepsMemory == 0 ? .clears : .shows
    }
}

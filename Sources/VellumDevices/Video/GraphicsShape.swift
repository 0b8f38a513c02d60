/// How the registers lay a graphics mode out (IBM PS/2 Technical Reference, "Video Subsystem").
struct GraphicsShape {
    private enum Shift { case planar, interleaved, bytes }

    private let shift: Shift
    /// Lines of the monitor for one line of the picture.
    private let repeats: Int
    private let rowHeight: Int
    private let lineCompare: Int
    /// Pixels that are moved out at the left.
    let panning: Int
    /// Groups of pixels in a line: what the CRT controller fetches at once.  One more where the line is panned.
    let units: Int
    let width: Int
    let height: Int

    var pixelsPerUnit: Int { shift == .bytes ? 4 : 8 }

    init(_ registers: VideoRegisters) {
        shift = registers.graphics[5] & 0x40 != 0 ? .bytes : registers.graphics[5] & 0x20 != 0 ? .interleaved : .planar
        let scanSelects = registers.controller[0x17] & 3 != 3
        let doubles = registers.controller[9] & 0x80 != 0 ? 2 : 1
        rowHeight = registers.rowHeight / doubles
        repeats = scanSelects ? doubles : registers.rowHeight
        lineCompare =
            Int(registers.controller[0x18]) | Int(registers.controller[7] >> 4 & 1) << 8
            | Int(registers.controller[9] >> 6 & 1) << 9
        let pan = Int(registers.attribute[0x13] & 7)
        panning = shift == .bytes ? pan / 2 : pan
        let perUnit = shift == .bytes ? 4 : 8
        units = registers.columns + (panning > 0 ? 1 : 0)
        width = registers.columns * perUnit
        height = max(1, registers.displayedLines / repeats)
    }

    /// The address within the planes of a group of pixels.
    func address(_ unit: Int, line: Int, _ registers: VideoRegisters) -> UInt16 {
        let monitorLine = line * repeats
        let isSplit = monitorLine > lineCompare
        let counted = isSplit ? monitorLine - lineCompare - 1 : monitorLine
        let scan = counted / (repeats == registers.rowHeight ? 1 : repeats) % rowHeight
        let row = counted / registers.rowHeight
        let start = isSplit ? 0 : registers.startAddress
        let counter = start &+ UInt16(truncatingIfNeeded: row * registers.pitch + unit)
        var address = registers.fetchAddress(counter)
        // Lines of the CGA's and Hercules' banks: the scan line within the row stands in for address bits 13 and 14.
        if registers.controller[0x17] & 1 == 0 { address = address & ~0x2000 | UInt16(scan & 1) << 13 }
        if registers.controller[0x17] & 2 == 0 { address = address & ~0x4000 | UInt16(scan >> 1 & 1) << 14 }
        return address
    }

    /// The pixels of four planes' bytes, from left to right.
    func pixels(_ word: UInt32) -> [Int] {
        let planes = (0..<4).map { Int(word >> (UInt32($0) * 8) & 0xFF) }
        switch shift {
        case .bytes: return planes
        case .planar:
            return (0..<8).map { dot in
                (0..<4).reduce(0) { $0 | (planes[$1] >> (7 - dot) & 1) << $1 }
            }
        case .interleaved:
            return (0..<8).map { dot in
                let (plane, place) = (dot / 4, 6 - dot % 4 * 2)
                return planes[plane] >> place & 3 | (planes[plane + 2] >> place & 3) << 2
            }
        }
    }

    /// The DAC's entry for a pixel.
    func dacEntry(_ pixel: Int, _ registers: VideoRegisters) -> Int {
        if shift == .bytes { return pixel & Int(registers.paletteMask) }
        return registers.paletteEntry(pixel & Int(registers.attribute[0x12] & 15))
    }
}

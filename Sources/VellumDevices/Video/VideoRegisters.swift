/// The registers of a VGA (IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem").  They start as the
/// firmware leaves them in mode 3, 80×25 colour text.
package struct VideoRegisters: Codable, Equatable, Sendable {
    var miscellaneous: UInt8 = 0x67
    var feature: UInt8 = 0
    var enable: UInt8 = 1

    var sequencerIndex: UInt8 = 0
    var sequencer: [UInt8] = [0x03, 0x00, 0x03, 0x00, 0x02]

    var controllerIndex: UInt8 = 0
    /// The CRT controller.
    var controller: [UInt8] = [
        0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0x00, 0x00, 0x00, 0x00,
        0x9C, 0x8E, 0x8F, 0x28, 0x1F, 0x96, 0xB9, 0xA3, 0xFF,
    ]

    var graphicsIndex: UInt8 = 0
    var graphics: [UInt8] = [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0E, 0x00, 0xFF]

    /// Bit 5 lets the palette drive the screen.
    var attributeIndex: UInt8 = 0x20
    var attributeTakesData = false
    var attribute: [UInt8] = [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F,
        0x0C, 0x00, 0x0F, 0x08, 0x00,
    ]

    /// 256 colours of three 6-bit components.
    var palette = VideoRegisters.textPalette
    var paletteMask: UInt8 = 0xFF
    var paletteReadIndex: UInt8 = 0
    var paletteWriteIndex: UInt8 = 0
    var paletteComponent: UInt8 = 0
    var paletteReads = false

    /// The four planes at the address read last.
    var latch: UInt32 = 0

    /// The 64 colours of the EGA: bits 0–2 are blue, green and red at two thirds, bits 3–5 the same at one third.
    private static let textPalette: [UInt8] = {
        var palette = [UInt8](repeating: 0, count: 768)
        for index in 0..<64 {
            for (component, bit) in [2, 1, 0].enumerated() {
                let strong = index >> bit & 1
                let weak = index >> (bit + 3) & 1
                palette[index * 3 + component] = UInt8(strong * 42 + weak * 21)
            }
        }
        return palette
    }()

    /// Every array has the length that the register file has: a saved state that lacks some is not one.
    var isWellFormed: Bool {
        sequencer.count == 5 && controller.count == 25 && graphics.count == 9 && attribute.count == 21
            && palette.count == 768 && paletteComponent < 3
    }
}

extension VideoRegisters {
    private func controllerBit(_ register: Int, _ bit: UInt8, to place: Int) -> Int {
        Int(controller[register] >> bit & 1) << place
    }

    // MARK: Geometry, in characters and scan lines

    var columns: Int { Int(controller[1]) + 1 }
    var horizontalTotal: Int { Int(controller[0]) + 5 }
    var verticalTotal: Int {
        (Int(controller[6]) | controllerBit(7, 0, to: 8) | controllerBit(7, 5, to: 9)) + 2
    }
    var displayedLines: Int {
        (Int(controller[0x12]) | controllerBit(7, 1, to: 8) | controllerBit(7, 6, to: 9)) + 1
    }
    var retraceStart: Int {
        Int(controller[0x10]) | controllerBit(7, 2, to: 8) | controllerBit(7, 7, to: 9)
    }
    /// The end register holds the low four bits of the last line.
    var retraceLines: Int { (Int(controller[0x11]) - retraceStart) & 15 }

    /// Scan lines of one row of characters.
    var rowHeight: Int { (Int(controller[9] & 0x1F) + 1) << Int(controller[9] >> 7) }
    var rows: Int { max(1, displayedLines / rowHeight) }
    /// Characters from the start of one row to the start of the next.
    var pitch: Int { Int(controller[0x13]) * 2 }
    var startAddress: UInt16 { UInt16(controller[0x0C]) << 8 | UInt16(controller[0x0D]) }
    var cursorAddress: UInt16 { UInt16(controller[0x0E]) << 8 | UInt16(controller[0x0F]) }

    /// The address within the planes at which the CRT controller fetches its address `counter`.
    func fetchAddress(_ counter: UInt16) -> UInt16 {
        if controller[0x14] & 0x40 != 0 { return counter << 2 | counter >> 14 }
        guard controller[0x17] & 0x40 == 0 else { return counter }
        return counter << 1 | counter >> (controller[0x17] & 0x20 != 0 ? 15 : 13) & 1
    }

    // MARK: Mode

    var isText: Bool { graphics[6] & 1 == 0 && attribute[0x10] & 1 == 0 }
    /// The CRT controller answers at 3Dxh; otherwise at 3Bxh.
    var isColor: Bool { miscellaneous & 1 != 0 }
    var characterWidth: Int { sequencer[1] & 1 != 0 ? 8 : 9 }
    /// Dots per second.
    var dotClock: Oscillator {
        let hertz: UInt64 = miscellaneous >> 2 & 3 == 1 ? 28_322_000 : 25_175_000
        return Oscillator(hertz: sequencer[1] & 8 != 0 ? hertz / 2 : hertz)
    }

    /// The DAC entry that one of the sixteen attribute colours selects.
    func paletteEntry(_ color: Int) -> Int {
        let select = attribute[0x14]
        var entry = attribute[color & 15] & 0x3F
        if attribute[0x10] & 0x80 != 0 { entry = entry & 0x0F | (select & 3) << 4 }
        return Int((entry | (select & 0x0C) << 4) & paletteMask)
    }
}

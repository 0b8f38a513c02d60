/// How the registers of a VGA are set for a mode of INT 10h (IBM PS/2 Hardware Interface Technical Reference, "Video
/// Subsystem", the tables of modes).
struct VideoMode {
    /// How a graphics mode's memory holds pixels.
    enum Layout {
        case text
        /// CGA: two or one bit a pixel, lines in two or four banks.
        case banked(bits: Int)
        /// Four planes, a bit of each a pixel.
        case planar
        /// A byte a pixel.
        case linear
    }

    var number: UInt8
    var layout: Layout
    var columns: UInt8
    var rows: UInt8
    /// Scan lines of a character.
    var height: UInt8
    /// Bytes of a page, as 40:4Ch has it.
    var pageSize: UInt16
    var miscellaneous: UInt8
    var sequencer: [UInt8]
    var controller: [UInt8]
    var graphics: [UInt8]
    var attribute: [UInt8]
    var palette: Palette

    enum Palette { case ega, cga, mono, mode13 }

    var isText: Bool { if case .text = layout { true } else { false } }

    // MARK: The tables

    private static let text80: [UInt8] = [
        0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0x00, 0x00, 0x00, 0x00, 0x9C, 0x8E,
        0x8F, 0x28, 0x1F, 0x96, 0xB9, 0xA3, 0xFF,
    ]
    private static let text40: [UInt8] = [
        0x2D, 0x27, 0x28, 0x90, 0x2B, 0xA0, 0xBF, 0x1F, 0x00, 0x4F, 0x0D, 0x0E, 0x00, 0x00, 0x00, 0x00, 0x9C, 0x8E,
        0x8F, 0x14, 0x1F, 0x96, 0xB9, 0xA3, 0xFF,
    ]
    private static let lines200wide: [UInt8] = [
        0x5F, 0x4F, 0x50, 0x82, 0x54, 0x80, 0xBF, 0x1F, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9C, 0x8E,
        0x8F, 0x28, 0x00, 0x96, 0xB9, 0xE3, 0xFF,
    ]
    private static let lines200narrow: [UInt8] = [
        0x2D, 0x27, 0x28, 0x90, 0x2B, 0x80, 0xBF, 0x1F, 0x00, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9C, 0x8E,
        0x8F, 0x14, 0x00, 0x96, 0xB9, 0xE3, 0xFF,
    ]
    private static let lines350: [UInt8] = [
        0x5F, 0x4F, 0x50, 0x82, 0x54, 0x80, 0xBF, 0x1F, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x83, 0x85,
        0x5D, 0x28, 0x0F, 0x63, 0xBA, 0xE3, 0xFF,
    ]
    private static let lines480: [UInt8] = [
        0x5F, 0x4F, 0x50, 0x82, 0x54, 0x80, 0x0B, 0x3E, 0x00, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xEA, 0x8C,
        0xDF, 0x28, 0x00, 0xE7, 0x04, 0xE3, 0xFF,
    ]
    private static let ega: [UInt8] = [0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F]
    private static let bright: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17]
    private static let planar: [UInt8] = [0, 0, 0, 0, 0, 0, 0x05, 0x0F, 0xFF]

    private static func changed(_ file: [UInt8], _ changes: [Int: UInt8]) -> [UInt8] {
        var file = file
        for (index, value) in changes { file[index] = value }
        return file
    }

    private static func text(_ number: UInt8) -> VideoMode {
        let isNarrow = number < 2
        let isMono = number == 7
        return VideoMode(
            number: number, layout: .text, columns: isNarrow ? 40 : 80, rows: 25, height: 16,
            pageSize: isNarrow ? 2048 : 4096, miscellaneous: isMono ? 0x66 : 0x67,
            sequencer: [0x03, isNarrow ? 0x08 : 0x00, 0x03, 0x00, 0x02],
            controller: isMono ? changed(text80, [0x14: 0x0F]) : isNarrow ? text40 : text80,
            graphics: [0, 0, 0, 0, 0, 0x10, isMono ? 0x0A : 0x0E, 0, 0xFF],
            attribute: isMono
                ? [
                    0, 8, 8, 8, 8, 8, 8, 8, 0x10, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x0E, 0x00, 0x0F, 0x08,
                    0x00,
                ]
                : ega + [0x0C, 0x00, 0x0F, 0x08, 0x00],
            palette: isMono ? .mono : .ega)
    }

    private static func planar(
        _ number: UInt8, columns: UInt8, rows: UInt8, height: UInt8, page: UInt16, misc: UInt8, clock: UInt8,
        controller: [UInt8], attribute: [UInt8], palette: Palette
    ) -> VideoMode {
        VideoMode(
            number: number, layout: .planar, columns: columns, rows: rows, height: height, pageSize: page,
            miscellaneous: misc, sequencer: [0x03, clock, 0x0F, 0x00, 0x06], controller: controller,
            graphics: planar, attribute: attribute + [0x01, 0x00, 0x0F, 0x00, 0x00], palette: palette)
    }

    private static func colors4(_ number: UInt8) -> VideoMode {
        VideoMode(
            number: number, layout: .banked(bits: 2), columns: 40, rows: 25, height: 8, pageSize: 0x4000,
            miscellaneous: 0x63, sequencer: [0x03, 0x09, 0x03, 0x00, 0x02],
            controller: changed(lines200narrow, [0x09: 0xC1, 0x17: 0xA2]),
            graphics: [0, 0, 0, 0, 0, 0x30, 0x0F, 0, 0xFF],
            attribute: [0, 0x13, 0x15, 0x17, 2, 4, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17]
                + [0x01, 0x00, 0x03, 0x00, 0x00],
            palette: .cga)
    }

    private static let colors2 = VideoMode(
        number: 6, layout: .banked(bits: 1), columns: 80, rows: 25, height: 8, pageSize: 0x4000, miscellaneous: 0x63,
        sequencer: [0x03, 0x01, 0x01, 0x00, 0x06], controller: changed(lines200wide, [0x09: 0xC1, 0x17: 0xC2]),
        graphics: [0, 0, 0, 0, 0, 0x00, 0x0D, 0, 0xFF],
        attribute: [0] + [UInt8](repeating: 0x17, count: 15) + [0x01, 0x00, 0x01, 0x00, 0x00], palette: .cga)

    private static let colors256 = VideoMode(
        number: 0x13, layout: .linear, columns: 40, rows: 25, height: 8, pageSize: 0, miscellaneous: 0x63,
        sequencer: [0x03, 0x01, 0x0F, 0x00, 0x0E],
        controller: changed(lines200wide, [0x09: 0x41, 0x14: 0x40, 0x17: 0xA3]),
        graphics: [0, 0, 0, 0, 0, 0x40, 0x05, 0x0F, 0xFF],
        attribute: (0..<16).map { UInt8($0) } + [0x41, 0x00, 0x0F, 0x00, 0x00], palette: .mode13)

    static let all: [UInt8: VideoMode] = {
        var modes: [UInt8: VideoMode] = [:]
        for number: UInt8 in [0, 1, 2, 3, 7] { modes[number] = text(number) }
        for number: UInt8 in [4, 5] { modes[number] = colors4(number) }
        modes[6] = colors2
        modes[0x0D] = planar(
            0x0D, columns: 40, rows: 25, height: 8, page: 0x2000, misc: 0x63, clock: 0x09, controller: lines200narrow,
            attribute: bright, palette: .cga)
        modes[0x0E] = planar(
            0x0E, columns: 80, rows: 25, height: 8, page: 0x4000, misc: 0x63, clock: 0x01, controller: lines200wide,
            attribute: bright, palette: .cga)
        modes[0x0F] = planar(
            0x0F, columns: 80, rows: 25, height: 14, page: 0x8000, misc: 0xA2, clock: 0x01, controller: lines350,
            attribute: [0, 8, 0, 0, 0x18, 0x18, 0, 0, 0, 8, 0, 0, 0, 0x18, 0, 0], palette: .mono)
        modes[0x10] = planar(
            0x10, columns: 80, rows: 25, height: 14, page: 0x8000, misc: 0xA3, clock: 0x01, controller: lines350,
            attribute: ega, palette: .ega)
        modes[0x11] = planar(
            0x11, columns: 80, rows: 30, height: 16, page: 0xA000, misc: 0xE3, clock: 0x01, controller: lines480,
            attribute: [0] + [UInt8](repeating: 0x3F, count: 15), palette: .ega)
        modes[0x12] = planar(
            0x12, columns: 80, rows: 30, height: 16, page: 0xA000, misc: 0xE3, clock: 0x01, controller: lines480,
            attribute: ega, palette: .ega)
        modes[0x13] = colors256
        return modes
    }()
}

extension VideoMode.Palette {
    /// 256 colours of three components of six bits.
    var colors: [UInt8] {
        switch self {
        case .ega: Self.repeated((0..<64).map(Self.egaColor))
        case .cga: Self.repeated((0..<64).map { Self.cgaColor($0 & 7 | $0 >> 1 & 8) })
        case .mono:
            Self.repeated((0..<64).map { Self.gray([0x00, 0x2A, 0x00, 0x2A, 0x15, 0x3F, 0x15, 0x3F][$0 >> 3 & 7]) })
        case .mode13: Self.mode13Colors
        }
    }

    private static func repeated(_ colors: [[UInt8]]) -> [UInt8] {
        let used = Array(colors.joined())
        return used + [UInt8](repeating: 0, count: 768 - used.count)
    }

    private static func gray(_ level: UInt8) -> [UInt8] { [level, level, level] }

    /// Blue, green and red at two thirds in bits 0–2, at one third in bits 3–5.
    private static func egaColor(_ index: Int) -> [UInt8] {
        [2, 1, 0].map { (bit: Int) -> UInt8 in
            let strong = UInt8(index >> bit & 1) * 0x2A
            let weak = UInt8(index >> (bit + 3) & 1) * 0x15
            return strong + weak
        }
    }

    /// The sixteen of the CGA; dark yellow is brown.
    private static func cgaColor(_ index: Int) -> [UInt8] {
        if index == 6 { return [0x2A, 0x15, 0x00] }
        let light = UInt8(index >> 3 & 1) * 0x15
        return [2, 1, 0].map { (bit: Int) -> UInt8 in UInt8(index >> bit & 1) * 0x2A + light }
    }

    /// Sixteen colours, sixteen greys, then 24 hues in three brightnesses of three saturations, and black.
    private static let mode13Colors: [UInt8] = {
        var colors = (0..<16).map(cgaColor)
        colors += [0, 5, 8, 11, 14, 17, 20, 24, 28, 32, 36, 40, 45, 50, 56, 63].map(gray)
        let ramps: [[UInt8]] = [
            [0, 16, 31, 47, 63], [31, 39, 47, 55, 63], [45, 49, 54, 58, 63], [0, 7, 14, 21, 28], [14, 17, 21, 24, 28],
            [20, 22, 24, 26, 28], [0, 4, 8, 12, 16], [8, 10, 12, 14, 16], [11, 12, 13, 15, 16],
        ]
        for ramp in ramps { colors += hues(ramp) }
        return Array(colors.joined()) + [UInt8](repeating: 0, count: 768 - colors.count * 3)
    }()

    /// Around the circle from blue: one component rises, then another falls.
    private static func hues(_ ramp: [UInt8]) -> [[UInt8]] {
        let (low, high) = (ramp[0], ramp[4])
        var hues: [[UInt8]] = []
        for step in 0..<4 { hues.append([ramp[step], low, high]) }
        for step in 0..<4 { hues.append([high, low, ramp[4 - step]]) }
        for step in 0..<4 { hues.append([high, ramp[step], low]) }
        for step in 0..<4 { hues.append([ramp[4 - step], high, low]) }
        for step in 0..<4 { hues.append([low, high, ramp[step]]) }
        for step in 0..<4 { hues.append([low, ramp[4 - step], high]) }
        return hues
    }
}

/// The picture that the adapter sends to its monitor.
extension DisplayAdapter {
    /// What the monitor shows now: text with the guest's font, graphics with its colours.  Blinking things are shown.
    ///
    /// - Parameter font: 256 glyphs of 16 lines for text where the guest's own font memory is empty, as it is where no
    ///   video firmware ran.
    package func frame(font: [UInt8]) -> Frame {
        if linear.isEnabled {
            return isBlank ? Frame(width: Int(linear.width), height: Int(linear.height)) : linearFrame()
        }
        if let screen = textScreen { return textFrame(screen, font: font) }
        return graphicsFrame()
    }

    /// The screen is blanked: by the sequencer, or since the palette is not connected.
    private var isBlank: Bool { registers.sequencer[1] & 0x20 != 0 || registers.attributeIndex & 0x20 == 0 }

    /// An entry of the DAC in 8 bits a component.
    func dacColor(_ entry: Int) -> TextScreen.Color {
        let wide = linear.hasWideDAC
        let components = registers.palette[entry * 3..<entry * 3 + 3].map { wide ? $0 : $0 << 2 | $0 >> 4 & 3 }
        return TextScreen.Color(red: components[0], green: components[1], blue: components[2])
    }

    // MARK: Text

    private func textFrame(_ screen: TextScreen, font: [UInt8]) -> Frame {
        let (cellWidth, cellHeight) = (registers.characterWidth, screen.cellHeight)
        var frame = Frame(width: screen.columns * cellWidth, height: screen.rows * cellHeight)
        guard !isBlank else { return frame }
        let fallback = fontIsLoaded ? [] : font
        for row in 0..<screen.rows {
            for column in 0..<screen.columns {
                let cell = screen[row, column]
                let colors = (
                    ink: screen.palette[cell.foreground], paper: screen.palette[screen.background(cell)]
                )
                for line in 0..<cellHeight {
                    let dots = cursorCovers(screen, row, column, line) ? 0x1FF : glyph(cell, line, fallback)
                    for dot in 0..<cellWidth {
                        frame[column * cellWidth + dot, row * cellHeight + line] =
                            dots & (0x100 >> dot) != 0 ? colors.ink : colors.paper
                    }
                }
            }
        }
        return frame
    }

    private func cursorCovers(_ screen: TextScreen, _ row: Int, _ column: Int, _ line: Int) -> Bool {
        guard let cursor = screen.cursor, cursor.row == row, cursor.column == column else { return false }
        return (cursor.firstLine...cursor.lastLine).contains(line)
    }

    /// Nine dots of a character's line, the leftmost in bit 8.  The ninth repeats the eighth for line-drawing
    /// characters where attribute register 10h bit 2 says so.
    private func glyph(_ cell: TextScreen.Cell, _ line: Int, _ fallback: [UInt8]) -> Int {
        let dots = Int(fontByte(cell, line, fallback))
        let repeats = registers.attribute[0x10] & 4 != 0 && (0xC0...0xDF).contains(cell.character)
        return dots << 1 | (repeats ? dots & 1 : 0)
    }

    private func fontByte(_ cell: TextScreen.Cell, _ line: Int, _ fallback: [UInt8]) -> UInt8 {
        if fallback.count == 4096 { return line < 16 ? fallback[Int(cell.character) * 16 + line] : 0 }
        let address = fontBase(cell) + Int(cell.character) * 32 + line
        return line < 32 ? UInt8(truncatingIfNeeded: planes[address & 0xFFFF] >> 16) : 0
    }

    /// Where plane 2 holds the font: map A for bright foregrounds, else map B (sequencer register 3).
    private func fontBase(_ cell: TextScreen.Cell) -> Int {
        let select = Int(registers.sequencer[3])
        let map = cell.attribute & 8 != 0 ? select >> 2 & 3 | select >> 3 & 4 : select & 3 | select >> 2 & 4
        return (map & 3) * 0x4000 + (map >> 2) * 0x2000
    }

    /// Some glyph is not empty.
    private var fontIsLoaded: Bool {
        let base = fontBase(TextScreen.Cell(character: 0, attribute: 7))
        return (base..<base + 0x2000).contains { planes[$0 & 0xFFFF] & 0xFF_0000 != 0 }
    }

    // MARK: Graphics

    private func graphicsFrame() -> Frame {
        let shape = GraphicsShape(registers)
        var frame = Frame(width: shape.width, height: shape.height)
        guard !isBlank else { return frame }
        let colors = (0..<256).map { dacColor(shape.dacEntry($0, registers)) }
        for y in 0..<shape.height {
            for unit in 0..<shape.units {
                let word = planes[Int(shape.address(unit, line: y, registers))]
                for (offset, value) in shape.pixels(word).enumerated() {
                    frame[unit * shape.pixelsPerUnit + offset - shape.panning, y] = colors[value]
                }
            }
        }
        return frame
    }
}

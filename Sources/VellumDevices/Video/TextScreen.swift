/// What a text screen shows at one moment.
package struct TextScreen: Equatable, Sendable {
    /// One character with its colours.
    package struct Cell: Hashable, Sendable {
        /// A code of the adapter's character set, code page 437 unless the guest loaded a font.
        package var character: UInt8
        /// Background in bits 4–7, foreground in bits 0–3; bit 7 blinks where the screen says so.
        package var attribute: UInt8

        package init(character: UInt8, attribute: UInt8) {
            self.character = character
            self.attribute = attribute
        }

        package var foreground: Int { Int(attribute & 15) }
    }

    /// The hardware cursor.
    package struct Cursor: Hashable, Sendable {
        package var row: Int
        package var column: Int
        /// First and last scan line within the cell.
        package var firstLine: Int
        package var lastLine: Int
    }

    /// A colour of 8 bits a component.
    package struct Color: Hashable, Sendable {
        package var red: UInt8
        package var green: UInt8
        package var blue: UInt8
    }

    package var columns: Int
    package var rows: Int
    /// Row by row, `columns * rows` of them.
    package var cells: [Cell]
    /// Nil when it is switched off or outside the screen.
    package var cursor: Cursor?
    /// Scan lines of a cell.
    package var cellHeight: Int
    /// Attribute bit 7 blinks instead of making the background bright.
    package var blinks: Bool
    /// The sixteen colours.
    package var palette: [Color]

    /// The cell at a place on the screen; blank outside.
    package subscript(row: Int, column: Int) -> Cell {
        guard (0..<rows).contains(row), (0..<columns).contains(column) else {
            return Cell(character: 0x20, attribute: 0x07)
        }
        return cells[row * columns + column]
    }

    /// The number of a cell's background colour.
    package func background(_ cell: Cell) -> Int {
        Int(blinks ? cell.attribute >> 4 & 7 : cell.attribute >> 4)
    }

    /// The lines of the screen in Unicode, without blanks at their ends.
    package var lines: [String] {
        (0..<rows).map { row in
            var scalars = cells[row * columns..<(row + 1) * columns].map { CodePage437.scalar($0.character) }
            while scalars.last == " " || scalars.last == "\u{A0}" { scalars.removeLast() }
            var line = String.UnicodeScalarView()
            line.append(contentsOf: scalars)
            return String(line)
        }
    }

    /// The screen as text: lines without trailing blanks, without empty lines at the end.
    package var text: String {
        var lines = lines
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}

extension DisplayAdapter {
    /// The text screen at present; nil in a graphics mode.
    package var textScreen: TextScreen? {
        guard registers.isText, !linear.isEnabled else { return nil }
        let (columns, rows) = (registers.columns, registers.rows)
        var cells: [TextScreen.Cell] = []
        cells.reserveCapacity(columns * rows)
        for row in 0..<rows {
            for column in 0..<columns { cells.append(cell(row, column)) }
        }
        return TextScreen(
            columns: columns, rows: rows, cells: cells, cursor: cursor, cellHeight: registers.rowHeight,
            blinks: registers.attribute[0x10] & 8 != 0, palette: (0..<16).map(color))
    }

    private func cell(_ row: Int, _ column: Int) -> TextScreen.Cell {
        let counter = registers.startAddress &+ UInt16(truncatingIfNeeded: row * registers.pitch + column)
        let word = planes[Int(registers.fetchAddress(counter))]
        return TextScreen.Cell(
            character: UInt8(truncatingIfNeeded: word), attribute: UInt8(truncatingIfNeeded: word >> 8))
    }

    /// Register 0Ah bit 5 switches the cursor off; a first line after the last shows nothing.
    private var cursor: TextScreen.Cursor? {
        let (first, last) = (registers.controller[0x0A], registers.controller[0x0B] & 0x1F)
        guard first & 0x20 == 0, first & 0x1F <= last, registers.pitch > 0 else { return nil }
        let place = Int(registers.cursorAddress &- registers.startAddress)
        let (row, column) = (place / registers.pitch, place % registers.pitch)
        guard row < registers.rows, column < registers.columns else { return nil }
        return TextScreen.Cursor(row: row, column: column, firstLine: Int(first & 0x1F), lastLine: Int(last))
    }

    private func color(_ number: Int) -> TextScreen.Color { dacColor(registers.paletteEntry(number)) }
}

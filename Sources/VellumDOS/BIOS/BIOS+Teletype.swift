// Text on the screen.
extension BIOS {
    /// The active page.
    var page: UInt8 { byte(0x62) & 7 }
    var columns: UInt16 { min(max(1, word(0x4A)), 255) }
    /// The last row's number; programs may have written one that no screen has.
    var lastRow: UInt8 { byte(0x84) == 0 ? 24 : min(byte(0x84), 99) }
    /// Text, as against graphics.
    var isTextMode: Bool {
        let mode = byte(0x49) & 0x7F
        return mode < 4 || mode == 7
    }

    func cursor(page: UInt8) -> (row: UInt8, column: UInt8) {
        let word = word(0x50 + UInt32(page & 7) * 2)
        return (UInt8(word >> 8), UInt8(truncatingIfNeeded: word))
    }

    func setCursor(page: UInt8, row: UInt8, column: UInt8) {
        setWord(0x50 + UInt32(page & 7) * 2, UInt16(row) << 8 | UInt16(column))
        if page & 7 == self.page { showCursor() }
    }

    /// Puts the hardware's cursor where the active page's is.
    func showCursor() {
        let (row, column) = cursor(page: page)
        let place = word(0x4E) / 2 &+ UInt16(row) &* columns &+ UInt16(column)
        setController(0x0E, UInt8(place >> 8))
        setController(0x0F, UInt8(truncatingIfNeeded: place))
    }

    func setController(_ index: UInt8, _ value: UInt8) {
        let port = word(0x63)
        host.writePort(port, index)
        host.writePort(port &+ 1, value)
    }

    /// Where a cell of a page lies in physical memory; never outside the adapter's 32 KiB.
    func textAddress(page: UInt8, row: UInt8, column: UInt8) -> UInt32 {
        let cell = UInt32(row) * UInt32(columns) + UInt32(column)
        let offset = UInt32(page & 7) * UInt32(word(0x4C)) + cell * 2
        return (byte(0x49) == 7 ? 0xB0000 : 0xB8000) + offset & 0x7FFF
    }

    /// INT 10h, AH=0Eh: a character at the cursor, which moves on.
    func teletype(_ character: UInt8, page: UInt8? = nil, color: UInt8 = 7) {
        let page = page ?? self.page
        var (row, column) = cursor(page: page)
        switch character {
        case 0x07: return
        case 0x08: column = column > 0 ? column - 1 : 0
        case 0x0D: column = 0
        case 0x0A: row &+= 1
        default:
            put(character, page: page, row: row, column: column, color: color)
            column &+= 1
            if UInt16(column) >= columns {
                column = 0
                row &+= 1
            }
        }
        if row > lastRow {
            row = lastRow
            scrollForNewLine(page: page)
        }
        setCursor(page: page, row: row, column: column)
    }

    private func put(_ character: UInt8, page: UInt8, row: UInt8, column: UInt8, color: UInt8) {
        guard isTextMode else {
            return drawGlyph(character, page: page, row: row, column: column, color: color)
        }
        host.writeByte(textAddress(page: page, row: row, column: column), character)
    }

    /// The new line takes the attribute that the cursor's place has.
    private func scrollForNewLine(page: UInt8) {
        var attribute: UInt8 = 0
        if isTextMode {
            let place = textAddress(page: page, row: lastRow, column: cursor(page: page).column)
            attribute = host.readByte(place + 1)
        }
        scroll(
            up: true, lines: 1, attribute: attribute, top: 0, left: 0, bottom: lastRow,
            right: UInt8(clamping: columns - 1))
    }

    /// INT 10h, AH=06h and 07h; no lines, or more than there are, clear the window.
    func scroll(up: Bool, lines: UInt8, attribute: UInt8, top: UInt8, left: UInt8, bottom: UInt8, right: UInt8) {
        let bottom = min(bottom, lastRow)
        let right = min(right, UInt8(clamping: columns - 1))
        guard top <= bottom, left <= right else { return }
        guard isTextMode else {
            return scrollGraphics(
                up: up, lines: lines, color: attribute, top: top, left: left, bottom: bottom, right: right)
        }
        let height = Int(bottom - top) + 1
        let count = lines == 0 || Int(lines) > height ? height : Int(lines)
        let width = Int(right - left) + 1
        func address(_ row: Int) -> UInt32 {
            textAddress(page: page, row: UInt8(clamping: row), column: left)
        }
        let blank = (0..<width).flatMap { _ in [UInt8(0x20), attribute] }
        for index in 0..<height {
            let row = up ? Int(top) + index : Int(bottom) - index
            let source = up ? row + count : row - count
            let isInside = index + count < height
            host.writeBytes(address(row), isInside ? host.readBytes(address(source), width * 2) : blank)
        }
    }
}

// INT 10h.
extension BIOS {
    func video(_ registers: inout ServiceRegisters) -> ServiceOutcome {
        switch registers.ah {
        case 0x00:
            usesScreen = true
            setMode(registers.al)
        case 0x01: cursorShape(registers.cx)
        case 0x02:
            if registers.dx != 0 || registers.bh != 0 { usesScreen = true }
            setCursor(page: registers.bh, row: registers.dh, column: registers.dl)
        case 0x03:
            let (row, column) = cursor(page: registers.bh)
            registers.dx = UInt16(row) << 8 | UInt16(column)
            registers.cx = word(0x60)
        // No light pen.
        case 0x04: registers.ah = 0
        case 0x05: selectPage(registers.al)
        case 0x06, 0x07:
            usesScreen = true
            scroll(
                up: registers.ah == 0x06, lines: registers.al, attribute: registers.bh, top: registers.ch,
                left: registers.cl, bottom: registers.dh, right: registers.dl)
        case 0x08: readCell(&registers)
        case 0x09, 0x0A:
            usesScreen = true
            writeCells(registers)
        case 0x0B: setColors(registers)
        case 0x0C: writePixel(page: registers.bh, x: registers.cx, y: registers.dx, color: registers.al)
        case 0x0D: registers.al = readPixel(page: registers.bh, x: registers.cx, y: registers.dx)
        case 0x0E:
            onTeletype(registers.al)
            teletype(registers.al, color: registers.bl)
        case 0x0F:
            registers.al = byte(0x49) | byte(0x87) & 0x80
            registers.ah = UInt8(truncatingIfNeeded: columns)
            registers.bh = page
        case 0x10: palette(&registers)
        case 0x11: font(&registers)
        case 0x12: alternate(&registers)
        case 0x13: writeString(registers)
        case 0x1A: displayCombination(&registers)
        case 0x1B: stateInformation(&registers)
        // VESA and the rest: registers as they were.
        default: break
        }
        return .done
    }

    /// The shape for 8 lines is stretched to the glyphs' height, as on a VGA.
    private func cursorShape(_ shape: UInt16) {
        setWord(0x60, shape)
        var (start, end) = (UInt8(shape >> 8), UInt8(truncatingIfNeeded: shape) & 0x1F)
        let height = byte(0x85)
        if start & 0x20 == 0, height > 8, end < 8, start & 0x1F <= end {
            start = start & 0xE0 | (start & 0x1F > 2 ? start & 0x1F &+ height &- 9 : start & 0x1F)
            end = end > 2 ? end &+ height &- 9 : end
        }
        setCursorShape(start: start, end: end)
    }

    private func selectPage(_ number: UInt8) {
        guard number < 8 else { return }
        setByte(0x62, number)
        let start = UInt16(number) &* word(0x4C)
        setWord(0x4E, start)
        let place = isTextMode ? start / 2 : start
        setController(0x0C, UInt8(place >> 8))
        setController(0x0D, UInt8(truncatingIfNeeded: place))
        showCursor()
    }

    private func cell(_ page: UInt8) -> UInt32 {
        let (row, column) = cursor(page: page)
        return textAddress(page: page, row: row, column: column)
    }

    private func readCell(_ registers: inout ServiceRegisters) {
        guard isTextMode else {
            registers.al = readGlyph(page: registers.bh)
            return
        }
        registers.ax = host.readWord(cell(registers.bh))
    }

    private func writeCells(_ registers: ServiceRegisters) {
        let isColored = registers.ah == 0x09
        guard isTextMode else {
            let (row, column) = cursor(page: registers.bh)
            for index in 0..<min(registers.cx, columns) {
                drawGlyph(
                    registers.al, page: registers.bh, row: row, column: UInt8(clamping: UInt16(column) + index),
                    color: registers.bl)
            }
            return
        }
        let start = cell(registers.bh)
        // Not past the end of the adapter's memory.
        let room = (0xC0000 - min(start, 0xC0000)) / 2
        for index in 0..<min(UInt32(registers.cx), room) {
            host.writeByte(start + index * 2, registers.al)
            if isColored { host.writeByte(start + index * 2 + 1, registers.bl) }
        }
    }

    /// AH=13h: bit 0 of AL moves the cursor, bit 1 says that attributes are in the string.
    private static let longestString: UInt16 = 2048

    private func writeString(_ registers: ServiceRegisters) {
        usesScreen = true
        let page = registers.bh
        let old = cursor(page: page)
        setCursor(page: page, row: registers.dh, column: registers.dl)
        var pointer = FarPointer(registers.es, registers.bp)
        // More than fills a screen several times: what has scrolled away need not be drawn first.
        let count = min(registers.cx, Self.longestString)
        let width = registers.al & 2 != 0 ? 2 : 1
        pointer = pointer.advanced(by: Int(registers.cx - count) * width)
        for _ in 0..<count {
            let character = host.readByte(pointer.linear)
            pointer = pointer.advanced(by: 1)
            var attribute = registers.bl
            if registers.al & 2 != 0 {
                attribute = host.readByte(pointer.linear)
                pointer = pointer.advanced(by: 1)
            }
            if isTextMode, ![0x07, 0x08, 0x0A, 0x0D].contains(character) {
                host.writeByte(cell(page) + 1, attribute)
            }
            teletype(character, page: page, color: attribute)
        }
        if registers.al & 1 == 0 { setCursor(page: page, row: old.row, column: old.column) }
    }

    /// AX=1A00h: a VGA with a colour screen.
    private func displayCombination(_ registers: inout ServiceRegisters) {
        if registers.al == 0 { registers.bx = 0x0008 }
        registers.al = 0x1A
    }

    private func stateInformation(_ registers: inout ServiceRegisters) {
        guard registers.bx == 0 else { return }
        var table = [UInt8](repeating: 0, count: 64)
        // All modes, all heights, 8 blocks of glyphs, 2 of them active, all of AH=10h to 1Bh.
        let functions = [UInt8](arrayLiteral: 0xFF, 0xE0, 0x0F, 0, 0, 0, 0, 0x07, 0x02, 0x08, 0xE7, 0x0C)
        let place = registers.esdi
        table.replaceSubrange(4..<34, with: host.readBytes(BIOS.data(0x49), 30))
        table[0x22] = byte(0x84) &+ 1
        table[0x23] = byte(0x85)
        table[0x25] = 8
        table[0x27] = 16
        table[0x29] = 8
        table[0x2A] = mode == 0x11 || mode == 0x12 ? 3 : mode == 0x0F || mode == 0x10 ? 1 : isTextMode ? 2 : 0
        table[0x31] = 3
        host.writeBytes(place, table)
        // The static table stands in the area between the vectors and the program: the BIOS's own memory.
        host.writeBytes(0x4AC, functions)
        host.writeFar(place.linear, FarPointer(0x40, 0xAC))
        registers.al = 0x1B
    }
}

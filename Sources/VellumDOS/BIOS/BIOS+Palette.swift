// INT 10h, AH=0Bh, 10h, 11h, 12h: colours and glyphs.
extension BIOS {
    private func setAttribute(_ index: UInt8, _ value: UInt8) {
        _ = host.readPort(word(0x63) &+ 6)
        host.writePort(0x3C0, index & 0x1F)
        host.writePort(0x3C0, value)
        host.writePort(0x3C0, 0x20)
    }

    private func attribute(_ index: UInt8) -> UInt8 {
        _ = host.readPort(word(0x63) &+ 6)
        host.writePort(0x3C0, index & 0x1F | 0x20)
        let value = host.readPort(0x3C1)
        _ = host.readPort(word(0x63) &+ 6)
        return value
    }

    /// AH=0Bh: background and border, or one of the CGA's two palettes.
    func setColors(_ registers: ServiceRegisters) {
        let select = byte(0x66)
        if registers.bh == 0 {
            let color = registers.bl & 7 | (registers.bl & 8) << 1
            setByte(0x66, select & 0xE0 | registers.bl & 0x1F)
            if !isTextMode { setAttribute(0, color) }
            setAttribute(0x11, color)
        } else {
            let isSecond = registers.bl & 1
            setByte(0x66, select & ~0x20 | isSecond << 5)
            let intensity = select & 0x10
            for index in 1...3 as ClosedRange<UInt8> { setAttribute(index, index << 1 | isSecond | intensity) }
        }
    }

    func palette(_ registers: inout ServiceRegisters) {
        switch registers.al {
        case 0x00: setAttribute(registers.bl, registers.bh)
        case 0x01: setAttribute(0x11, registers.bh)
        case 0x02:
            let values = host.readBytes(FarPointer(registers.es, registers.dx), 17)
            for index in 0..<16 as Range<UInt8> { setAttribute(index, values[Int(index)]) }
            setAttribute(0x11, values[16])
        case 0x03:
            let mode = attribute(0x10)
            setAttribute(0x10, registers.bl & 1 != 0 ? mode | 0x08 : mode & ~0x08)
            let control = byte(0x65)
            setByte(0x65, registers.bl & 1 != 0 ? control | 0x20 : control & ~0x20)
        case 0x07: registers.bh = attribute(registers.bl)
        case 0x08: registers.bh = attribute(0x11)
        case 0x09:
            let values = (0..<16 as Range<UInt8>).map { attribute($0) } + [attribute(0x11)]
            host.writeBytes(FarPointer(registers.es, registers.dx), values)
            setAttribute(0, values[0])
        case 0x10...0x1B: colors(&registers)
        default: break
        }
        // Looking switches the screen off: on again.
        if (0x07...0x09).contains(registers.al) { host.writePort(0x3C0, 0x20) }
    }

    /// The DAC's 256 colours.
    private func colors(_ registers: inout ServiceRegisters) {
        let first = UInt8(truncatingIfNeeded: registers.bx)
        let count = Int(min(registers.cx, 256)) * 3
        switch registers.al {
        case 0x10:
            host.writePort(0x3C8, first)
            for value in [registers.dh, registers.ch, registers.cl] { host.writePort(0x3C9, value) }
        case 0x12:
            host.writePort(0x3C8, first)
            for value in host.readBytes(FarPointer(registers.es, registers.dx), count) { host.writePort(0x3C9, value) }
        case 0x13: selectColorPage(registers)
        case 0x15:
            host.writePort(0x3C7, first)
            registers.dh = host.readPort(0x3C9)
            registers.ch = host.readPort(0x3C9)
            registers.cl = host.readPort(0x3C9)
        case 0x17:
            host.writePort(0x3C7, first)
            let values = (0..<count).map { _ in host.readPort(0x3C9) }
            host.writeBytes(FarPointer(registers.es, registers.dx), values)
        case 0x18: host.writePort(0x3C6, registers.bl)
        case 0x19: registers.bl = host.readPort(0x3C6)
        case 0x1A:
            registers.bl = attribute(0x10) >> 7
            registers.bh = attribute(0x14) >> (registers.bl == 0 ? 2 : 0)
            host.writePort(0x3C0, 0x20)
        default: sumToGray(first, Int(min(registers.cx, 256)))
        }
    }

    private func selectColorPage(_ registers: ServiceRegisters) {
        let mode = attribute(0x10)
        if registers.bl == 0 {
            setAttribute(0x10, mode & 0x7F | (registers.bh & 1) << 7)
        } else {
            setAttribute(0x14, mode & 0x80 != 0 ? registers.bh & 15 : registers.bh << 2 & 0x0C)
        }
    }

    /// 30 % red, 59 % green, 11 % blue.
    private func sumToGray(_ first: UInt8, _ count: Int) {
        for index in 0..<count {
            let entry = first &+ UInt8(truncatingIfNeeded: index)
            host.writePort(0x3C7, entry)
            let parts = (0..<3).map { _ in Int(host.readPort(0x3C9)) }
            let level = UInt8((parts[0] * 30 + parts[1] * 59 + parts[2] * 11) / 100)
            host.writePort(0x3C8, entry)
            for _ in 0..<3 { host.writePort(0x3C9, level) }
        }
    }

    // MARK: AH=11h

    func font(_ registers: inout ServiceRegisters) {
        switch registers.al {
        case 0x00, 0x10:
            let count = Int(registers.cx) * Int(registers.bh)
            let glyphs = host.readBytes(FarPointer(registers.es, registers.bp), min(count, 0x2000))
            loadFont(
                glyphs, height: Int(registers.bh), first: min(Int(registers.dx), 255), block: registers.bl)
            if registers.al == 0x10 { setTextHeight(registers.bh) }
        case 0x01, 0x11, 0x02, 0x12, 0x04, 0x14:
            let height: UInt8 = [0x01: 14, 0x02: 8, 0x04: 16][registers.al & 0x0F] ?? 16
            loadFont(fonts.glyphs(height: height).bytes, height: Int(height), block: registers.bl)
            if registers.al >= 0x10 { setTextHeight(height) }
        case 0x03:
            host.writePort(0x3C4, 3)
            host.writePort(0x3C5, registers.bl)
        case 0x20: host.writeFar(0x1F * 4, FarPointer(registers.es, registers.bp))
        case 0x21...0x24: graphicsFont(registers)
        case 0x30: fontPlace(&registers)
        default: break
        }
    }

    private func graphicsFont(_ registers: ServiceRegisters) {
        let heights: [UInt8: UInt8] = [0x22: 14, 0x23: 8, 0x24: 16]
        let height = heights[registers.al] ?? UInt8(clamping: registers.cx)
        let place =
            registers.al == 0x21 ? FarPointer(registers.es, registers.bp) : fonts.glyphs(height: height).place
        host.writeFar(0x43 * 4, place)
        setWord(0x85, UInt16(height))
        let rows: [UInt8: UInt8] = [1: 14, 2: 25, 3: 43]
        setByte(0x84, (rows[registers.bl] ?? max(1, registers.dl)) - 1)
    }

    private func fontPlace(_ registers: inout ServiceRegisters) {
        let place: FarPointer
        switch registers.bh {
        case 0: place = host.readFar(0x1F * 4)
        case 1: place = host.readFar(0x43 * 4)
        case 2, 5: place = fonts.glyphs(height: 14).place
        case 3: place = fonts.glyphs(height: 8).place
        case 4: place = fonts.glyphs(height: 8).place.advanced(by: 1024)
        default: place = fonts.glyphs(height: 16).place
        }
        registers.es = place.segment
        registers.bp = place.offset
        registers.cx = word(0x85)
        registers.dl = lastRow
    }

    // MARK: AH=12h

    func alternate(_ registers: inout ServiceRegisters) {
        switch registers.bl {
        case 0x10:
            // Colour, 256 KiB, no feature bits, switches of an EGA with a good screen.
            registers.bx = 0x0003
            registers.cx = 0x0009
        case 0x30:
            guard registers.al <= 2 else { break }
            registers.al = 0x12
        case 0x31...0x34, 0x36: registers.al = 0x12
        default: break
        }
    }
}

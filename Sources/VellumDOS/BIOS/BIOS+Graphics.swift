// Text and pixels in graphics modes.
extension BIOS {
    /// Puts a graphics controller register for the time of `body`, then the BIOS's own values.
    private func withPlanes(mask: UInt8, mode: UInt8, function: UInt8, bits: UInt8, _ body: () -> Void) {
        set(0x3C4, 2, mask)
        set(0x3CE, 5, mode)
        set(0x3CE, 3, function)
        set(0x3CE, 8, bits)
        body()
        set(0x3C4, 2, 0x0F)
        set(0x3CE, 5, 0)
        set(0x3CE, 3, 0)
        set(0x3CE, 8, 0xFF)
    }

    private func set(_ port: UInt16, _ index: UInt8, _ value: UInt8) {
        host.writePort(port, index)
        host.writePort(port + 1, value)
    }

    /// Bytes of a line of pixels, for planar and linear modes.
    private var pitch: UInt32 { mode == 0x13 ? 320 : UInt32(columns) }

    private func bankedPlace(x: UInt32, y: UInt32, bits: Int) -> (address: UInt32, shift: UInt32) {
        let perByte = UInt32(8 / bits)
        let address = 0xB8000 + ((y & 1) * 0x2000 + (y >> 1) * 80 + x / perByte) & 0x7FFF
        return (address, (perByte - 1 - x % perByte) * UInt32(bits))
    }

    /// AH=0Ch; bit 7 of the colour makes it an exclusive or.
    func writePixel(page: UInt8, x: UInt16, y: UInt16, color: UInt8) {
        guard let mode = videoMode, y < 1024 else { return }
        let (x, y) = (UInt32(x), UInt32(y))
        switch mode.layout {
        case .text: break
        case .banked(let bits):
            let (address, shift) = bankedPlace(x: x, y: y, bits: bits)
            let mask = UInt8((1 << bits) - 1) << shift
            let value = color << shift & mask
            let old = host.readByte(address)
            host.writeByte(address, color & 0x80 != 0 ? old ^ value : old & ~mask | value)
        case .linear: host.writeByte(0xA0000 + (y * 320 + x) & 0xFFFF, color)
        case .planar:
            let address = planarAddress(page, y * pitch + x / 8)
            withPlanes(mask: 0x0F, mode: 2, function: color & 0x80 != 0 ? 0x18 : 0, bits: 0x80 >> (UInt8(x & 7))) {
                _ = host.readByte(address)
                host.writeByte(address, color & 0x0F)
            }
        }
    }

    private func planarAddress(_ page: UInt8, _ offset: UInt32) -> UInt32 {
        0xA0000 + (UInt32(page & 7) * UInt32(word(0x4C)) + offset) & 0xFFFF
    }

    func readPixel(page: UInt8, x: UInt16, y: UInt16) -> UInt8 {
        guard let mode = videoMode, y < 1024 else { return 0 }
        let (x, y) = (UInt32(x), UInt32(y))
        switch mode.layout {
        case .text: return 0
        case .banked(let bits):
            let (address, shift) = bankedPlace(x: x, y: y, bits: bits)
            return host.readByte(address) >> shift & UInt8((1 << bits) - 1)
        case .linear: return host.readByte(0xA0000 + (y * 320 + x) & 0xFFFF)
        case .planar:
            let address = planarAddress(page, y * pitch + x / 8)
            var color: UInt8 = 0
            for plane in 0..<4 as Range<UInt8> {
                set(0x3CE, 4, plane)
                if host.readByte(address) >> (7 - UInt8(x & 7)) & 1 != 0 { color |= 1 << plane }
            }
            set(0x3CE, 4, 0)
            return color
        }
    }

    /// The lines of a glyph in the mode's font, which programs may have replaced.
    private func glyph(_ character: UInt8) -> [UInt8] {
        let height = Int(min(max(word(0x85), 1), 32))
        if character >= 0x80, mode <= 6 {
            return host.readBytes(host.readFar(0x1F * 4).advanced(by: Int(character - 0x80) * 8), height)
        }
        return host.readBytes(host.readFar(0x43 * 4).advanced(by: Int(character) * height), height)
    }

    func drawGlyph(_ character: UInt8, page: UInt8, row: UInt8, column: UInt8, color: UInt8) {
        guard let mode = videoMode, row <= lastRow, UInt16(column) < columns else { return }
        let lines = glyph(character)
        let top = UInt32(row) * UInt32(lines.count)
        switch mode.layout {
        case .text: break
        case .planar: drawPlanar(lines, page, top, column, color)
        case .banked, .linear:
            let isXor = color & 0x80 != 0 && mode.number != 0x13
            for (line, bits) in lines.enumerated() {
                for bit in 0..<8 as Range<UInt32> {
                    let isSet = bits >> (7 - bit) & 1 != 0
                    if isXor, !isSet { continue }
                    writePixel(
                        page: page, x: UInt16(UInt32(column) * 8 + bit), y: UInt16(top + UInt32(line)),
                        color: isSet ? color : 0)
                }
            }
        }
    }

    private func drawPlanar(_ lines: [UInt8], _ page: UInt8, _ top: UInt32, _ column: UInt8, _ color: UInt8) {
        let isXor = color & 0x80 != 0
        for (line, bits) in lines.enumerated() {
            let address = planarAddress(page, (top + UInt32(line)) * pitch + UInt32(column))
            if !isXor {
                withPlanes(mask: 0x0F, mode: 0, function: 0, bits: 0xFF) { host.writeByte(address, 0) }
            }
            withPlanes(mask: 0x0F, mode: 2, function: isXor ? 0x18 : 0, bits: bits) {
                _ = host.readByte(address)
                host.writeByte(address, color & 0x0F)
            }
        }
    }

    /// AH=08h in graphics: the character whose glyph is there.
    func readGlyph(page: UInt8) -> UInt8 {
        let (row, column) = cursor(page: page)
        let height = Int(min(max(word(0x85), 1), 32))
        let lines = (0..<height).map { line in
            (0..<8).reduce(UInt8(0)) { bits, bit in
                let pixel = readPixel(
                    page: page, x: UInt16(column) * 8 + UInt16(bit), y: UInt16(row) * UInt16(height) + UInt16(line))
                return bits << 1 | (pixel != 0 ? 1 : 0)
            }
        }
        return (0...255).map { UInt8($0) }.first { glyph($0) == lines } ?? 0
    }

    func scrollGraphics(
        up: Bool, lines: UInt8, color: UInt8, top: UInt8, left: UInt8, bottom: UInt8, right: UInt8
    ) {
        guard let mode = videoMode else { return }
        let height = UInt32(min(max(word(0x85), 1), 32))
        let rows = UInt32(bottom - top) + 1
        let count = lines == 0 || UInt32(lines) > rows ? rows : UInt32(lines)
        // No mode has more lines, whatever the data area says.
        let (first, distance) = (UInt32(top) * height, count * height)
        let total = min(rows * height, 1024)
        for index in 0..<total {
            let y = up ? first + index : first + total - 1 - index
            let source = up ? y &+ distance : y &- distance
            moveLine(mode, from: index + distance < total ? source : nil, to: y, left, right, color)
        }
    }

    private func moveLine(
        _ mode: VideoMode, from source: UInt32?, to y: UInt32, _ left: UInt8, _ right: UInt8, _ color: UInt8
    ) {
        let width = Int(right - left) + 1
        switch mode.layout {
        case .text: break
        case .linear:
            func place(_ y: UInt32) -> UInt32 { 0xA0000 + (y * 320 + UInt32(left) * 8) & 0xFFFF }
            let bytes =
                source.map { host.readBytes(place($0), width * 8) } ?? [UInt8](repeating: color, count: width * 8)
            host.writeBytes(place(y), bytes)
        case .banked(let bits):
            func place(_ y: UInt32) -> UInt32 { bankedPlace(x: UInt32(left) * 8, y: y, bits: bits).address }
            let pattern: UInt8 = bits == 1 ? color & 1 &* 0xFF : color & 3 &* 0x55
            let bytes =
                source.map { host.readBytes(place($0), width * bits) }
                ?? [UInt8](repeating: pattern, count: width * bits)
            host.writeBytes(place(y), bytes)
        case .planar:
            func place(_ y: UInt32) -> UInt32 { planarAddress(page, y * pitch + UInt32(left)) }
            let (from, to) = (source.map(place), place(y))
            withPlanes(mask: 0x0F, mode: source == nil ? 2 : 1, function: 0, bits: 0xFF) {
                for index in 0..<UInt32(width) {
                    // Write mode 1 copies the latches, all planes at once.
                    if let from { _ = host.readByte(from + index) }
                    host.writeByte(to + index, from == nil ? color & 0x0F : 0)
                }
            }
        }
    }
}

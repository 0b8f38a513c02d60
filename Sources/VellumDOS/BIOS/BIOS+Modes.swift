// INT 10h, AH=00h: modes.
extension BIOS {
    var mode: UInt8 { byte(0x49) & 0x7F }
    var videoMode: VideoMode? { VideoMode.all[mode] }

    /// - Parameter number: bit 7 keeps what is on the screen.
    func setMode(_ number: UInt8) {
        guard let mode = VideoMode.all[number & 0x7F] else { return }
        program(mode)
        writeModeData(mode, keeps: number & 0x80 != 0)
        if number & 0x80 == 0 { clear(mode) }
        loadPalette(mode.palette.colors)
        if mode.isText { loadFont(fonts.sixteen, height: 16) }
        host.writeFar(0x43 * 4, fonts.glyphs(height: mode.height).place)
        host.writeFar(0x1F * 4, fonts.eightPlace.advanced(by: 1024))
        setCursor(page: 0, row: 0, column: 0)
    }

    private func program(_ mode: VideoMode) {
        host.writePort(0x3C2, mode.miscellaneous)
        setFile(0x3C4, mode.sequencer)
        let controller: UInt16 = mode.miscellaneous & 1 != 0 ? 0x3D4 : 0x3B4
        setWord(0x63, controller)
        // Registers 0 to 7 are protected until bit 7 of 11h is clear.
        host.writePort(controller, 0x11)
        host.writePort(controller + 1, mode.controller[0x11] & 0x7F)
        setFile(controller, mode.controller)
        setFile(0x3CE, mode.graphics)
        _ = host.readPort(controller + 6)
        for (index, value) in mode.attribute.enumerated() {
            host.writePort(0x3C0, UInt8(index))
            host.writePort(0x3C0, value)
        }
        host.writePort(0x3C0, 0x20)
        host.writePort(0x3C6, 0xFF)
    }

    private func setFile(_ port: UInt16, _ values: [UInt8]) {
        for (index, value) in values.enumerated() {
            host.writePort(port, UInt8(index))
            host.writePort(port + 1, value)
        }
    }

    private func writeModeData(_ mode: VideoMode, keeps: Bool) {
        setByte(0x49, mode.number)
        setWord(0x4A, UInt16(mode.columns))
        setWord(0x4C, mode.pageSize)
        setWord(0x4E, 0)
        for page in 0..<8 as Range<UInt32> { setWord(0x50 + page * 2, 0) }
        setWord(0x60, mode.isText ? 0x0607 : 0)
        setByte(0x62, 0)
        setByte(0x65, [0x2C, 0x28, 0x2D, 0x29, 0x2A, 0x2E, 0x1E, 0x29][Int(min(mode.number, 7))])
        setByte(0x66, mode.number == 6 ? 0x3F : 0x30)
        setByte(0x84, mode.rows - 1)
        setWord(0x85, UInt16(mode.height))
        setByte(0x87, 0x60 | (keeps ? 0x80 : 0))
        setByte(0x88, 0xF9)
        setByte(0x89, 0x51)
        setByte(0x8A, 0x08)
    }

    private func clear(_ mode: VideoMode) {
        switch mode.layout {
        case .text:
            let base: UInt32 = mode.number == 7 ? 0xB0000 : 0xB8000
            let blank = (0..<0x4000).map { UInt8($0 & 1 == 0 ? 0x20 : 0x07) }
            host.writeBytes(base, blank)
        case .banked: host.fill(0xB8000, count: 0x8000)
        case .planar, .linear: host.fill(0xA0000, count: 0x10000)
        }
    }

    func loadPalette(_ colors: [UInt8]) {
        host.writePort(0x3C8, 0)
        for component in colors { host.writePort(0x3C9, component) }
    }

    /// Glyphs into plane 2, where the adapter's text modes look for them, 32 bytes for each.
    func loadFont(_ glyphs: [UInt8], height: Int, first: Int = 0, block: UInt8 = 0) {
        guard height > 0, !glyphs.isEmpty else { return }
        withFontAccess {
            let start = 0xA0000 + UInt32(BIOS.blockOffset(block))
            for index in 0..<min(glyphs.count / height, 256 - first) {
                let place = start + UInt32(first + index) * 32
                host.writeBytes(place, Array(glyphs[index * height..<(index + 1) * height]))
            }
        }
    }

    /// The eight blocks of glyphs lie interleaved.
    private static func blockOffset(_ block: UInt8) -> Int {
        Int(block & 3) * 0x4000 + Int(block >> 2 & 1) * 0x2000
    }

    /// Makes plane 2 show at A0000h for a moment.
    private func withFontAccess(_ body: () -> Void) {
        func get(_ port: UInt16, _ index: UInt8) -> UInt8 {
            host.writePort(port, index)
            return host.readPort(port + 1)
        }
        func set(_ port: UInt16, _ index: UInt8, _ value: UInt8) {
            host.writePort(port, index)
            host.writePort(port + 1, value)
        }
        let wanted: [(UInt16, UInt8, UInt8)] = [
            (0x3C4, 2, 4), (0x3C4, 4, 6), (0x3CE, 4, 2), (0x3CE, 5, 0), (0x3CE, 6, 4),
        ]
        let old = wanted.map { get($0.0, $0.1) }
        for (port, index, value) in wanted { set(port, index, value) }
        body()
        for (entry, value) in zip(wanted, old) { set(entry.0, entry.1, value) }
    }

    /// A text mode with glyphs of another height: 400 scan lines have more rows, or fewer.
    func setTextHeight(_ height: UInt8) {
        guard isTextMode, height > 0, height <= 32 else { return }
        setController(0x09, 0x40 | (height - 1))
        let lines: UInt16 = 400
        let rows = min(lines / UInt16(height), 256)
        let last = rows * UInt16(height) - 1
        setController(0x12, UInt8(truncatingIfNeeded: last))
        setByte(0x84, UInt8(rows - 1))
        setWord(0x85, UInt16(height))
        setWord(0x4C, (rows &* columns &* 2 &+ 256) & 0xFF00)
        setCursorShape(start: height > 8 ? height - 3 : height - 2, end: height > 8 ? height - 2 : height - 1)
    }

    func setCursorShape(start: UInt8, end: UInt8) {
        setController(0x0A, start)
        setController(0x0B, end)
    }
}

import Testing

@testable import VellumDevices

@Suite struct FrameTests {
    private let adapter = DisplayAdapter(clock: FakeClock())

    private func write(_ index: UInt16, _ register: UInt8, _ value: UInt8) {
        if index == 0x3C0 { _ = adapter.read(port: 0x3DA) }
        adapter.write(port: index, value: register)
        adapter.write(port: index == 0x3C0 ? index : index + 1, value: value)
    }

    /// Mode 13h as video firmware sets it, as far as the picture depends on it.
    private func setMode13() {
        write(0x3D4, 0x11, 0x0E)
        for (register, value): (UInt8, UInt8) in [
            (1, 0x4F), (7, 0x1F), (9, 0x41), (0x12, 0x8F), (0x13, 0x28), (0x14, 0x40), (0x17, 0xA3), (0x18, 0xFF),
        ] { write(0x3D4, register, value) }
        for (register, value): (UInt8, UInt8) in [(1, 1), (2, 15), (4, 0x0E)] { write(0x3C4, register, value) }
        for (register, value): (UInt8, UInt8) in [(5, 0x40), (6, 0x05)] { write(0x3CE, register, value) }
        write(0x3C0, 0x10, 0x41)
        write(0x3C0, 0x12 | 0x20, 0x0F)
    }

    private func setColor(_ entry: UInt8, _ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        adapter.write(port: 0x3C8, value: entry)
        for component in [red, green, blue] { adapter.write(port: 0x3C9, value: component) }
    }

    @Test func textIsDrawnWithTheGuestsFont() {
        // A glyph for A: its first line has the leftmost dot, its last one the rightmost.
        write(0x3C4, 2, 4)
        write(0x3C4, 4, 6)
        write(0x3CE, 6, 4)
        adapter.write(offset: 0x41 * 32, value: 0x80, width: 1)
        adapter.write(offset: 0x41 * 32 + 15, value: 0x01, width: 1)
        write(0x3C4, 2, 3)
        write(0x3C4, 4, 2)
        write(0x3CE, 6, 0x0E)
        adapter.write(offset: 0x18000, value: 0x1E41, width: 2)
        let frame = adapter.frame(font: [])
        #expect((frame.width, frame.height) == (720, 400))
        let (yellow, blue) = (
            TextScreen.Color(red: 255, green: 255, blue: 85), TextScreen.Color(red: 0, green: 0, blue: 170)
        )
        #expect(frame[0, 0] == yellow)
        #expect(frame[1, 0] == blue)
        #expect(frame[8, 0] == blue)
        #expect(frame[7, 15] == yellow)
        #expect(frame[9, 0] == TextScreen.Color(red: 0, green: 0, blue: 0))
    }

    @Test func aFontIsLentWhereTheGuestHasNone() {
        var font = [UInt8](repeating: 0, count: 4096)
        font[0x42 * 16 + 3] = 0xFF
        adapter.write(offset: 0x18000, value: 0x0742, width: 2)
        let frame = adapter.frame(font: font)
        #expect(frame[7, 3] == TextScreen.Color(red: 170, green: 170, blue: 170))
        #expect(frame[8, 3] == TextScreen.Color(red: 0, green: 0, blue: 0))
        #expect(adapter.frame(font: []).pixels.allSatisfy { $0 == 0 } == false, "the cursor is drawn")
    }

    @Test func mode13ShowsItsBytes() {
        setMode13()
        setColor(200, 63, 32, 0)
        adapter.write(offset: 0, value: 200, width: 1)
        adapter.write(offset: 199 * 320 + 319, value: 200, width: 1)
        let frame = adapter.frame(font: [])
        #expect((frame.width, frame.height) == (320, 200))
        let color = TextScreen.Color(red: 255, green: 130, blue: 0)
        #expect(frame[0, 0] == color)
        #expect(frame[319, 199] == color)
        #expect(frame[1, 0] != color)
    }

    @Test func planesMakeSixteenColours() {
        setMode13()
        // Mode 10h: 640 by 350 would be; here its data path on the lines of mode 13h.
        for (register, value): (UInt8, UInt8) in [(9, 0x40), (0x14, 0), (0x17, 0xE3)] { write(0x3D4, register, value) }
        write(0x3C4, 4, 6)
        write(0x3CE, 5, 0)
        write(0x3C0, 0x10, 0x01)
        write(0x3C0, 0x12 | 0x20, 0x0F)
        write(0x3C4, 2, 0b0101)
        adapter.write(offset: 81, value: 0x40, width: 1)
        let frame = adapter.frame(font: [])
        #expect((frame.width, frame.height) == (640, 400))
        #expect(frame[9, 1] == TextScreen.Color(red: 170, green: 0, blue: 170))
        #expect(frame[8, 1] == TextScreen.Color(red: 0, green: 0, blue: 0))
    }

    @Test func aBlankedScreenIsBlack() {
        adapter.write(offset: 0x18000, value: 0x70DB, width: 2)
        write(0x3C4, 1, 0x20)
        #expect(adapter.frame(font: [UInt8](repeating: 0xFF, count: 4096)).pixels.allSatisfy { $0 == 0 })
    }

    @Test func noRegistersMakeTheFrameFail() {
        var random = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...UInt64.max, using: &random)
        var state = seed
        for _ in 0..<60 {
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let port = [0x3C0, 0x3C4, 0x3CE, 0x3D4, 0x3C2][Int(state >> 60) % 5]
                write(
                    UInt16(port), UInt8(truncatingIfNeeded: state >> 32) & 0x3F, UInt8(truncatingIfNeeded: state >> 40))
            }
            let frame = adapter.frame(font: [])
            #expect(frame.pixels.count == frame.width * frame.height * 3, "seed \(seed)")
        }
    }
}

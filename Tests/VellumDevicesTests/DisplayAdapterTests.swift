import Testing

@testable import VellumDevices

@Suite struct DisplayAdapterTests {
    static let text: UInt32 = 0x18000
    let clock = FakeClock()
    let vga: DisplayAdapter

    init() { vga = DisplayAdapter(clock: clock) }

    func put(_ text: String, at cell: UInt32 = 0) {
        for (offset, byte) in text.utf8.enumerated() {
            vga.write(offset: Self.text + (cell + UInt32(offset)) * 2, value: UInt32(byte) | 0x1F00, width: 2)
        }
    }

    func set(_ port: UInt16, _ index: UInt8, _ value: UInt8) { vga.out16(port, index, value) }

    /// Planar graphics with all planes open and black, as mode 12h has it.
    func planar() {
        vga.memory.clear()
        set(0x3C4, 4, 0x06)
        set(0x3C4, 2, 0x0F)
        set(0x3CE, 5, 0x00)
        set(0x3CE, 6, 0x05)
    }

    func plane(_ number: UInt8, at offset: UInt32) -> UInt32 {
        set(0x3CE, 4, number)
        return vga.read(offset: offset, width: 1)
    }

    func screen() throws -> TextScreen { try #require(vga.textScreen) }

    // MARK: Text

    @Test func aFreshScreenIsBlankEightyByTwentyFive() throws {
        let screen = try screen()
        #expect(screen.columns == 80 && screen.rows == 25 && screen.cellHeight == 16)
        #expect(screen.text.isEmpty)
        #expect(screen.cells.allSatisfy { $0 == TextScreen.Cell(character: 0x20, attribute: 0x07) })
        #expect(screen.cursor == TextScreen.Cursor(row: 0, column: 0, firstLine: 13, lastLine: 14))
        #expect(screen.blinks)
    }

    @Test func charactersAndAttributesLandInTheirPlanes() throws {
        put("Hello")
        #expect(try screen().text == "Hello")
        #expect(try screen()[0, 4] == TextScreen.Cell(character: 0x6F, attribute: 0x1F))
        #expect(vga.read(offset: Self.text, width: 4) == 0x1F65_1F48)
        #expect(vga.planes[0] == 0x1F48 && vga.planes[1] == 0 && vga.planes[2] == 0x1F65)
    }

    @Test func theStartAddressScrollsTheScreen() throws {
        put("second line", at: 80)
        set(0x3D4, 0x0D, 80)
        #expect(try screen().lines[0] == "second line")
    }

    @Test func theCursorFollowsItsRegisters() throws {
        set(0x3D4, 0x0E, 0x01)
        set(0x3D4, 0x0F, 0x45)
        #expect(try screen().cursor?.row == 4)
        #expect(try screen().cursor?.column == 5)
        set(0x3D4, 0x0A, 0x20)
        #expect(try screen().cursor == nil)
    }

    @Test func eightPixelFontGivesFiftyRows() throws {
        set(0x3D4, 0x09, 0x47)
        #expect(try screen().rows == 50)
    }

    @Test func theSixteenColoursComeThroughThePaletteAndTheDAC() throws {
        #expect(try screen().palette[0] == TextScreen.Color(red: 0, green: 0, blue: 0))
        #expect(try screen().palette[4] == TextScreen.Color(red: 170, green: 0, blue: 0))
        #expect(try screen().palette[6] == TextScreen.Color(red: 170, green: 85, blue: 0))
        #expect(try screen().palette[15] == TextScreen.Color(red: 255, green: 255, blue: 255))
        vga.out(0x3C8, 0x04)
        vga.out(0x3C9, 1, 2, 63)
        #expect(try screen().palette[4] == TextScreen.Color(red: 4, green: 8, blue: 255))
        vga.out(0x3C7, 0x04)
        #expect([vga.in(0x3C9), vga.in(0x3C9), vga.in(0x3C9)] == [1, 2, 63])
    }

    @Test func boxDrawingBecomesUnicode() throws {
        for (column, code) in [0xC9, 0xCD, 0xBB, 0x01, 0xE1, 0xFE].enumerated() {
            vga.write(offset: Self.text + UInt32(column) * 2, value: UInt32(code), width: 1)
        }
        #expect(try screen().text == "╔═╗☺ß■")
        #expect(CodePage437.scalar(0x7F) == "⌂" && CodePage437.scalar(0x80) == "Ç")
        #expect(CodePage437.scalar(0xFF) == "\u{A0}")
    }

    @Test func aChangeMovesTheGenerationAndARepeatDoesNot() {
        put("x")
        let generation = vga.generation
        put("x")
        _ = vga.in(0x3DA)
        #expect(vga.generation == generation)
        put("y")
        #expect(vga.generation != generation)
    }

    @Test func aFontReachesPlaneTwoBehindTheText() throws {
        put("A")
        set(0x3C4, 2, 0x04)
        set(0x3C4, 4, 0x07)
        set(0x3CE, 5, 0x00)
        set(0x3CE, 6, 0x04)
        vga.write(offset: 0x0820, value: 0x18, width: 1)
        #expect(plane(2, at: 0x0820) == 0x18)
        #expect(try screen().text == "A")
    }

    // MARK: The window

    @Test func onlyTheMappedPartOfTheWindowAnswers() {
        put("A")
        #expect(vga.read(offset: 0, width: 1) == 0xFF)
        #expect(vga.read(offset: 0x10000, width: 2) == 0xFFFF)
        set(0x3CE, 6, 0x0A)
        #expect(vga.read(offset: Self.text, width: 1) == 0xFF)
        #expect(vga.read(offset: 0x10000, width: 1) == 0x41)
        vga.out(0x3C2, 0x65)
        #expect(vga.read(offset: 0x10000, width: 1) == 0xFF)
    }

    @Test func theMapMaskChoosesThePlanesOfAWrite() {
        planar()
        set(0x3C4, 2, 0x05)
        vga.write(offset: 100, value: 0xAA, width: 1)
        #expect([0, 1, 2, 3].map { plane($0, at: 100) } == [0xAA, 0, 0xAA, 0])
    }

    @Test func setResetAndBitMaskWorkOnTheLatches() {
        planar()
        vga.write(offset: 7, value: 0xF0, width: 1)
        _ = vga.read(offset: 7, width: 1)
        set(0x3CE, 0, 0x02)
        set(0x3CE, 1, 0x03)
        set(0x3CE, 8, 0x0F)
        vga.write(offset: 7, value: 0x00, width: 1)
        #expect([0, 1, 2, 3].map { plane($0, at: 7) } == [0xF0, 0xFF, 0xF0, 0xF0])
    }

    @Test(arguments: [(UInt8(0x08), UInt32(0x30)), (0x10, 0xFC), (0x18, 0xCC)])
    func logicalFunctionsCombineWithTheLatches(function: UInt8, result: UInt32) {
        planar()
        vga.write(offset: 9, value: 0xF0, width: 1)
        _ = vga.read(offset: 9, width: 1)
        set(0x3CE, 3, function)
        vga.write(offset: 9, value: 0x3C, width: 1)
        #expect(plane(0, at: 9) == result)
    }

    @Test func writeModeZeroRotates() {
        planar()
        set(0x3CE, 3, 0x03)
        vga.write(offset: 1, value: 0x81, width: 1)
        #expect(plane(0, at: 1) == 0x30)
    }

    @Test func writeModeOneCopiesTheLatches() {
        planar()
        set(0x3C4, 2, 0x02)
        vga.write(offset: 0, value: 0x5A, width: 1)
        _ = vga.read(offset: 0, width: 1)
        set(0x3C4, 2, 0x0F)
        set(0x3CE, 5, 0x01)
        vga.write(offset: 1, value: 0, width: 1)
        #expect([0, 1, 2, 3].map { plane($0, at: 1) } == [0, 0x5A, 0, 0])
    }

    @Test func writeModeTwoPaintsAColour() {
        planar()
        set(0x3CE, 5, 0x02)
        set(0x3CE, 8, 0x80)
        vga.write(offset: 3, value: 0x09, width: 1)
        #expect([0, 1, 2, 3].map { plane($0, at: 3) } == [0x80, 0, 0, 0x80])
    }

    @Test func writeModeThreeMasksTheSetResetColour() {
        planar()
        set(0x3CE, 0, 0x06)
        set(0x3CE, 5, 0x03)
        vga.write(offset: 3, value: 0x3C, width: 1)
        #expect([0, 1, 2, 3].map { plane($0, at: 3) } == [0, 0x3C, 0x3C, 0])
    }

    @Test func readModeOneComparesColours() {
        planar()
        set(0x3CE, 5, 0x02)
        vga.write(offset: 3, value: 0x05, width: 1)
        set(0x3CE, 5, 0x08)
        set(0x3CE, 7, 0x0F)
        set(0x3CE, 2, 0x05)
        #expect(vga.read(offset: 3, width: 1) == 0xFF)
        set(0x3CE, 2, 0x04)
        #expect(vga.read(offset: 3, width: 1) == 0x00)
        set(0x3CE, 7, 0x0E)
        #expect(vga.read(offset: 3, width: 1) == 0xFF)
    }

    @Test func chainFourSpreadsNeighboursOverThePlanes() {
        planar()
        set(0x3C4, 4, 0x0E)
        vga.write(offset: 4, value: 0x4433_2211, width: 4)
        #expect(vga.planes[4] == 0x4433_2211)
        #expect(vga.read(offset: 6, width: 1) == 0x33)
        #expect(vga.textScreen == nil)
    }

    // MARK: Ports

    @Test func theAttributePortTakesIndexAndDataInTurn() {
        _ = vga.in(0x3DA)
        vga.out(0x3C0, 0x31, 0x05)
        #expect(vga.in(0x3C1) == 0x05 && vga.in(0x3C0) == 0x31)
        vga.out(0x3C0, 0x32)
        _ = vga.in(0x3DA)
        vga.out(0x3C0, 0x31)
        #expect(vga.in(0x3C1) == 0x05)
    }

    @Test func timingRegistersAreProtected() {
        set(0x3D4, 0, 0x11)
        #expect(vga.in(0x3D5) == 0x5F)
        set(0x3D4, 0x11, 0x0E)
        set(0x3D4, 0, 0x11)
        #expect(vga.in(0x3D5) == 0x11)
    }

    @Test func theControllerMovesToTheMonochromePorts() {
        #expect(vga.in(0x3B5) == 0xFF)
        vga.out(0x3C2, 0x66)
        #expect(vga.in(0x3D5) == 0xFF)
        vga.out(0x3B4, 0x01)
        #expect(vga.in(0x3B5) == 0x4F)
        #expect(vga.in(0x3CC) == 0x66)
    }

    @Test func verticalRetraceComesSeventyTimesASecond() {
        var retraces = 0
        var last = false
        for microsecond in 0..<100_000 as Range<UInt64> {
            clock.now = microsecond * 10_000
            let level = vga.in(0x3DA) & 8 != 0
            if level, !last { retraces += 1 }
            last = level
        }
        #expect(retraces == 70)
    }
}

extension PortDevice {
    /// A word to an index and its data register at once.
    func out16(_ port: UInt16, _ low: UInt8, _ high: UInt8) {
        write(port: port, value: UInt32(high) << 8 | UInt32(low), width: 2)
    }
}

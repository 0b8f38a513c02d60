import Testing

@testable import VellumDevices

/// The Bochs VBE extensions.
@Suite struct LinearDisplayTests {
    private let adapter = DisplayAdapter(clock: FakeClock())
    private typealias Index = LinearRegisters.Index

    private func read(_ index: UInt16) -> UInt16 {
        adapter.write(port: 0x1CE, value: UInt32(index), width: 2)
        return UInt16(truncatingIfNeeded: adapter.read(port: 0x1CF, width: 2))
    }

    private func write(_ index: UInt16, _ value: UInt16) {
        adapter.write(port: 0x1CE, value: UInt32(index), width: 2)
        adapter.write(port: 0x1CF, value: UInt32(value), width: 2)
    }

    private func setMode(_ width: UInt16, _ height: UInt16, _ depth: UInt16, _ enable: UInt16 = 0x41) {
        write(Index.enable, 0)
        write(Index.width, width)
        write(Index.height, height)
        write(Index.depth, depth)
        write(Index.enable, enable)
    }

    private func store<T>(_ value: T, at place: Int) {
        adapter.memory.bytes.storeBytes(of: value, toByteOffset: place, as: T.self)
    }

    @Test func theInterfaceTellsItsVersionAndMemory() {
        #expect(read(Index.identity) == 0xB0C5)
        write(Index.identity, 0xB0C2)
        #expect(read(Index.identity) == 0xB0C2)
        write(Index.identity, 0x1234)
        #expect(read(Index.identity) == 0xB0C2)
        #expect(read(Index.memory) == 256)
        write(Index.enable, 2)
        #expect([read(Index.width), read(Index.height), read(Index.depth)] == [2560, 1600, 32])
    }

    @Test func sizesAreMadeToFitIntoMemory() {
        setMode(9000, 9000, 32)
        #expect([read(Index.width), read(Index.height)] == [2560, 1600])
        setMode(645, 480, 16)
        #expect([read(Index.width), read(Index.virtualWidth)] == [640, 640])
        write(Index.virtualWidth, 4096)
        #expect([read(Index.virtualWidth), read(Index.virtualHeight)] == [4096, 2048])
        write(Index.y, 1000)
        #expect(read(Index.y) == 1000)
        write(Index.y, 2000)
        #expect(read(Index.y) == 0, "that screen would end behind memory")
        setMode(640, 480, 7)
        #expect(read(Index.depth) == 8)
    }

    @Test(
        arguments: [
            (15, 0x7C00, [255, 0, 0]), (15, 0x03FF, [0, 255, 255]), (16, 0xF800, [255, 0, 0]),
            (16, 0x07FF, [0, 255, 255]),
            (24, 0x123456, [0x12, 0x34, 0x56]), (32, 0xFF65_4321, [0x65, 0x43, 0x21]),
        ] as [(UInt16, UInt32, [UInt8])])
    func pixelsHaveTheColoursOfTheirDepth(_ depth: UInt16, _ pixel: UInt32, _ color: [UInt8]) {
        setMode(64, 8, depth)
        store(pixel, at: (64 * 3 + 5) * (depth == 15 ? 2 : Int(depth) / 8))
        let shown = adapter.frame(font: [])[5, 3]
        #expect([shown.red, shown.green, shown.blue] == color)
    }

    @Test func eightBitsGoThroughADACOfSixOrEight() {
        setMode(64, 8, 8)
        adapter.write(port: 0x3C8, value: 9)
        for _ in 0..<3 { adapter.write(port: 0x3C9, value: 0xFF) }
        store(UInt8(9), at: 64)
        #expect(adapter.frame(font: [])[0, 1].red == 255)
        write(Index.enable, 0x61)
        adapter.write(port: 0x3C8, value: 9)
        for _ in 0..<3 { adapter.write(port: 0x3C9, value: 0x81) }
        #expect(adapter.frame(font: [])[0, 1].red == 0x81)
    }

    @Test func fourBitsAreFourPlanesWithBanks() {
        setMode(1024, 768, 4)
        // Planes 0 and 2 of the pixel at (8, 600), whose byte is behind the first 64 Ki addresses.
        adapter.write(port: 0x3C4, value: 2)
        adapter.write(port: 0x3C5, value: 0x05)
        adapter.write(port: 0x3C4, value: 4)
        adapter.write(port: 0x3C5, value: 0x06)
        write(Index.bank, 1)
        adapter.write(offset: UInt32(600 * 128 + 1 - 65536), value: 0x80, width: 1)
        let frame = adapter.frame(font: [])
        #expect(frame[8, 600] == adapter.dacColor(adapter.registers.paletteEntry(5)))
        #expect(frame[9, 600] == adapter.dacColor(adapter.registers.paletteEntry(0)))
    }

    @Test func aModeClearsMemoryUnlessToldNotTo() {
        setMode(64, 8, 32)
        store(UInt32(0x00FF_FFFF), at: 0)
        setMode(64, 8, 32, 0xC1)
        #expect(adapter.frame(font: [])[0, 0].red == 255)
        setMode(64, 8, 32)
        #expect(adapter.frame(font: [])[0, 0].red == 0)
    }

    @Test func theStartMovesThePicture() {
        setMode(64, 8, 32)
        write(Index.virtualWidth, 128)
        store(UInt32(0x00FF_FFFF), at: (2 * 128 + 16) * 4)
        write(Index.x, 16)
        write(Index.y, 2)
        #expect(adapter.frame(font: [])[0, 0].red == 255)
    }

    @Test func withoutItTheTextComesBack() {
        setMode(640, 480, 32)
        #expect(adapter.textScreen == nil)
        write(Index.enable, 0)
        #expect(adapter.textScreen != nil)
    }

    @Test func aSavedBaseAddressThatCannotBeDoesNoHarm() {
        let function = DisplayFunction(romSize: 39_000)
        var state = function.state
        for offset in [0x04, 0x10, 0x30] as [UInt8] { state[offset] = .max }
        function.state = state
        #expect(function.frameBuffer == 0xFF00_0000...0xFFFF_FFFF)
        #expect(function.expansionROM == 0xFFFF_0000...0xFFFF_FFFF)
    }

    @Test func itsBaseAddressesTellTheirSizes() {
        let function = DisplayFunction(romSize: 39_000)
        function.writeConfiguration(offset: 0x10, value: .max, mask: .max)
        function.writeConfiguration(offset: 0x30, value: ~1, mask: .max)
        #expect(function.readConfiguration(offset: 0x10) == 0xFF00_0008)
        #expect(function.readConfiguration(offset: 0x30) == 0xFFFF_0000)
        #expect(function.frameBuffer == nil, "memory decoding is off")
        function.writeConfiguration(offset: 0x10, value: 0xE000_0000, mask: .max)
        function.writeConfiguration(offset: 0x04, value: 2, mask: .max)
        #expect(function.frameBuffer == 0xE000_0000...0xE0FF_FFFF && function.expansionROM == nil)
        function.writeConfiguration(offset: 0x30, value: 0xE100_0001, mask: .max)
        #expect(function.expansionROM == 0xE100_0000...0xE100_FFFF)
        #expect(DisplayFunction(romSize: 0).readConfiguration(offset: 0x30) == 0)
    }
}

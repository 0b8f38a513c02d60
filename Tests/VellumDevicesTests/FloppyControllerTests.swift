import Testing

@testable import VellumDevices

@Suite struct FloppyControllerTests {
    let clock = FakeClock()
    let line = LineProbe()
    let dma = DMAController()
    let memory = TestMemory(1 << 17)
    let disk = TestMedium(sectors: 2880)
    let controller: FloppyController

    init() {
        controller = FloppyController(clock: clock, line: line, dma: dma, bus: memory)
        controller.insert(disk, drive: 0)
        controller.out(0x3F2, 0x00, 0x1C)
        settle()
        for _ in 0..<4 { _ = command(0x08) }
        controller.out(0x3F7, 0x00)
        _ = command(0x03, 0xDF, 0x02)
    }

    private func settle() { clock.run(controller, until: controller.deadline ?? clock.now) }

    /// Gives a command and takes its results.
    private func command(_ bytes: UInt8...) -> [UInt8] {
        for byte in bytes {
            #expect(controller.in(0x3F4) & 0xC0 == 0x80, "asks for the byte")
            controller.out(0x3F5, byte)
        }
        settle()
        return results()
    }

    private func results() -> [UInt8] {
        var results: [UInt8] = []
        while controller.in(0x3F4) & 0xC0 == 0xC0, results.count < 16 { results.append(controller.in(0x3F5)) }
        return results
    }

    /// Channel 2: single transfers at 1_0000h; mode 46h to memory, 4Ah from it.
    private func program(_ mode: UInt8, count: Int) {
        dma.out(0x0C, 0)
        dma.out(0x04, 0, 0)
        dma.out(0x81, 1)
        dma.out(0x05, UInt8((count - 1) & 0xFF), UInt8((count - 1) >> 8))
        dma.out(0x0B, mode)
        dma.out(0x0A, 2)
    }

    private func seek(_ cylinder: UInt8) {
        _ = command(0x0F, 0, cylinder)
        #expect(command(0x08) == [0x20, cylinder])
    }

    @Test func aResetIsToldForEachDrive() {
        controller.out(0x3F2, 0x18)
        #expect(controller.in(0x3F4) == 0)
        controller.out(0x3F2, 0x1C)
        #expect(!line.level)
        settle()
        #expect(line.level)
        #expect((0..<4).map { _ in command(0x08) } == [[0xC0, 0], [0xC1, 0], [0xC2, 0], [0xC3, 0]])
        #expect(!line.level && command(0x08) == [0x80])
    }

    @Test func seeksAndRecalibrates() {
        seek(33)
        #expect(command(0x04, 0)[0] & 0x10 == 0)
        #expect(command(0x07, 0).isEmpty && line.level)
        #expect(command(0x08) == [0x20, 0] && !line.level)
        #expect(command(0x04, 0) == [0x38], "on track 0")
        _ = command(0x07, 2)
        #expect(command(0x08)[0] & 0xF0 == 0x70, "no third drive")
    }

    @Test func readsSectorsUntilTheTerminalCount() {
        seek(1)
        program(0x46, count: 1024)
        let result = command(0xE6, 0x04, 1, 1, 3, 2, 18, 0x1B, 0xFF)
        #expect(result == [0x04, 0, 0, 1, 1, 5, 2])
        let first = UInt8(truncatingIfNeeded: (1 * 2 + 1) * 18 + 2)
        #expect(memory.state[0x10000] == first && memory.state[0x10200] == first + 1 && memory.state[0x10400] == 0)
    }

    @Test func bothSidesAreReadInOneCommand() {
        program(0x46, count: 1024)
        #expect(command(0xE6, 0, 0, 0, 18, 2, 18, 0x1B, 0xFF) == [0x04, 0, 0, 0, 1, 2, 2])
        #expect(memory.state[0x10000] == 17 && memory.state[0x10200] == 18)
        program(0x46, count: 1024)
        #expect(command(0x46, 0, 0, 0, 18, 2, 18, 0x1B, 0xFF)[0...1] == [0x40, 0x80], "one side only: end of cylinder")
    }

    @Test func theInterruptGoesWithTheFirstResult() {
        program(0x46, count: 512)
        for byte in [0x46, 0, 0, 0, 1, 2, 18, 0x1B, 0xFF] as [UInt8] { controller.out(0x3F5, byte) }
        #expect(!line.level && controller.in(0x3F4) == 0x10)
        settle()
        #expect(line.level && controller.in(0x3F4) == 0xD0)
        _ = controller.in(0x3F5)
        #expect(!line.level)
        #expect(results().count == 6 && controller.in(0x3F4) == 0x80)
    }

    @Test func writesSectors() {
        for index in 0..<512 { memory.state[0x10000 + index] = 0xAB }
        program(0x4A, count: 512)
        #expect(command(0xC5, 0, 0, 0, 2, 2, 18, 0x1B, 0xFF)[0...2] == [0, 0, 0])
        #expect(disk.state[512] == 0xAB && disk.state[1023] == 0xAB && disk.state[1024] == 2)
    }

    @Test func aProtectedDiskTakesNoWrites() {
        controller.insert(TestMedium(sectors: 2880, writable: false), drive: 0)
        program(0x4A, count: 512)
        #expect(command(0xC5, 0, 0, 0, 2, 2, 18, 0x1B, 0xFF)[0...1] == [0x40, 0x02])
        #expect(command(0x04, 0)[0] & 0x40 != 0)
    }

    @Test func formatsATrack() {
        for sector in 0..<18 { memory.put(0x0200_0000 | UInt32(sector + 1) << 16, at: 0x10000 + sector * 4) }
        program(0x4A, count: 72)
        #expect(command(0x4D, 0, 2, 18, 0x54, 0xF6)[0...2] == [0, 0, 0])
        #expect(disk.state[0] == 0xF6 && disk.state[18 * 512 - 1] == 0xF6 && disk.state[18 * 512] == 18)
    }

    @Test func whatIsNotOnTheDiskIsNotFound() {
        program(0x46, count: 512)
        #expect(command(0x46, 0, 0, 0, 19, 2, 20, 0x1B, 0xFF)[0...1] == [0x40, 0x04])
        #expect(command(0x46, 0, 5, 0, 1, 2, 18, 0x1B, 0xFF)[0...2] == [0x40, 0x04, 0x10], "another cylinder")
        controller.out(0x3F7, 2)
        #expect(command(0x46, 0, 0, 0, 1, 2, 18, 0x1B, 0xFF)[0...1] == [0x40, 0x01], "another data rate")
        #expect(command(0x46, 1, 0, 0, 1, 2, 18, 0x1B, 0xFF)[0...1] == [0x41, 0x01], "an empty drive")
    }

    @Test func readsThroughTheDataRegister() {
        _ = command(0x03, 0xDF, 0x03)
        for byte in [0x46, 0, 0, 0, 2, 2, 3, 0x1B, 0xFF] as [UInt8] { controller.out(0x3F5, byte) }
        settle()
        #expect(controller.in(0x3F4) == 0xF0 && line.level)
        let bytes = (0..<1024).map { _ in controller.in(0x3F5) }
        #expect(bytes[0] == 1 && bytes[511] == 1 && bytes[512] == 2)
        #expect(results() == [0x40, 0x80, 0, 1, 0, 1, 2])
    }

    @Test func theDoorIsTheDrives() {
        #expect(controller.in(0x3F7) == 0x80)
        seek(1)
        #expect(controller.in(0x3F7) == 0)
        controller.insert(TestMedium(sectors: 1440), drive: 0)
        #expect(controller.in(0x3F7) == 0x80)
        controller.out(0x3F2, 0x0C)
        #expect(controller.in(0x3F7) == 0, "the motor is off")
    }

    @Test func knowsItsOwnCommands() {
        #expect(command(0x10) == [0x90])
        #expect(command(0x94) == [0x10] && command(0x14) == [0])
        _ = command(0x13, 0, 0x57, 0)
        #expect(command(0x0E).suffix(2) == [0x57, 0])
        #expect(command(0x18) == [0x80])
        #expect(command(0x4A, 0) == [0, 0, 0, 0, 0, 1, 2])
    }

    static let sizes: [(UInt64, CMOSSetup.Floppy)] = [
        (320, .kilobytes360), (720, .kilobytes360), (1440, .kilobytes720), (2400, .megabytes1_2),
        (2880, .megabytes1_44), (3360, .megabytes1_44), (5760, .megabytes2_88),
    ]

    @Test(arguments: sizes) func theSizeTellsTheDrive(sectors: UInt64, drive: CMOSSetup.Floppy) {
        #expect(FloppyFormat(sectorCount: sectors)?.drive == drive)
        #expect(FloppyFormat(sectorCount: sectors + 1) == nil)
    }
}

@Suite struct DMATransferTests {
    let dma = DMAController()
    let memory = TestMemory(1 << 17)

    private func transfer(_ bytes: [UInt8]) -> (count: Int, isTerminal: Bool) {
        var bytes = bytes
        return bytes.withUnsafeMutableBytes { dma.transfer(2, $0, memory) }
    }

    private func program(address: UInt16, count: UInt16, mode: UInt8) {
        dma.out(0x0C, 0)
        dma.out(0x04, UInt8(address & 0xFF), UInt8(address >> 8))
        dma.out(0x05, UInt8(count & 0xFF), UInt8(count >> 8))
        dma.out(0x0B, mode)
        dma.out(0x0A, 2)
    }

    @Test func endsAtTheTerminalCountAndMasksItself() {
        program(address: 0x100, count: 3, mode: 0x46)
        #expect(transfer([1, 2, 3, 4, 5, 6]) == (4, true))
        #expect(memory.state[0x100..<0x106] == [1, 2, 3, 4, 0, 0])
        #expect(dma.channel(2).masked && dma.in(0x08) == 4 && dma.in(0x08) == 0)
        #expect(transfer([1]) == (0, false))
    }

    @Test func startsOverWhenToldTo() {
        program(address: 0x100, count: 1, mode: 0x56)
        #expect(transfer([1, 2]) == (2, true) && transfer([3]) == (1, false))
        #expect(memory.state[0x100..<0x102] == [3, 2] && dma.channel(2).address == 0x101)
    }

    @Test func staysInItsPageAndGoesDown() {
        dma.out(0x81, 1)
        program(address: 0xFFFF, count: 1, mode: 0x46)
        #expect(transfer([7, 8]) == (2, true))
        #expect(memory.state[0x1FFFF] == 7 && memory.state[0x10000] == 8)
        program(address: 0x0001, count: 1, mode: 0x66)
        #expect(transfer([5, 6]) == (2, true))
        #expect(memory.state[0x10001] == 5 && memory.state[0x10000] == 6)
    }
}

import Testing

@testable import VellumDevices

/// A driver for the first channel.
struct ATADriver {
    let clock = FakeClock()
    let line = LineProbe()
    let memory = TestMemory(1 << 16)
    let ide: IDEController
    var base: UInt16 = 0x1F0

    init() {
        ide = IDEController(clock: clock, lines: [line, LineProbe()], bus: memory)
    }

    /// Waits until nothing is under way.
    func settle() { clock.run(ide, until: ide.deadline ?? clock.now) }

    func command(
        _ command: UInt8, features: UInt8 = 0, count: UInt8 = 0, low: UInt8 = 0, middle: UInt8 = 0, high: UInt8 = 0,
        device: UInt8 = 0xE0
    ) {
        ide.out(base + 6, device)
        for (offset, value) in [(1, features), (2, count), (3, low), (4, middle), (5, high)] as [(UInt16, UInt8)] {
            ide.out(base + offset, value)
        }
        ide.out(base + 7, command)
        settle()
    }

    var status: UInt8 { ide.in(base + 7) }
    var error: UInt8 { ide.in(base + 1) }

    func readWords(_ count: Int) -> [UInt16] {
        (0..<count).map { _ in UInt16(truncatingIfNeeded: ide.read(port: base, width: 2)) }
    }

    func writeSector(_ byte: UInt8) {
        for _ in 0..<256 { ide.write(port: base, value: UInt32(byte) * 0x101, width: 2) }
    }

    /// Gives the bus master its ports at C000h and a table at 1000h.
    func table(_ regions: [(address: UInt32, count: UInt32)]) {
        ide.setConfig(0x20, 0xC000)
        ide.setConfig(0x04, 0x05)
        for (index, region) in regions.enumerated() {
            memory.put(region.address, at: 0x1000 + index * 8)
            memory.put(region.count | (index == regions.count - 1 ? 0x8000_0000 : 0), at: 0x1004 + index * 8)
        }
        ide.write(port: 0xC004, value: 0x1000, width: 4)
    }
}

@Suite struct ATADiskTests {
    let driver = ATADriver()
    let disk = TestMedium(sectors: 600)

    init() {
        driver.ide.attachDisk(disk, geometry: DiskGeometry(cylinders: 10, heads: 4, sectors: 15), drive: 0)
    }

    @Test func identifiesItself() {
        driver.command(0xEC, device: 0xA0)
        #expect(driver.line.level && driver.status == 0x58 && !driver.line.level)
        let words = driver.readWords(256)
        #expect(words[0] == 0x40 && words[1] == 10 && words[3] == 4 && words[6] == 15)
        #expect(words[49] & 0x0300 == 0x0300 && words[60] == 600 && words[61] == 0 && words[100] == 600)
        #expect(words[27] == 0x5645 && words[28] == 0x4C4C, "VELLUM, bytes exchanged")
        #expect(driver.status == 0x50)
    }

    @Test func isBusyUntilTheCommandHasRun() {
        driver.ide.out(0x1F6, 0xE0)
        driver.ide.out(0x1F7, 0xEC)
        #expect(driver.ide.in(0x3F6) == 0x80 && !driver.line.level)
        driver.settle()
        #expect(driver.ide.in(0x3F6) == 0x58 && driver.line.level, "the alternate status keeps the interrupt")
        #expect(driver.ide.in(0x3F6) == 0x58 && driver.line.level)
    }

    @Test func readsSectorsWithAnInterruptForEach() {
        driver.command(0x20, count: 2, low: 0x05, middle: 0x01)
        for sector in [0x105, 0x106] as [Int] {
            #expect(driver.line.level && driver.status & 0x08 != 0)
            #expect(driver.readWords(256).allSatisfy { $0 == UInt16(sector & 0xFF) * 0x101 })
        }
        #expect(!driver.line.level && driver.status == 0x50)
        #expect(driver.ide.in(0x1F2) == 0 && driver.ide.in(0x1F3) == 0x06 && driver.ide.in(0x1F4) == 0x01)
    }

    @Test func addressesByCylinderHeadAndSectorFollowTheTranslation() {
        driver.command(0x20, count: 1, low: 3, middle: 2, device: 0xA1)
        #expect(driver.readWords(256)[0] == UInt16((2 * 4 + 1) * 15 + 2) * 0x101)
        // INITIALIZE DEVICE PARAMETERS: two heads of five sectors.
        driver.command(0x91, count: 5, device: 0xA1)
        driver.command(0x20, count: 1, low: 3, middle: 2, device: 0xA1)
        #expect(driver.readWords(256)[0] == UInt16((2 * 2 + 1) * 5 + 2) * 0x101)
        driver.command(0x20, count: 1, low: 6, middle: 2, device: 0xA1)
        #expect(driver.status & 1 != 0 && driver.error == 0x10)
    }

    @Test func writesSectorsAndAsksForTheFirstAtOnce() {
        driver.command(0x30, count: 2, low: 7)
        #expect(!driver.line.level && driver.status == 0x58)
        driver.writeSector(0xA1)
        #expect(driver.ide.in(0x3F6) == 0x80)
        driver.settle()
        #expect(driver.line.level && driver.status == 0x58)
        driver.writeSector(0xA2)
        driver.settle()
        #expect(driver.line.level && driver.status == 0x50)
        #expect(disk.state[7 * 512] == 0xA1 && disk.state[9 * 512 - 1] == 0xA2 && disk.state[9 * 512] == 9)
    }

    @Test func multipleMovesBlocks() {
        driver.command(0xC4, count: 4)
        #expect(driver.status & 1 != 0 && driver.error == 0x04, "not set up")
        driver.command(0xC6, count: 3)
        #expect(driver.status & 1 != 0, "not a power of two")
        driver.command(0xC6, count: 4)
        driver.command(0xC4, count: 6, low: 1)
        #expect(driver.readWords(4 * 256)[3 * 256] == 0x0404 && driver.line.level)
        #expect(driver.status & 8 != 0 && driver.readWords(512)[256] == 0x0606 && driver.status == 0x50)
        driver.command(0xC5, count: 4, low: 20)
        for byte in 1...4 as ClosedRange<UInt8> { driver.writeSector(byte) }
        driver.settle()
        #expect(disk.state[20 * 512] == 1 && disk.state[23 * 512] == 4)
    }

    @Test func longAddressesUseThePreviousValues() {
        for (register, values) in [(2, (0, 1)), (3, (0, 0x2A)), (4, (0, 1)), (5, (0, 0))] as [(UInt16, (UInt8, UInt8))]
        {
            driver.ide.out(0x1F0 + register, values.0, values.1)
        }
        driver.ide.out(0x1F6, 0xE0)
        driver.ide.out(0x1F7, 0x24)
        driver.settle()
        #expect(driver.readWords(256)[0] == 0x2A2A)
        driver.ide.out(0x3F6, 0x80)
        #expect(driver.ide.in(0x1F3) == 0)
    }

    @Test func sectorsThatAreNotThereOrBadEndTheCommand() {
        driver.command(0x20, count: 3, low: 0x57, middle: 0x02)
        #expect(driver.readWords(256)[0] == 0x5757 && driver.status & 1 != 0)
        #expect(driver.error == 0x10 && driver.ide.in(0x1F3) == 0x58 && driver.ide.in(0x1F2) == 2)
        disk.bad = [4]
        driver.command(0x20, count: 1, low: 4)
        #expect(driver.status & 1 != 0 && driver.error == 0x40)
        driver.command(0x40, count: 10, low: 0x50, middle: 0x02)
        #expect(driver.error == 0x10 && driver.ide.in(0x1F3) == 0x58)
        driver.command(0x30, count: 1, low: 4)
        driver.writeSector(1)
        driver.settle()
        #expect(driver.status & 0x21 == 0x21)
    }

    @Test func theBusMasterReadsAlongItsTable() {
        driver.table([(0x4000, 0x300), (0x8000, 0x100)])
        driver.ide.out(0xC000, 0x08)
        driver.command(0xC8, count: 2, low: 0x10)
        #expect(driver.ide.in(0x3F6) == 0x58 && !driver.line.level, "waits for the bus master")
        driver.ide.out(0xC000, 0x09)
        #expect(driver.ide.in(0xC002) & 1 == 1)
        driver.settle()
        #expect(driver.line.level && driver.status == 0x50 && driver.ide.in(0xC002) & 7 == 4)
        #expect(driver.memory.state[0x4000] == 0x10 && driver.memory.state[0x42FF] == 0x11)
        #expect(driver.memory.state[0x8000] == 0x11 && driver.memory.state[0x80FF] == 0x11)
        #expect(driver.memory.state[0x8100] == 0 && driver.memory.state[0x4300] == 0)
        driver.ide.out(0xC002, 4)
        driver.ide.out(0xC000, 0)
        #expect(driver.ide.in(0xC002) & 7 == 0)
    }

    @Test func theBusMasterWritesWhatMemoryHolds() {
        for index in 0..<1024 { driver.memory.state[0x4000 + index] = UInt8(index >> 4 & 0xFF) }
        driver.table([(0x4000, 0)])
        driver.ide.out(0xC000, 0x01)
        driver.command(0xCA, count: 2, low: 0x20)
        driver.settle()
        #expect(disk.state[0x20 * 512 + 17] == 1 && disk.state[0x22 * 512 - 1] == 0x3F)
        // The table has room left: the bus master stays active.
        #expect(driver.ide.in(0xC002) & 5 == 5)
    }

    @Test func aTableThatIsTooShortLeavesTheDriveWaiting() {
        driver.table([(0x4000, 0x200)])
        driver.ide.out(0xC000, 0x09)
        driver.command(0xC8, count: 2)
        driver.settle()
        #expect(driver.ide.in(0xC002) & 5 == 0 && driver.status & 8 != 0 && !driver.line.level)
        driver.command(0xEC)
        #expect(driver.status == 0x58, "a new command takes the drive back")
    }

    @Test func resetsAndDiagnosticsShowTheSignature() {
        driver.ide.out(0x3F6, 0x04)
        #expect(driver.ide.in(0x3F6) == 0x80)
        driver.ide.out(0x3F6, 0x00)
        #expect(driver.status == 0x50 && driver.error == 1)
        #expect((2...5).map { driver.ide.in(0x1F0 + UInt16($0)) } == [1, 1, 0, 0])
        driver.command(0x90)
        #expect(driver.error == 1 && driver.status == 0x50)
    }

    @Test func anAbsentSecondDriveHasNoStatus() {
        driver.ide.out(0x1F6, 0xF0)
        driver.ide.out(0x1F7, 0xEC)
        driver.settle()
        #expect(driver.status == 0 && !driver.line.level)
        #expect(driver.ide.in(0x177) == 0 && driver.ide.in(0x376) == 0, "nor has an empty cable")
    }

    @Test func featuresAndPowerModesAreGranted() {
        driver.command(0xEF, features: 0x03, count: 0x22)
        #expect(driver.status == 0x50)
        driver.command(0xEF, features: 0x03, count: 0x45)
        #expect(driver.status == 0x51 && driver.error == 4, "no ultra DMA on this controller")
        driver.command(0xEF, features: 0x82)
        #expect(disk.flushes == 1)
        driver.command(0xE7)
        #expect(driver.status == 0x50 && disk.flushes == 2)
        driver.command(0xE5)
        #expect(driver.ide.in(0x1F2) == 0xFF)
        driver.command(0xF8)
        #expect(driver.ide.in(0x1F3) == 0x57 && driver.ide.in(0x1F4) == 0x02)
        driver.command(0xFF)
        #expect(driver.status == 0x51 && driver.error == 4)
    }

    @Test func nIENKeepsTheLineDown() {
        driver.ide.out(0x3F6, 0x02)
        driver.command(0xEC)
        #expect(!driver.line.level)
        driver.ide.out(0x3F6, 0x00)
        #expect(driver.line.level)
    }
}

import Testing

@testable import VellumDevices

@Suite struct ATAPIDriveTests {
    var driver = ATADriver()
    let disc = TestMedium(sectors: 80, writable: false)

    init() {
        driver.base = 0x170
        driver.ide.attachCD(disc, drive: 2)
        // The first command that looks at the disc is told of the power-on.
        _ = packet([0x00])
    }

    /// Gives a packet command, with a byte count limit of 2048; nil when it failed.
    @discardableResult private func packet(_ bytes: [UInt8], limit: UInt16 = 2048, dma: Bool = false) -> Bool {
        driver.command(
            0xA0, features: dma ? 1 : 0, middle: UInt8(limit & 0xFF), high: UInt8(limit >> 8), device: 0xA0)
        #expect(driver.ide.in(0x376) == 0x58 && driver.ide.in(0x172) == 1)
        let packet = bytes + [UInt8](repeating: 0, count: 12 - bytes.count)
        for index in stride(from: 0, to: 12, by: 2) {
            driver.ide.write(port: 0x170, value: UInt32(packet[index]) | UInt32(packet[index + 1]) << 8, width: 2)
        }
        driver.settle()
        return driver.ide.in(0x376) & 1 == 0
    }

    /// The bytes of one part of an answer.
    private func part() -> [UInt8] {
        let count = Int(driver.ide.in(0x174)) | Int(driver.ide.in(0x175)) << 8
        let words = driver.readWords((count + 1) / 2)
        return Array(words.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }.prefix(count))
    }

    private var sense: [UInt8] {
        packet([0x03, 0, 0, 0, 18])
        let bytes = part()
        return [bytes[2], bytes[12], bytes[13]]
    }

    @Test func isFoundByItsSignature() {
        driver.command(0xEC, device: 0xA0)
        #expect(driver.status & 1 != 0 && driver.error == 4)
        #expect(driver.ide.in(0x174) == 0x14 && driver.ide.in(0x175) == 0xEB)
        driver.command(0xA1, device: 0xA0)
        #expect(driver.readWords(256)[0] == 0x85C0)
    }

    @Test func powerOnIsToldOnce() {
        driver.command(0x08, device: 0xA0)
        #expect(driver.status == 0 && driver.ide.in(0x175) == 0xEB)
        driver.ide.reset()
        #expect(!packet([0x00]) && driver.error >> 4 == 6)
        #expect(sense == [6, 0x29, 0] && packet([0x00]) && sense == [0, 0, 0])
    }

    @Test func inquiryAndCapacity() {
        #expect(packet([0x12, 0, 0, 0, 36]))
        let inquiry = part()
        #expect(inquiry.count == 36 && inquiry[0] == 5 && inquiry[1] == 0x80)
        #expect(String(decoding: inquiry[8..<14], as: UTF8.self) == "VELLUM")
        #expect(packet([0x25]) && part() == [0, 0, 0, 19, 0, 0, 8, 0])
        #expect(driver.status == 0x50 && driver.ide.in(0x172) == 3)
    }

    @Test func readsSectorsInPartsOfTheHostsSize() {
        #expect(packet([0x28, 0, 0, 0, 0, 2, 0, 0, 3], limit: 2048))
        for sector in 2..<5 as Range<UInt8> {
            #expect(driver.line.level == false && driver.ide.in(0x172) == 2)
            let bytes = part()
            #expect(bytes.count == 2048 && bytes[0] == sector * 4 && bytes[2047] == sector * 4 + 3)
        }
        #expect(driver.ide.in(0x172) == 3 && driver.status == 0x50)
        #expect(packet([0xA8, 0, 0, 0, 0, 1, 0, 0, 0, 2], limit: 1000))
        #expect(part().count == 1000 && part().count == 1000 && part()[48] == 4 + 4)
    }

    @Test func readsByBusMaster() {
        driver.table([(0x4000, 4096)])
        driver.ide.write(port: 0xC00C, value: 0x1000, width: 4)
        driver.ide.out(0xC008, 0x09)
        packet([0x28, 0, 0, 0, 0, 4, 0, 0, 2], dma: true)
        driver.settle()
        #expect(driver.status == 0x50 && driver.ide.in(0xC00A) & 5 == 4)
        #expect(driver.memory.state[0x4000] == 16 && driver.memory.state[0x4FFF] == 23)
    }

    @Test func whatIsNotThereFailsWithASense() {
        #expect(!packet([0x28, 0, 0, 0, 0, 19, 0, 0, 2]) && driver.error >> 4 == 5)
        #expect(sense == [5, 0x21, 0])
        #expect(!packet([0xFF]) && sense == [5, 0x20, 0])
        #expect(!packet([0x5A, 0, 0x0D, 0, 0, 0, 0, 0, 8]) && sense == [5, 0x24, 0])
        disc.bad = [8]
        #expect(!packet([0x28, 0, 0, 0, 0, 2, 0, 0, 1]) && sense == [3, 0x11, 0])
    }

    @Test func theTableOfContentsHasOneTrack() {
        #expect(packet([0x43, 0, 0, 0, 0, 0, 0, 0, 64]))
        #expect(part() == [0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xAA, 0, 0, 0, 0, 20])
        #expect(packet([0x43, 2, 0, 0, 0, 0, 0, 0, 64]))
        #expect(part().suffix(4) == [0, 0, 2, 20])
        #expect(packet([0x43, 0, 0, 0, 0, 0, 0, 0, 4]) && part() == [0, 18, 1, 1], "no more than was asked for")
        #expect(packet([0x43, 0, 1, 0, 0, 0, 0, 0, 12]) && part().prefix(4) == [0, 10, 1, 1])
        #expect(packet([0x43, 0, 2, 0, 0, 0, 0, 0, 64]) && part().count == 48)
    }

    @Test func modesEventsAndConfiguration() {
        #expect(packet([0x5A, 0, 0x2A, 0, 0, 0, 0, 0, 64]))
        let page = part()
        #expect(page.count == 28 && page[1] == 26 && page[8] == 0x2A && page[9] == 18)
        #expect(packet([0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8]) && part() == [0, 6, 4, 0x10, 0, 2, 0, 0])
        #expect(!packet([0x4A, 0, 0, 0, 0x10, 0, 0, 0, 8]))
        #expect(packet([0x46, 0, 0, 0, 0, 0, 0, 0, 8]) && part()[7] == 8)
        #expect(packet([0x51, 0, 0, 0, 0, 0, 0, 0, 34]) && part()[1] == 32)
    }

    @Test func anEmptyDriveIsNotReady() {
        driver.ide.attachCD(nil, drive: 2)
        _ = packet([0x00])
        #expect(!packet([0x00]) && sense == [2, 0x3A, 0])
        #expect(packet([0x12, 0, 0, 0, 36]))
    }
}

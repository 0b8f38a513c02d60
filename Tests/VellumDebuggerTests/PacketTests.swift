import Testing

@testable import VellumDebugger

@Suite struct PacketTests {
    private func events(_ text: String, limit: Int = 64) -> [PacketEvent] {
        var parser = PacketParser(limit: limit)
        return parser.parse(text.utf8)
    }

    @Test func aPacketIsItsContentsWithTheRightSum() {
        #expect(events("$OK#9a") == [.packet(Array("OK".utf8))])
        #expect(events("$OK#9A") == [.packet(Array("OK".utf8))])
        #expect(events("$#00") == [.packet([])])
        #expect(events("$OK#9b") == [.damaged])
        #expect(events("$OK#zz") == [.damaged])
    }

    @Test func noiseAcknowledgementsAndInterruptsStandBetweenPackets() {
        #expect(
            events("+-xyz\u{3}$g#67\u{3}") == [.acknowledgement, .request, .interrupt, .packet([0x67]), .interrupt])
    }

    @Test func anEscapedByteIsItself() {
        #expect(events("$a}\u{03}b#\(sum("a}\u{03}b"))") == [.packet(Array("a#b".utf8))])
        #expect(events("$a}#\(sum("a}"))") == [.damaged], "an escape that escapes nothing")
    }

    private func sum(_ text: String) -> String { HexText.byte(text.utf8.reduce(0, &+)) }

    @Test func aPacketThatIsTooLongIsSkippedToItsEnd() {
        let long = String(repeating: "a", count: 65)
        #expect(events("$\(long)#\(sum(long))$g#67") == [.damaged, .packet([0x67])])
        let just = String(repeating: "a", count: 64)
        #expect(events("$\(just)#\(sum(just))") == [.packet(Array(just.utf8))])
    }

    @Test func aNewPacketMayBreakOffTheLast() {
        #expect(events("$abc$g#67") == [.packet([0x67])])
    }

    @Test func packetsComeInAnyPieces() {
        let bytes = Conversation.packet([0, 0x23, 0x24, 0x7D, 0x2A, 0xFF, 3]) + [3] + Conversation.packet([0x67])
        for size in 1...bytes.count {
            var parser = PacketParser(limit: 64)
            var events: [PacketEvent] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += parser.parse(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events == [.packet([0, 0x23, 0x24, 0x7D, 0x2A, 0xFF, 3]), .interrupt, .packet([0x67])])
        }
    }

    @Test func numbersThatDoNotFitAreNone() {
        #expect(HexText.number("ffffffffffffffff".utf8) == .max)
        #expect(HexText.number("10000000000000000".utf8) == nil)
        #expect(HexText.number("".utf8) == nil)
        #expect(HexText.number("-1".utf8) == nil)
        #expect(HexText.address("100000000".utf8) == nil)
        #expect(HexText.decode("0".utf8) == nil)
        #expect(HexText.decode("0g".utf8) == nil)
        #expect(HexText.decode("00fF".utf8) == [0, 0xFF])
    }
}

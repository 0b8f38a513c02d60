import Testing

@testable import VellumDebugger

/// Hostile bytes: the stub must stay within its bounds and go on answering.
@Suite struct StubFuzzTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    /// The stub still answers as it should.
    private func isAlive(_ talk: Conversation) -> Bool {
        // Whatever was begun is ended first; a stray checksum at most is damaged.
        talk.stub.receive("#00#00".utf8)
        _ = talk.stub.takeOutput()
        return talk.send("qAttached") == "1"
    }

    @Test func anyBytesAreSurvived() {
        var random = Random(state: 1)
        for _ in 0..<100 {
            let talk = Conversation()
            for _ in 0..<50 {
                let bytes = (0..<Int.random(in: 1...200, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                talk.stub.receive(bytes)
                talk.stub.stopped(.step)
                #expect(talk.stub.takeOutput().count < 1 << 17)
            }
            #expect(isAlive(talk))
        }
    }

    private static let seeds = [
        "?", "g", "G0011", "p8", "P8=00000100", "m1000,4", "M1000,2:0102", "X1000,1:a", "Z0,10000,1", "z2,1000,4", "c",
        "C05;10", "s", "S05", "vCont;r100,110:1;c", "vCont;c", "vKill;1", "qSupported:swbreak+", "qRcmd,68656c70",
        "qXfer:features:read:target.xml:0,fff", "Qqemu.PhyMemMode:1", "Hg0", "T1", "D", "k", "qSymbol::",
    ]

    @Test func mutatedPacketsAreAnsweredOrRefused() {
        var random = Random(state: 2)
        let alphabet = Array("0123456789abcdef,;:=#$}*-+ ZzmMXvqcsk".utf8) + [0, 3, 0x7F, 0x80, 0xFF]
        for round in 0..<8_000 {
            let talk = Conversation()
            var packet = Array((Self.seeds.randomElement(using: &random) ?? "?").utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0...packet.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: packet.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                case 1: if place < packet.count { packet.remove(at: place) }
                case 2: if place < packet.count { packet[place] = alphabet.randomElement(using: &random) ?? 0 }
                default: packet.insert(contentsOf: [UInt8](repeating: 0x66, count: 17), at: place)
                }
            }
            talk.stub.receive(Conversation.packet(packet))
            let replies = talk.replies()
            let resumed = talk.stub.isResumed || talk.stub.state == .killed
            #expect(resumed || !replies.isEmpty, "round \(round): \(packet)")
            #expect(talk.target.breakpoints.count <= 1 && talk.target.watches.count <= 1)
        }
    }

    @Test func aStreamWithoutEndIsNotKept() {
        let talk = Conversation()
        talk.stub.receive("$".utf8)
        for _ in 0..<100 { talk.stub.receive([UInt8](repeating: 0x61, count: 100_000)) }
        #expect(talk.stub.takeOutput() == [])
        #expect(isAlive(talk))
    }
}

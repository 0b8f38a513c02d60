import Foundation
import FoundationXML
import Testing

@testable import VellumDebugger

@Suite struct StubTests {
    private let talk = Conversation()
    private var target: FakeTarget { talk.target }

    @Test func acknowledgesUntilToldNotTo() {
        let stub = DebugStub(target: FakeTarget())
        stub.connected()
        stub.receive("$?#3f".utf8)
        #expect(String(decoding: stub.takeOutput(), as: UTF8.self).hasPrefix("+$T02"))
        stub.receive("$?#00".utf8)
        #expect(stub.takeOutput() == [0x2D])
        stub.receive(Conversation.packet("QStartNoAckMode".utf8))
        #expect(String(decoding: stub.takeOutput(), as: UTF8.self) == "+$OK#9a")
        stub.receive(Conversation.packet("qC".utf8))
        #expect(String(decoding: stub.takeOutput(), as: UTF8.self) == "$QC1#c5")
        stub.receive("$?#00".utf8)
        #expect(stub.takeOutput() == [])
    }

    @Test func aReplyIsSentAgainOnRequest() {
        let stub = DebugStub(target: FakeTarget())
        stub.connected()
        stub.receive(Conversation.packet("qC".utf8))
        let first = stub.takeOutput().dropFirst()
        stub.receive("-".utf8)
        #expect(stub.takeOutput() == Array(first))
    }

    @Test func tellsWhatItCan() {
        #expect(talk.send("qSupported:swbreak+;hwbreak+;xmlRegisters=i386")?.contains("PacketSize=4000") == true)
        #expect(talk.send("qAttached") == "1")
        #expect(talk.send("qfThreadInfo") == "m1")
        #expect(talk.send("qsThreadInfo") == "l")
        #expect(talk.send("Hg0") == "OK")
        #expect(talk.send("Hc-1") == "OK")
        #expect(talk.send("Hg2") == "E16")
        #expect(talk.send("vCont?") == "vCont;c;C;s;S;r")
        for unknown in ["", "!", "vMustReplyEmpty", "qFutureThing", "b", "R00", "vFile:open:00"] {
            #expect(talk.send(unknown) == "", "\(unknown)")
        }
    }

    @Test func theDescriptionComesInPieces() throws {
        var text = ""
        var offset = 0
        while true {
            let reply = try #require(talk.send("qXfer:features:read:target.xml:\(String(offset, radix: 16)),100"))
            text += reply.dropFirst()
            offset += reply.utf8.count - 1
            if reply.hasPrefix("l") { break }
            #expect(reply.hasPrefix("m"))
        }
        #expect(text == TargetDescription.xml(isSixteenBit: false))
        let document = try XMLDocument(xmlString: text)
        let names = try document.nodes(forXPath: "//reg/@name").compactMap(\.stringValue)
        #expect(names == TargetRegister.allCases.map(\.name))
        let sizes = try document.nodes(forXPath: "//reg/@bitsize").compactMap(\.stringValue)
        #expect(sizes == TargetRegister.allCases.map { "\($0.width * 8)" })
        #expect(text.contains("<architecture>i386</architecture>"))
        target.isSixteenBit = true
        let other = try #require(talk.send("qXfer:features:read:target.xml:0,100"))
        #expect(other.contains("<architecture>i8086</architecture>"))
        #expect(talk.send("qXfer:features:read:target.xml:ffffff,10") == "l")
        #expect(talk.send("qXfer:features:read:other.xml:0,10") == "E00")
        #expect(talk.send("qXfer:features:read:target.xml:0") == "E16")
        #expect(talk.send("qXfer:memory-map:read::0,10") == "")
    }

    @Test func registersAreReadAndWrittenOneByOneAndTogether() throws {
        #expect(talk.send("P8=00000100") == "OK")
        #expect(target.instructionAddress == 0x10000)
        #expect(talk.send("p8") == "00000100")
        #expect(talk.send("P10=0102030405060708090a") == "OK")
        #expect(talk.send("P10=01") == "E16", "too short")
        #expect(talk.send("p\(String(TargetRegister.allCases.count, radix: 16))") == "E16")
        var all = try #require(talk.send("g"))
        #expect(all.utf8.count == TargetRegister.allCases.reduce(0) { $0 + $1.width * 2 })
        all = "78563412" + all.dropFirst(8)
        #expect(talk.send("G" + all) == "OK", "what cannot be written has not changed")
        #expect(target.registers[.eax] == [0x78, 0x56, 0x34, 0x12])
        #expect(talk.send("G00") == "E16")
        #expect(talk.send("P\(String(TargetRegister.csBase.number, radix: 16))=00000000") == "E16")
    }

    @Test func memoryIsLinearOrPhysical() {
        #expect(talk.send("M1000,3:010203") == "OK")
        #expect(talk.send("m1000,4") == "01020300")
        #expect(talk.send("m0,4") == "E0e")
        #expect(talk.send("m10ffe,4") == "0000", "as much as there is")
        #expect(talk.send("Qqemu.PhyMemMode:1") == "OK")
        #expect(talk.send("qqemu.PhyMemMode") == "1")
        #expect(talk.send("m0,3") == "010203")
        #expect(talk.send("Qqemu.PhyMemMode:2") == "E16")
        #expect(talk.send("Qqemu.PhyMemMode:0") == "OK")
        #expect(talk.send("m1000,0") == "")
        #expect(talk.send("M1000,2:01") == "E16")
        #expect(talk.send("M0,1:01") == "E0e")
        #expect(talk.send("m100000000,1") == "E16")
        #expect(talk.send("mffffffff,ffffffff") == "E0e")
    }

    @Test func binaryWritesMayHoldAnyByte() {
        #expect(talk.send("X1000,0:") == "OK")
        let bytes: [UInt8] = [0x23, 0x24, 0x7D, 0x2A, 3, 0, 0xFF]
        talk.stub.receive(Conversation.packet(Array("X1000,7:".utf8) + bytes))
        #expect(talk.replies() == ["OK"])
        #expect(target.memory.prefix(7) == bytes[...])
    }

    @Test func breakpointsOfBothKindsAreOneForTheTarget() {
        #expect(talk.send("Z0,10000,1") == "OK")
        #expect(talk.send("Z1,10000,1") == "OK")
        #expect(target.breakpoints == [0x10000])
        #expect(talk.send("z0,10000,1") == "OK")
        #expect(target.breakpoints == [0x10000])
        #expect(talk.send("z1,10000,1") == "OK")
        #expect(target.breakpoints.isEmpty)
        #expect(talk.send("Z5,0,1") == "")
        #expect(talk.send("Z0,10000") == "E16")
        #expect(talk.send("Z2,10000,0") == "E16")
        #expect(talk.send("Z2,ffffffff,2") == "E16")
        #expect(talk.send("Z2,fffffffe,2") == "OK")
        #expect(target.watches == [WatchRange(address: 0xFFFF_FFFE, length: 2, kind: .write)])
    }

    @Test func pointsAreBounded() {
        for index in 0..<DebugStub.pointLimit { _ = talk.send("Z0,\(String(index, radix: 16)),1") }
        #expect(talk.send("Z0,ffff,1") == "E1c")
        #expect(talk.send("Z0,0,1") == "OK", "one that is there already")
    }

    @Test func runsStepsAndTellsWhyItStopped() throws {
        _ = talk.send("qSupported:swbreak+;hwbreak+")
        #expect(talk.send("vCont;c") == nil)
        #expect(talk.stub.state == .running)
        talk.stub.receive([3])
        #expect(talk.stub.state == .stopped)
        #expect(talk.replies().first?.hasPrefix("T02") == true)
        #expect(talk.send("s") == nil)
        talk.stub.stopped(.step)
        #expect(talk.replies() == ["T0504:00000000;05:00000000;08:00000000;thread:1;"])
        _ = talk.send("Z0,1234,1")
        _ = talk.send("P8=34120000")
        #expect(talk.send("c") == nil)
        talk.stub.stopped(.breakpoint)
        #expect(talk.replies().first?.hasSuffix("08:34120000;thread:1;swbreak:;") == true)
        #expect(talk.send("C05;10") == nil)
        #expect(target.instructionAddress == 0x10)
        talk.stub.stopped(.watchpoint(WatchRange(address: 0xBEEF, length: 4, kind: .access)))
        #expect(talk.replies().first?.hasSuffix("thread:1;awatch:beef;") == true)
        #expect(talk.send("?")?.hasSuffix("awatch:beef;") == true)
        talk.stub.stopped(.step)
        #expect(talk.replies() == [], "it did not run")
    }

    @Test func aStopIsGivenOnlyTheReasonsThatWereUnderstood() {
        _ = talk.send("Z1,0,1")
        _ = talk.send("c")
        talk.stub.stopped(.breakpoint)
        #expect(talk.replies().first?.hasSuffix("thread:1;") == true)
    }

    @Test func stepsWithinARangeAreSilent() {
        _ = talk.send("Z0,108,1")
        #expect(talk.send("vCont;r100,110:1;c") == nil)
        #expect(talk.stub.state == .stepping(range: 0x100..<0x110))
        target.registers[.eip] = [0x04, 1, 0, 0]
        talk.stub.stopped(.step)
        #expect(talk.replies() == [])
        #expect(talk.stub.state == .stepping(range: 0x100..<0x110))
        target.registers[.eip] = [0x08, 1, 0, 0]
        talk.stub.stopped(.step)
        #expect(talk.replies().first?.hasPrefix("T05") == true, "a breakpoint inside")
        _ = talk.send("vCont;r100,110:1")
        target.registers[.eip] = [0x10, 1, 0, 0]
        talk.stub.stopped(.step)
        #expect(talk.replies().first?.hasPrefix("T05") == true)
        #expect(talk.send("vCont;r110,100:1") == "E16")
        #expect(talk.send("vCont;t") == "E16")
        #expect(talk.send("vCont;s:7;c:9") == "E16", "no thread of ours")
    }

    @Test func detachAndKillEndTheSession() {
        _ = talk.send("Z0,108,1")
        #expect(talk.send("D") == "OK")
        #expect(talk.stub.state == .detached)
        #expect(target.breakpoints.isEmpty)
        let other = Conversation()
        #expect(other.send("k") == nil)
        #expect(other.stub.state == .killed)
        let third = Conversation()
        #expect(third.send("vKill;1") == "OK")
        #expect(third.stub.state == .killed)
    }

    @Test func theEndOfTheMachineIsTold() {
        _ = talk.send("c")
        talk.stub.ended(status: 121)
        #expect(talk.replies() == ["W79"])
        talk.stub.ended(status: 121)
        #expect(talk.replies() == [])
    }

    @Test func aLostConnectionTakesItsBreakpointsAlong() {
        _ = talk.send("Z0,108,1")
        _ = talk.send("c")
        talk.stub.disconnected()
        #expect(talk.stub.state == .detached)
        #expect(target.breakpoints.isEmpty)
        talk.stub.connected()
        talk.stub.disconnected()
        #expect(talk.stub.state == .stopped, "it stood still, and waits")
    }

    @Test func monitorCommandsAnswerOnTheConsole() {
        func monitor(_ text: String) -> [String] {
            talk.stub.receive(Conversation.packet(Array("qRcmd,".utf8) + HexText.encode(text)))
            return talk.replies().map { reply in
                guard reply.hasPrefix("O"), reply != "OK" else { return reply }
                return String(decoding: HexText.decode(reply.dropFirst().utf8) ?? [], as: UTF8.self)
            }
        }
        #expect(monitor("info tlb") == ["heard info tlb\n", "OK"])
        #expect(monitor("phys on") == ["memory is read and written at physical addresses\n", "OK"])
        #expect(talk.send("m0,1") == "00")
        #expect(monitor("phys maybe") == ["phys: expected on or off\n", "OK"])
        #expect(talk.send("qRcmd,0") == "E16")
        #expect(talk.send("qRcmd") == "E16")
        #expect(target.commands == ["info tlb"])
    }
}

import Testing

@testable import VellumDevices

@Suite struct SerialPortTests {
    final class Sink {
        var bytes: [UInt8] = []
    }

    let line = LineProbe()
    let sink = Sink()
    let port: SerialPort

    init() {
        port = SerialPort(line: line, transmit: { [sink] in sink.bytes.append($0) })
        port.out(0x3FB, 0x03)
        port.out(0x3FC, 0x0B)
    }

    @Test func whatIsWrittenLeavesAtOnce() {
        port.out(0x3F8, 0x48, 0x69)
        #expect(sink.bytes == [0x48, 0x69])
        #expect(port.in(0x3FD) == 0x60)
    }

    @Test func theDivisorHidesBehindItsLatch() {
        port.out(0x3FB, 0x83)
        port.out(0x3F8, 0x01)
        port.out(0x3F9, 0x00)
        #expect(port.baudRate == 115_200)
        #expect(port.in(0x3F8) == 1 && port.in(0x3F9) == 0)
        port.out(0x3FB, 0x03)
        #expect(port.in(0x3F9) == 0)
        #expect(sink.bytes.isEmpty)
    }

    @Test func withoutFIFOsOneByteIsHeldAndTheRestWaits() {
        port.out(0x3F9, 0x01)
        port.receive([1, 2, 3])
        #expect(line.level && port.in(0x3FA) == 0x04)
        #expect((0..<3).map { _ in port.in(0x3F8) } == [1, 2, 3])
        #expect(port.in(0x3FD) == 0x60 && !line.level)
        #expect(line.rises == 1, "the next byte was there before the line could fall")
    }

    @Test func theReceiverInterruptHonoursItsTriggerLevel() {
        port.out(0x3FA, 0x87)
        port.out(0x3F9, 0x01)
        port.receive([UInt8](0..<7))
        #expect(port.in(0x3FA) == 0xCC, "below the level it is the timeout")
        port.receive([7])
        #expect(port.in(0x3FA) == 0xC4)
        #expect((0..<8).map { _ in port.in(0x3F8) } == [UInt8](0..<8))
        #expect(port.in(0x3FA) == 0xC1)
    }

    @Test func aLongInputFlowsThroughWithoutOverrun() {
        port.out(0x3FA, 0x01)
        let input = (0..<1000).map { UInt8($0 & 0xFF) }
        #expect(port.receive(input) == 1000)
        var output: [UInt8] = []
        while port.in(0x3FD) & 1 != 0 { output.append(port.in(0x3F8)) }
        #expect(output == input)
    }

    @Test func theBacklogIsBounded() {
        #expect(port.receive([UInt8](repeating: 0, count: 100_000)) == 65_536)
        #expect(port.receive([1, 2]) == 1)
        #expect(port.receive([1]) == 0)
    }

    @Test func enablingTheTransmitterInterruptRaisesItAndReadingClearsIt() {
        port.out(0x3F9, 0x02)
        #expect(line.level)
        #expect(port.in(0x3FA) == 0x02)
        #expect(!line.level && port.in(0x3FA) == 0x01)
        port.out(0x3F8, 0x41)
        #expect(line.level && line.rises == 2)
        port.out(0x3F8, 0x42)
        #expect(line.rises == 3, "each byte drops the line and raises it again")
    }

    @Test func readingIdentificationKeepsTheTransmitterInterruptBehindAHigherOne() {
        port.out(0x3F9, 0x03)
        port.receive([9])
        #expect(port.in(0x3FA) == 0x04)
        #expect(port.in(0x3F8) == 9)
        #expect(port.in(0x3FA) == 0x02)
        #expect(port.in(0x3FA) == 0x01)
    }

    @Test func interruptsReachTheBoardOnlyThroughOut2() {
        port.out(0x3FC, 0x03)
        port.out(0x3F9, 0x02)
        #expect(!line.level)
        port.out(0x3FC, 0x0B)
        #expect(line.level)
    }

    @Test func aBreakIsALineErrorOfHighestPriority() {
        port.out(0x3FA, 0x01)
        port.out(0x3F9, 0x05)
        port.receiveBreak()
        #expect(port.in(0x3FA) == 0xC6)
        #expect(port.in(0x3FD) == 0xF9)
        #expect(port.in(0x3FA) == 0xC4)
        #expect(port.in(0x3F8) == 0)
        #expect(port.in(0x3FD) == 0x60)
    }

    @Test func loopbackReturnsBytesAndModemLines() {
        port.out(0x3FC, 0x1A)
        #expect(port.in(0x3FE) & 0xF0 == 0x90)
        port.out(0x3F8, 0x5A)
        #expect(sink.bytes.isEmpty && port.in(0x3F8) == 0x5A)
        port.receive([1])
        #expect(port.in(0x3FD) & 1 == 0, "the line is cut off")
        port.out(0x3FC, 0x0B)
        #expect(port.in(0x3F8) == 1)
    }

    @Test func loopbackOverrunsWhenTheReceiverIsFull() {
        port.out(0x3FA, 0x01)
        port.out(0x3FC, 0x10)
        for byte in UInt8(0)..<17 { port.out(0x3F8, byte) }
        #expect(port.in(0x3FD) == 0x63)
        #expect(port.in(0x3FD) == 0x61)
        #expect((0..<16).map { _ in port.in(0x3F8) } == [UInt8](0..<16))
    }

    @Test func modemChangesInterruptUntilRead() {
        _ = port.in(0x3FE)
        port.out(0x3F9, 0x08)
        port.out(0x3FC, 0x1F)
        #expect(port.in(0x3FE) == 0xF0, "all four lines high: ring indicator only counts when it falls")
        port.out(0x3FC, 0x1B)
        #expect(port.in(0x3FA) == 0x00)
        #expect(port.in(0x3FE) == 0xB4)
        #expect(port.in(0x3FA) == 0x01)
    }

    @Test func scratchAndFIFOBitsIdentifyA16550A() {
        port.out(0x3FF, 0xA5)
        #expect(port.in(0x3FF) == 0xA5)
        port.out(0x3FA, 0x01)
        #expect(port.in(0x3FA) == 0xC1)
        port.out(0x3FA, 0x00)
        #expect(port.in(0x3FA) == 0x01)
    }

    @Test func anotherBaseAnswersThere() {
        let second = SerialPort(base: SerialPort.com2, line: line, transmit: { _ in })
        #expect(second.ports == [0x2F8...0x2FF])
        second.out(0x2FF, 7)
        #expect(second.in(0x2FF) == 7)
    }
}

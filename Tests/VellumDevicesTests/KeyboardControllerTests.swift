import Testing

@testable import VellumDevices

@Suite struct KeyboardControllerTests {
    static let millisecond: UInt64 = 1_000_000
    let clock = FakeClock()
    let line = LineProbe()
    let auxiliary = LineProbe()
    let a20 = Wire()
    let resets = Counter()
    let controller: KeyboardController

    final class Counter {
        var count = 0
    }

    init() {
        controller = KeyboardController(
            clock: clock, keyboardLine: line, auxiliaryLine: auxiliary, addressLine20: a20,
            requestReset: { [resets] in resets.count += 1 })
        controller.reset()
        setCommandByte(0x45)
    }

    func setCommandByte(_ value: UInt8) {
        controller.out(0x64, 0x60)
        controller.out(0x60, value)
    }

    /// Reads until nothing more comes, giving the wire its time.
    func drain() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<100 {
            clock.run(controller, until: clock.now + Self.millisecond)
            while controller.in(0x64) & 1 != 0 { bytes.append(controller.in(0x60)) }
        }
        return bytes
    }

    func type(_ events: KeyEvent...) -> [UInt8] {
        events.forEach(controller.handle)
        return drain()
    }

    func send(_ bytes: UInt8...) -> [UInt8] {
        bytes.flatMap { byte in
            controller.out(0x60, byte)
            return drain()
        }
    }

    @Test func aKeyRaisesTheLineAndReadingDropsIt() {
        controller.press(.a)
        #expect(line.level && controller.in(0x64) & 0x21 == 0x01)
        #expect(controller.in(0x60) == 0x1E)
        #expect(!line.level && controller.in(0x64) & 1 == 0)
        #expect(controller.in(0x60) == 0x1E, "the latch keeps the last byte")
    }

    @Test func theNextCodeComesAMillisecondAfterTheLastWasRead() {
        controller.press(.a)
        controller.release(.a)
        #expect(controller.in(0x60) == 0x1E)
        #expect(controller.deadline == Self.millisecond)
        #expect(!line.level)
        clock.run(controller, until: Self.millisecond)
        #expect(line.level && controller.in(0x60) == 0x9E)
    }

    @Test func withoutTranslationTheKeyboardSpeaksSetTwo() {
        setCommandByte(0x05)
        #expect(type(.press(.a), .release(.a)) == [0x1C, 0xF0, 0x1C])
        #expect(type(.press(.f7), .release(.up)) == [0x83, 0xE0, 0xF0, 0x75])
        #expect(send(0xF0, 0x01) == [0xFA, 0xFA])
        #expect(type(.press(.a), .release(.a)) == [0x1E, 0x9E])
        #expect(send(0xF0, 0x00) == [0xFA, 0xFA, 0x01])
    }

    @Test(arguments: Key.allCases) func everyKeyTranslatesToItsSetOneCode(key: Key) {
        let make = ScanCode.bytes(key, pressed: true, set: 1, held: [])
        let release = ScanCode.bytes(key, pressed: false, set: 1, held: [])
        #expect(type(.press(key), .release(key)) == make + release)
    }

    @Test func controlAndAltChangePauseAndPrintScreen() {
        #expect(type(.press(.pause)) == [0xE1, 0x1D, 0x45, 0xE1, 0x9D, 0xC5])
        #expect(type(.press(.leftControl), .press(.pause)) == [0x1D, 0xE0, 0x46, 0xE0, 0xC6])
        #expect(type(.release(.leftControl), .press(.leftAlt), .press(.printScreen)) == [0x9D, 0x38, 0x54])
    }

    @Test func aHeldKeyRepeatsAfterItsDelay() {
        controller.press(.space)
        #expect(controller.in(0x60) == 0x39)
        clock.run(controller, until: 499 * Self.millisecond)
        #expect(!line.level)
        clock.run(controller, until: 500 * Self.millisecond)
        #expect(line.level && controller.in(0x60) == 0x39)
        clock.run(controller, until: 592 * Self.millisecond)
        #expect(line.level && controller.in(0x60) == 0x39)
        controller.release(.space)
        #expect(drain() == [0xB9])
        #expect(controller.deadline == nil)
    }

    @Test func aFullBufferEndsInAnOverrunCode() {
        setCommandByte(0x05)
        for _ in 0..<10 {
            controller.press(.a)
            controller.release(.a)
        }
        let bytes = drain()
        #expect(bytes.count == 17 && bytes.last == 0)
        #expect(Array(bytes.prefix(4)) == [0x1C, 0xF0, 0x1C, 0x1C])
    }

    @Test func theKeyboardAnswersItsCommands() {
        #expect(send(0xEE) == [0xEE])
        #expect(send(0xED, 0x07) == [0xFA, 0xFA])
        #expect(controller.lights == 7)
        #expect(send(0xF2) == [0xFA, 0xAB, 0x41], "the identity is translated")
        #expect(send(0xF3, 0x00) == [0xFA, 0xFA])
        #expect(send(0x01) == [0xFE])
        #expect(send(0xFF) == [0xFA, 0xAA])
        #expect(controller.lights == 0)
        #expect(send(0xFE) == [0xAA])
    }

    @Test func aDisabledKeyboardSendsNothingUntilItIsEnabled() {
        #expect(send(0xF5) == [0xFA])
        #expect(type(.press(.a), .release(.a)).isEmpty)
        #expect(send(0xF4) == [0xFA])
        #expect(type(.press(.b)) == [0x30])
    }

    @Test func aDisabledInterfaceHoldsTheCodesBack() {
        controller.out(0x64, 0xAD)
        #expect(type(.press(.a)).isEmpty)
        controller.out(0x64, 0xAE)
        #expect(drain() == [0x1E])
    }

    @Test func aControllerReplyDoesNotLoseTheUnreadCode() {
        controller.press(.a)
        controller.out(0x64, 0x20)
        #expect(controller.in(0x60) == 0x45)
        #expect(controller.in(0x60) == 0x1E)
    }

    @Test func selfTestsPass() {
        controller.out(0x64, 0xAA)
        #expect(controller.in(0x60) == 0x55 && controller.in(0x64) & 4 != 0)
        controller.out(0x64, 0xAB)
        #expect(controller.in(0x60) == 0)
    }

    @Test func addressLineTwentyFollowsTheOutputPortAndTheCommands() {
        #expect(a20.level)
        controller.out(0x64, 0xD1)
        controller.out(0x60, 0xDD)
        #expect(!a20.level)
        controller.out(0x64, 0xD0)
        #expect(controller.in(0x60) & 3 == 1)
        controller.out(0x64, 0xDF)
        #expect(a20.level)
        controller.out(0x64, 0xDD)
        #expect(!a20.level)
        #expect(resets.count == 0)
    }

    @Test func resetIsPulsedOrHeldThroughTheOutputPort() {
        controller.out(0x64, 0xFF)
        #expect(resets.count == 0)
        controller.out(0x64, 0xFE)
        controller.out(0x64, 0xD1)
        controller.out(0x60, 0xDE)
        #expect(resets.count == 2)
    }

    @Test func theSecondPortHasAMouse() {
        setCommandByte(0x47)
        controller.out(0x64, 0xA9)
        #expect(controller.in(0x60) == 0)
        #expect(mouse(0xFF) == [0xFA, 0xAA, 0x00])
        controller.out(0x64, 0xD3)
        controller.out(0x60, 0xA5)
        #expect(controller.in(0x64) & 0x21 == 0x21 && controller.in(0x60) == 0xA5)
    }

    /// Sends a byte to the mouse and takes its answer.
    private func mouse(_ byte: UInt8) -> [UInt8] {
        controller.out(0x64, 0xD4)
        controller.out(0x60, byte)
        return mouseBytes()
    }

    private func mouseBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        while controller.in(0x64) & 0x21 == 0x21 {
            #expect(auxiliary.level)
            bytes.append(controller.in(0x60))
        }
        #expect(!auxiliary.level)
        return bytes
    }

    @Test func theMouseReportsWhatItWasAskedTo() {
        setCommandByte(0x47)
        controller.moveMouse(x: 5, y: 5, buttons: 1)
        #expect(mouseBytes().isEmpty, "reporting is off")
        #expect(mouse(0xF4) == [0xFA])
        controller.moveMouse(x: 5, y: -3, buttons: 1)
        controller.moveMouse(x: 0, y: 0, buttons: 1)
        #expect(mouseBytes() == [0x29, 5, 0xFD])
        controller.moveMouse(x: -300, y: 0, buttons: 0)
        #expect(mouseBytes() == [0x18, 0x01, 0, 0x18, 0xD3, 0], "the rest follows, bounded")
        #expect(mouse(0xE9) == [0xFA, 0x20, 2, 100])
        #expect(mouse(0xE8) == [0xFA] && mouse(3) == [0xFA] && mouse(0xE9) == [0xFA, 0x20, 3, 100])
        #expect(mouse(0xF5) == [0xFA] && mouse(0xEB) == [0xFA, 0x08, 0, 0])
        #expect(mouse(0xAA) == [0xFE])
    }

    @Test func threeSampleRatesTurnTheWheelOn() {
        setCommandByte(0x47)
        #expect(mouse(0xF2) == [0xFA, 0])
        for rate in [200, 100, 80] as [UInt8] { #expect(mouse(0xF3) == [0xFA] && mouse(rate) == [0xFA]) }
        #expect(mouse(0xF2) == [0xFA, 3] && mouse(0xF4) == [0xFA])
        controller.moveMouse(x: 1, y: 0, wheel: -1, buttons: 4)
        #expect(mouseBytes() == [0x0C, 1, 0, 0xFF])
        #expect(mouse(0xFF) == [0xFA, 0xAA, 0x00] && mouse(0xF2) == [0xFA, 0])
    }

    @Test func aDisabledSecondPortKeepsTheMouseQuiet() {
        setCommandByte(0x47)
        _ = mouse(0xF4)
        controller.out(0x64, 0xA7)
        controller.moveMouse(x: 1, y: 1, buttons: 0)
        #expect(mouseBytes().isEmpty)
        controller.out(0x64, 0xA8)
        #expect(mouseBytes() == [0x08, 1, 1])
    }

    @Test func textBecomesKeys() {
        #expect(KeyEvent.typing("a") == [.press(.a), .release(.a)])
        #expect(
            KeyEvent.typing("?") == [.press(.leftShift), .press(.slash), .release(.slash), .release(.leftShift)])
        #expect(
            KeyEvent.typing("\u{3}")
                == [.press(.leftControl), .press(.c), .release(.c), .release(.leftControl)])
        #expect(KeyEvent.typing("\n€") == [.press(.enter), .release(.enter)])
        let printable = String((32...126).map { Character(Unicode.Scalar($0)) })
        let made = printable.filter { KeyEvent.typing(String($0)).isEmpty }
        #expect(made.isEmpty)
    }
}

import Testing

@testable import VellumDevices

@Suite struct FirmwareSetupTests {
    let board = TestBoard()

    init() {
        for (port, value) in FirmwareSetup.writes {
            for device in board.portDevices where device.ports.contains(where: { $0.contains(port) }) {
                device.write(port: port, value: value)
            }
        }
    }

    @Test func theTimerTicksAtVectorEight() {
        board.clock.run(board.timer, until: 60_000_000)
        #expect(board.interrupts.acknowledge() == 0x08)
    }

    @Test func theKeyboardSpeaksSetOneAtVectorNine() {
        board.keyboard.press(.enter)
        #expect(board.interrupts.acknowledge() == 0x09)
        #expect(board.keyboard.in(0x60) == 0x1C)
    }
}

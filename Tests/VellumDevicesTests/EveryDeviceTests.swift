import Foundation
import Testing

@testable import VellumDevices

@Suite struct EveryDeviceTests {
    static let names = TestBoard().devices.map(\.name)

    @Test(arguments: names) func savesAndRestoresItself(name: String) throws {
        let board = TestBoard()
        let seed: UInt64 = 0x5EED_0001
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 { board.step(&generator) }
        let device = try #require(board.devices.first { $0.name == name }).device
        try checkRestore(device, "seed \(seed)") {
            for _ in 0..<2000 { board.step(&generator) }
        }
    }

    /// Saves, lets `mutate` change things, restores and compares; through the coded form as well.
    private func checkRestore<D: Device>(_ device: D, _ seed: Comment, mutate: () -> Void) throws {
        let saved = device.state
        let coded = try JSONEncoder().encode([saved])
        mutate()
        device.state = saved
        #expect(device.state == saved, seed)
        device.reset()
        let decoded = try #require(JSONDecoder().decode([D.State].self, from: coded).first)
        device.state = decoded
        #expect(device.state == saved, seed)
    }

    @Test func aRestoredBoardGoesOnAsTheFirstDid() throws {
        let (first, second) = (TestBoard(), TestBoard())
        var generator = SeededGenerator(seed: 0x5EED_0002)
        for _ in 0..<5000 { first.step(&generator) }
        second.clock.now = first.clock.now
        for (source, target) in zip(first.devices, second.devices) { copyState(source.device, target.device) }
        var (a, b) = (generator, generator)
        for _ in 0..<5000 {
            first.step(&a)
            second.step(&b)
        }
        for (one, other) in zip(first.devices, second.devices) {
            let same = sameState(one.device, other.device)
            #expect(same, "\(one.name), seed 0x5EED0002")
        }
    }

    @Test func aStateOfTheWrongShapeIsRefused() {
        let board = TestBoard()
        let (timer, video) = (board.timer.state, board.display.state)
        board.timer.state = IntervalTimer.State(channels: [])
        board.display.state.memory = [VideoMemory.Page(number: 0, bytes: [1])]
        board.display.state.memory = [
            VideoMemory.Page(number: 4096, bytes: [UInt8](repeating: 1, count: 4096))
        ]
        board.realTimeClock.state.memory = []
        #expect(board.timer.state == timer && board.display.state == video)
        #expect(board.realTimeClock.state.memory.count == 128)
    }

    private func copyState<D: Device>(_ source: D, _ target: any Device) {
        if let target = target as? D { target.state = source.state }
    }

    private func sameState<D: Device>(_ one: D, _ other: any Device) -> Bool {
        (other as? D)?.state == one.state
    }

    /// Accesses and other things that happen to the board, a seed; VELLUM_ACCESSES asks for more.
    private static let steps = ProcessInfo.processInfo.environment["VELLUM_ACCESSES"].flatMap(Int.init) ?? 250_000

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func withstandsAnyAccess(seed: UInt64) {
        let board = TestBoard()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<Self.steps { board.step(&generator) }
    }
}

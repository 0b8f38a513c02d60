import Testing
import VellumDevices
import VellumExecution

@testable import VellumMachine

/// Counts as told, and remembers what the board asked of it.
private final class FakeProcessor: BoardProcessor {
    let cpu = CPU.allocate(capacity: 1)
    var line20 = true

    init() { cpu.initialize(to: CPUState()) }

    deinit {
        cpu.deinitialize(count: 1)
        cpu.deallocate()
    }

    var instructions: UInt64 {
        get { cpu.instructions }
        set { cpu.pointee.engine.horizon = newValue }
    }

    var isAskedToEnd: Bool {
        get { cpu.pointee.engine.endRequested }
        set { cpu.pointee.engine.endRequested = newValue }
    }

    func setAddressLine20(_ open: Bool) { line20 = open }
}

@Suite struct BoardTests {
    private let processor = FakeProcessor()
    private let board: Board

    init() {
        board = Board(setup: BoardSetup(memory: 16 << 20))
        board.processor = processor
        board.initializeLikeFirmware()
    }

    /// Lets the processor run to an instruction.
    private func run(to instruction: UInt64) {
        processor.instructions = instruction
        board.synchronize()
    }

    @Test func theTimerInterruptsAtItsInstruction() {
        // 65,536 clocks of 1,193,182 Hz, one to load and the fall before the rise included: about 54.9 ms.
        var last: UInt64 = 0
        var rises = 0
        while rises == 0, last < 10_000_000 {
            let next = board.nextDeadlineInstruction
            #expect(next > last)
            last = next
            run(to: next)
            if board.interruptPending { rises += 1 }
        }
        #expect((5_490_000...5_495_000).contains(last))
        #expect(board.acknowledge() == 0x08)
        #expect(!board.interruptPending)
    }

    @Test func aDeadlineIsMetExactly() {
        let next = board.nextDeadlineInstruction
        processor.instructions = next - 1
        #expect(board.nextDeadline.map { $0 > board.now } == true)
        processor.instructions = next
        #expect(board.nextDeadline.map { $0 <= board.now } == true)
    }

    @Test func anEarlierDeadlineEndsTheFragment() {
        processor.isAskedToEnd = false
        board.writePort(0x43, value: 0x34, width: 1)
        board.writePort(0x40, value: 0x10, width: 1)
        board.writePort(0x40, value: 0x00, width: 1)
        #expect(processor.isAskedToEnd)
        #expect(board.nextDeadlineInstruction < 5000)
    }

    @Test func skippingTimeComesNoLaterThanTheDeadline() throws {
        let deadline = try #require(board.nextDeadline)
        board.skip(to: deadline)
        #expect(board.now == deadline)
        #expect(processor.instructions == 0)
        board.skip(to: 0)
        #expect(board.now == deadline)
    }

    @Test func twoDevicesShareTheTime() {
        // The clock's periodic interrupt at 8192 Hz beside the timer.
        for (port, value) in [(0x70, 0x0A), (0x71, 0x23), (0x70, 0x0B), (0x71, 0x42), (0xA1, 0x00)] {
            board.writePort(UInt16(port), value: UInt32(value), width: 1)
        }
        #expect(board.nextDeadlineInstruction <= 12_208)
        run(to: 12_300)
        #expect(board.interruptPending)
        #expect(board.acknowledge() == 0x70)
    }

    @Test func nothingAnswersWithOnes() {
        #expect(board.readPort(0x300, width: 1) == 0xFF)
        #expect(board.readPort(0x300, width: 2) == 0xFFFF)
        #expect(board.readMemory(0xF000_0000, width: 4) == ~0)
        board.writePort(0x300, value: 1, width: 4)
        board.writeMemory(0xF000_0000, value: 1, width: 4)
    }

    @Test func doublewordAccessesToThePCIAddressStayWhole() {
        // Device 31 is not there; device 0 is the host bridge.
        board.writePort(0xCF8, value: 0x8000_F808, width: 4)
        #expect(board.readPort(0xCF8, width: 4) == 0x8000_F808)
        #expect(board.readPort(0xCFC, width: 4) == ~0)
        board.writePort(0xCF8, value: 0x8000_0000, width: 4)
        #expect(board.readPort(0xCFC, width: 4) == 0x1237_8086)
        #expect(board.request == nil)
    }

    @Test func theGuestAsksOnce() {
        processor.isAskedToEnd = false
        board.writePort(0x64, value: 0xFE, width: 1)
        board.writePort(0x604, value: 0x2000, width: 2)
        #expect(board.request == .reset(.keyboardController))
        #expect(processor.isAskedToEnd)
    }

    @Test func addressLine20ReachesTheProcessor() {
        board.writePort(0x92, value: 0x00, width: 1)
        #expect(!processor.line20)
        board.writePort(0x92, value: 0x02, width: 1)
        #expect(processor.line20)
    }

    @Test func videoMemoryIsMapped() {
        board.writeMemory(0xB8000, value: 0x0741, width: 2)
        #expect(board.readMemory(0xB8000, width: 2) == 0x0741)
    }

    @Test func stateGoesRoundTrip() {
        run(to: 7_000_000)
        board.deliver(.key(.press(.a)))
        let state = board.state
        let other = Board(setup: BoardSetup(memory: 16 << 20))
        let second = FakeProcessor()
        second.instructions = processor.instructions
        other.processor = second
        other.state = state
        #expect(other.state == state)
        #expect(other.nextDeadline == board.nextDeadline)
        #expect(other.interruptPending == board.interruptPending)
    }
}

@Suite struct TimebaseTests {
    @Test func conversionsAgree() {
        for speed in ["100", "0.33", "3", "8088", "pentium", "7.77", "1000000"] {
            guard let timebase = Timebase(speed) else {
                Issue.record("\(speed)")
                continue
            }
            for time: UInt64 in [0, 1, 9, 10, 11, 999, 54_925_493, 1 << 40, 1 << 52] {
                let count = timebase.instructions(toReach: time)
                #expect(timebase.nanoseconds(count) >= time)
                if count > 0 { #expect(timebase.nanoseconds(count - 1) < time) }
            }
        }
    }

    @Test func oddSpeedsAreRefused() {
        for speed in ["", "0", "-1", "fast", "nan", "inf", "1e99"] { #expect(Timebase(speed) == nil) }
        #expect(Timebase.standard == Timebase("100"))
        #expect(Timebase.standard.nanoseconds(.max) > 0)
    }
}

import Testing

@testable import VellumCommands

@Suite struct BreakTests {
    private let second: UInt64 = 1_000_000_000

    @Test func theThirdWithoutAnAnswerEnds() {
        var breaks = BreakCounter()
        let answers = (0..<3 as Range<UInt64>).map { breaks.add([3], now: $0 * second) }
        #expect(answers == [false, false, true])
    }

    @Test func anAnswerOrAnotherKeyStartsAgain() {
        var breaks = BreakCounter()
        var answers = [breaks.add([3, 3], now: 0)]
        breaks.answered()
        answers.append(breaks.add([3, 3], now: 1))
        answers.append(breaks.add([0x61, 3], now: 2))
        answers.append(breaks.add([3], now: 10 * second))
        #expect(answers == [false, false, false, false])
    }
}

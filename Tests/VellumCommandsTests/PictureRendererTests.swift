import Testing
import VellumTestSupport

@testable import VellumCommands
@testable import VellumDevices

/// Graphics in a terminal.
@Suite struct PictureRendererTests {
    private let terminal = PictureRenderer.Terminal(rows: 24, columns: 80, cellWidth: 8, cellHeight: 16)

    /// Red at the left, blue at the right.
    private var frame: Frame {
        var frame = Frame(width: 320, height: 200)
        for y in 0..<200 {
            for x in 0..<320 {
                frame[x, y] = TextScreen.Color(red: x < 160 ? 255 : 0, green: 0, blue: x < 160 ? 0 : 255)
            }
        }
        return frame
    }

    private func text(_ environment: [String], answer: [Int]? = nil, rows: Int = 24) -> String {
        let renderer = PictureRenderer(environment: environment)
        if let answer { renderer.take(answer: answer) }
        var terminal = terminal
        terminal.rows = rows
        return String(decoding: renderer.render(frame, isSquare: false, on: terminal), as: UTF8.self)
    }

    @Test func blocksHaveTheTerminalsColours() {
        let all = text(["TERM=xterm-256color", "COLORTERM=truecolor"])
        #expect(all.contains("2;255;0;0") && all.contains("2;0;0;255"))
        let indexed = text(["TERM=xterm-256color"])
        #expect(indexed.contains("8;5;196") && indexed.contains("8;5;21") && !indexed.contains("2;255;0;0"))
        let sixteen = text(["TERM=linux"])
        #expect(!sixteen.contains("8;5;") && !sixteen.contains("8;2;"))
        #expect(PictureRenderer(environment: []).colors == .two)
    }

    /// 24 rows of 16 pixels make 384 of them, so 4:3 is 512 pixels or 64 characters wide: from column 9 on.
    @Test func thePictureKeepsItsShapeInTheMiddle() {
        let text = text(["TERM=xterm-256color"])
        let starts = text.split(separator: "\u{1B}").filter { $0.hasPrefix("[") && $0.contains(";9H") }
        #expect(starts.count == 24)
        #expect(text.contains("\u{1B}[1;9H") && text.contains("\u{1B}[24;9H") && !text.contains("\u{1B}[25;"))
    }

    @Test func terminalsWithPixelsGetThem() {
        #expect(text(["TERM=xterm-kitty", "KITTY_WINDOW_ID=1"]).contains("\u{1B}_G"))
        #expect(text(["TERM=foot"]).contains("\u{1B}P"))
        #expect(text(["TERM=xterm", "TERM_PROGRAM=iTerm.app", "LC_TERMINAL=iTerm2"]).contains("\u{1B}]1337;File="))
    }

    @Test func aTerminalThatAnswersForSixelsGetsThem() {
        let sixels = text(["TERM=xterm-256color"], answer: [62, 4, 22])
        #expect(sixels.contains("\u{1B}P"))
        #expect(!text(["TERM=xterm-256color"], answer: [62, 22]).contains("\u{1B}P"))
    }

    @Test func anUnchangedPictureIsNotSentAgain() {
        let renderer = PictureRenderer(environment: ["TERM=xterm-256color"])
        #expect(!renderer.render(frame, isSquare: false, on: terminal).isEmpty)
        #expect(renderer.render(frame, isSquare: false, on: terminal).isEmpty)
        var changed = frame
        changed[0, 0] = TextScreen.Color(red: 0, green: 255, blue: 0)
        let bytes = renderer.render(changed, isSquare: false, on: terminal)
        #expect(!bytes.isEmpty && !String(decoding: bytes, as: UTF8.self).contains("\u{1B}[2J"))
        renderer.invalidate()
        #expect(
            String(decoding: renderer.render(changed, isSquare: false, on: terminal), as: UTF8.self).contains(
                "\u{1B}[2J"))
    }

    @Test(arguments: [(1, 1), (1, 500), (200, 1), (2, 3), (0, 0)]) func anyTerminalWillDo(rows: Int, columns: Int) {
        for environment in [["TERM=linux"], ["TERM=foot"], ["TERM=xterm-kitty"]] {
            let renderer = PictureRenderer(environment: environment)
            let terminal = PictureRenderer.Terminal(rows: rows, columns: columns, cellWidth: 0, cellHeight: 0)
            #expect(!renderer.render(frame, isSquare: true, on: terminal).isEmpty)
        }
    }

    @Test func anyPictureOnAnyTerminalWillDo() {
        let seed: UInt64 = 20_261_128
        var random = SeededGenerator(seed: seed)
        let renderers = [["TERM=linux"], ["TERM=foot"], ["TERM=xterm-kitty"], ["TERM=vt100"]].map {
            PictureRenderer(environment: $0)
        }
        func number(_ most: Int) -> Int {
            Int(random.next() % UInt64(random.next() % 2 == 0 ? 9 : most))
        }
        for _ in 0..<120 {
            let frame = Frame(width: 1 + number(700), height: 1 + number(500))
            let terminal = PictureRenderer.Terminal(
                rows: number(60), columns: number(200), cellWidth: number(20), cellHeight: number(40))
            for renderer in renderers {
                renderer.invalidate()
                let bytes = renderer.render(frame, isSquare: random.next() % 2 == 0, on: terminal)
                #expect(!bytes.isEmpty, "seed \(seed)")
            }
        }
    }

    // MARK: The terminal's answer

    @Test func theAnswerIsTakenOutOfWhatIsTyped() {
        var filter = AttributesFilter()
        #expect(filter.filter(Array("\u{1B}[?1c".utf8)).typed.count == 5, "nobody asked")
        filter.expectAnswer()
        var all: [UInt8] = []
        var answer: [Int]?
        for piece in ["ab\u{1B}[A", "c\u{1B}[?62;", "4;22c", "d"] {
            let part = filter.filter(Array(piece.utf8))
            all += part.typed
            answer = part.answer ?? answer
        }
        #expect(String(decoding: all, as: UTF8.self) == "ab\u{1B}[Acd")
        #expect(answer == [62, 4, 22] && !filter.isWaiting)
    }

    @Test func aLoneEscapeIsAKeyWhileAnAnswerIsDue() {
        var filter = AttributesFilter()
        filter.expectAnswer()
        #expect(filter.filter([0x1B]).typed == [0x1B])
        #expect(filter.filter(Array("\u{1B}[?4c".utf8)).answer == [4])
    }
}

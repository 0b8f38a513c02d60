import Testing

@testable import VellumCommands
@testable import VellumDevices

/// As much of a terminal as the renderer uses.
private struct FakeTerminal {
    struct Cell: Equatable {
        var scalar: Unicode.Scalar = " "
        var style = "0"
    }

    var cells: [[Cell]]
    var row = 0
    var column = 0
    var style = "0"
    var cursorShown = true

    init(rows: Int, columns: Int) { cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows) }

    mutating func feed(_ bytes: [UInt8]) {
        var scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "\u{1B}" else {
                cells[row][column] = Cell(scalar: scalar, style: style)
                column += 1
                continue
            }
            guard scalars.popFirst() == "[" else { continue }
            var parameters = ""
            while let next = scalars.popFirst() {
                if next.value >= 0x40 {
                    apply(next, parameters)
                    break
                }
                parameters.unicodeScalars.append(next)
            }
        }
    }

    private mutating func apply(_ command: Unicode.Scalar, _ parameters: String) {
        switch command {
        case "H":
            let numbers = parameters.split(separator: ";").compactMap { Int($0) }
            (row, column) = (numbers[0] - 1, numbers[1] - 1)
        case "J": cells = cells.map { $0.map { _ in Cell() } }
        case "m": style = parameters
        case "h": cursorShown = true
        case "l": cursorShown = false
        default: Issue.record("unexpected \(command)")
        }
    }

    func line(_ row: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: cells[row].map(\.scalar))
        return String(view)
    }
}

@Suite struct ScreenRendererTests {
    private func screen(_ text: String, attribute: UInt8 = 0x07, cursor: TextScreen.Cursor? = nil) -> TextScreen {
        var cells = text.utf8.map { TextScreen.Cell(character: $0, attribute: attribute) }
        cells += Array(repeating: TextScreen.Cell(character: 0x20, attribute: 0x07), count: 80 - cells.count)
        let black = TextScreen.Color(red: 0, green: 0, blue: 0)
        return TextScreen(
            columns: 20, rows: 4, cells: cells, cursor: cursor, cellHeight: 16, blinks: true,
            palette: Array(repeating: black, count: 16))
    }

    @Test func drawsWhatTheGuestShows() {
        var renderer = ScreenRenderer(rows: 4, columns: 20)
        var terminal = FakeTerminal(rows: 4, columns: 20)
        terminal.feed(renderer.render(screen("Hello", attribute: 0x1E)))
        #expect(terminal.line(0).hasPrefix("Hello  "))
        // Yellow on blue: the PC's 14 and 1 are the terminal's 93 and 44.
        #expect(terminal.cells[0][0].style == "0;93;44")
        #expect(!terminal.cursorShown)
    }

    @Test func sendsOnlyWhatChanged() {
        var renderer = ScreenRenderer(rows: 4, columns: 20)
        var terminal = FakeTerminal(rows: 4, columns: 20)
        terminal.feed(renderer.render(screen("Hello")))
        #expect(renderer.render(screen("Hello")).isEmpty)
        let difference = renderer.render(screen("Help!"))
        #expect(difference.count < 60)
        terminal.feed(difference)
        #expect(terminal.line(0).hasPrefix("Help!"))
    }

    @Test func differencesAddUpToTheSamePicture() {
        var random = SystemRandomNumberGenerator()
        var renderer = ScreenRenderer(rows: 4, columns: 20)
        var terminal = FakeTerminal(rows: 4, columns: 20)
        for _ in 0..<50 {
            let text = String((0..<80).map { _ in "ab \u{7F}".randomElement(using: &random) ?? " " })
            let picture = screen(text, attribute: UInt8.random(in: 0...255))
            terminal.feed(renderer.render(picture))
            var whole = ScreenRenderer(rows: 4, columns: 20)
            var fresh = FakeTerminal(rows: 4, columns: 20)
            fresh.feed(whole.render(picture))
            #expect(terminal.cells == fresh.cells)
        }
    }

    @Test func aSmallTerminalCutsOff() {
        var renderer = ScreenRenderer(rows: 2, columns: 3)
        var terminal = FakeTerminal(rows: 2, columns: 3)
        let cursor = TextScreen.Cursor(row: 3, column: 10, firstLine: 14, lastLine: 15)
        terminal.feed(renderer.render(screen("Hello", cursor: cursor)))
        #expect(terminal.line(0) == "Hel")
        #expect(!terminal.cursorShown)
    }

    @Test func theCursorStandsWhereTheGuestPutIt() {
        var renderer = ScreenRenderer(rows: 4, columns: 20)
        var terminal = FakeTerminal(rows: 4, columns: 20)
        terminal.feed(
            renderer.render(screen("", cursor: TextScreen.Cursor(row: 2, column: 7, firstLine: 14, lastLine: 15))))
        #expect(terminal.cursorShown)
        #expect((terminal.row, terminal.column) == (2, 7))
    }

    @Test func lineGraphicsAreUnicode() {
        var renderer = ScreenRenderer(rows: 4, columns: 20)
        var terminal = FakeTerminal(rows: 4, columns: 20)
        var picture = screen("")
        picture.cells[0].character = 0xC9
        picture.cells[1].character = 0x00
        terminal.feed(renderer.render(picture))
        #expect(terminal.line(0).hasPrefix("╔ "))
    }
}

@Suite struct KeyDecoderTests {
    private func decode(_ text: String) -> [KeyStroke] {
        var decoder = KeyDecoder()
        return decoder.decode(Array(text.utf8)) + decoder.flush()
    }

    @Test func charactersAndControlCodes() {
        #expect(decode("a") == [KeyStroke(key: .a)])
        #expect(decode("A") == [KeyStroke(key: .a, modifiers: [.leftShift])])
        #expect(decode("\r") == [KeyStroke(key: .enter)])
        #expect(decode("\u{7F}") == [KeyStroke(key: .backspace)])
        #expect(decode("\u{3}") == [KeyStroke(key: .c, modifiers: [.leftControl])])
        #expect(decode("é€😀").isEmpty)
    }

    @Test func sequences() {
        #expect(decode("\u{1B}[A\u{1B}OB") == [KeyStroke(key: .up), KeyStroke(key: .down)])
        #expect(decode("\u{1B}[3~") == [KeyStroke(key: .delete)])
        #expect(decode("\u{1B}OP\u{1B}[15~\u{1B}[24~") == [.f1, .f5, .f12].map { KeyStroke(key: $0) })
        #expect(decode("\u{1B}[[B") == [KeyStroke(key: .f2)])
        #expect(decode("\u{1B}[1;5C") == [KeyStroke(key: .right, modifiers: [.leftControl])])
        #expect(decode("\u{1B}[5;3~") == [KeyStroke(key: .pageUp, modifiers: [.leftAlt])])
        #expect(decode("\u{1B}[Z") == [KeyStroke(key: .tab, modifiers: [.leftShift])])
        #expect(decode("\u{1B}x") == [KeyStroke(key: .x, modifiers: [.leftAlt])])
    }

    @Test func escapeWaitsForMore() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x1B]).isEmpty)
        #expect(decoder.isWaiting)
        #expect(decoder.flush() == [KeyStroke(key: .escape)])
        #expect(!decoder.isWaiting)
        #expect(decoder.decode([0x1B]).isEmpty)
        #expect(decoder.decode([0x5B]).isEmpty)
        #expect(decoder.decode([0x44]) == [KeyStroke(key: .left)])
    }

    @Test func nonsenseEnds() {
        var decoder = KeyDecoder()
        _ = decoder.decode([0x1B, 0x5B] + Array(repeating: 0x3B, count: 1000))
        _ = decoder.flush()
        #expect(decoder.decode(Array("a".utf8)) == [KeyStroke(key: .a)])
        for byte in UInt8.min...UInt8.max {
            var decoder = KeyDecoder()
            _ = decoder.decode([0x1B, byte, byte, 0x5B, byte])
            _ = decoder.flush()
            #expect(!decoder.isWaiting)
        }
    }
}

@Suite struct EscapeFilterTests {
    @Test func controlAIsOurs() {
        var filter = EscapeFilter()
        let first = filter.filter([0x61, 0x01])
        #expect(first.guest == [0x61] && first.commands.isEmpty)
        let second = filter.filter(Array("x".utf8) + [0x01, 0x01] + Array("b".utf8))
        #expect(second.commands == [.quit])
        #expect(second.guest == [0x01, 0x62])
        let third = filter.filter([0x01] + Array("b".utf8) + [0x01] + Array("t".utf8) + [0x01] + Array("c".utf8))
        #expect(third.commands == [.sendBreak, .timestamps, .monitor] && third.guest.isEmpty)
        #expect(filter.filter([0x01, 0x68]).commands == [.help])
        #expect(filter.filter([0x01, 0x7A]).guest.isEmpty)
    }
}

@Suite struct MonitorPromptTests {
    @Test func enterEndsALineAndBackspaceEditsIt() {
        var prompt = MonitorPrompt()
        #expect(prompt.take(Array("info tlc\u{7F}b".utf8)).lines.isEmpty)
        let ended = prompt.take([0x0D])
        #expect(ended.lines == ["info tlb"] && ended.echo == [0x0A])
        #expect(prompt.take(Array("x\u{15}\u{7F}\r".utf8)).lines == [""])
    }

    @Test func linesAreBoundedAndEscapesLeftOut() {
        var prompt = MonitorPrompt()
        _ = prompt.take([0x1B] + [UInt8](repeating: 0x61, count: 10_000))
        #expect(prompt.take([0x0A]).lines == [String(repeating: "a", count: 200)])
    }
}

@Suite struct SerialTailTests {
    @Test func keepsTheEndByLines() {
        var tail = SerialTail()
        for number in 0..<40_000 { for byte in "\(number)\n".utf8 { tail.append(byte) } }
        #expect(tail.bytes.count < SerialTail.limit * 2)
        #expect(tail.bytes.suffix(6).elementsEqual("39999\n".utf8))
        let first = String(decoding: tail.bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        #expect(Int(first).map { "\($0)" == first } == true)
    }
}

@Suite struct KeyPresserTests {
    @Test func aKeyStaysDownForAMoment() {
        var presser = KeyPresser()
        presser.add([KeyStroke(key: .left)])
        #expect(presser.events(now: 0, hasRoom: true) == [.press(.left)])
        #expect(presser.events(now: 1_000_000, hasRoom: true).isEmpty)
        #expect(presser.events(now: KeyPresser.hold, hasRoom: true) == [.release(.left)])
        #expect(presser.events(now: KeyPresser.hold * 2, hasRoom: true).isEmpty)
    }

    @Test func repetitionKeepsItDown() {
        var presser = KeyPresser()
        presser.add([KeyStroke(key: .left), KeyStroke(key: .left)])
        #expect(presser.events(now: 0, hasRoom: true) == [.press(.left)])
        #expect(presser.events(now: 1, hasRoom: true) == [.press(.left)])
        #expect(presser.events(now: KeyPresser.hold, hasRoom: true).isEmpty)
    }

    @Test func modifiersGoDownFirstAndUpLast() {
        var presser = KeyPresser()
        presser.add([KeyStroke(key: .a), KeyStroke(key: .c, modifiers: [.leftControl])])
        #expect(presser.events(now: 0, hasRoom: true) == [.press(.a)])
        #expect(
            presser.events(now: 1, hasRoom: true)
                == [.release(.a), .press(.leftControl), .press(.c), .release(.c), .release(.leftControl)])
    }

    @Test func aFullKeyboardIsWaitedFor() {
        var presser = KeyPresser()
        presser.add([KeyStroke(key: .a)])
        #expect(presser.events(now: 0, hasRoom: false).isEmpty)
        #expect(presser.events(now: 1, hasRoom: true) == [.press(.a)])
    }
}

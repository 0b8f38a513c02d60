import CVellumSupport
import Glibc
import VellumDevices
import VellumMachine

/// The guest's screen or serial port in the terminal, and the terminal's keyboard for the guest.
///
/// The terminal is put back whatever ends the process: `close`, a signal, a crash or `exit`.
final class LiveDisplay {
    /// What the terminal shows.
    enum View: Equatable {
        /// The text screen; keys go to the guest's keyboard.
        case screen
        /// The serial port; keys go there.
        case serial
        /// A DOS program's console, below what the terminal shows already; keys go to the guest's keyboard.
        case console
    }

    private(set) var wantsToQuit = false
    private(set) var view: View

    private var input = HostInput(STDIN_FILENO)
    private var escape = EscapeFilter()
    private var decoder = KeyDecoder()
    private var presser = KeyPresser()
    private var renderer: ScreenRenderer
    /// Made when the guest first shows graphics.
    private var pictures: PictureRenderer?
    private var attributes = AttributesFilter()
    /// The next picture must not come before.
    private var pictureDue: UInt64 = 0
    private var serial = SerialTail()
    /// Bytes of the serial port that the terminal has not got yet.
    private var unsent: [UInt8] = []
    private let hasScreen: Bool
    /// The screen has been taken over.
    private var showsScreen = false
    private var breaks = BreakCounter()
    /// A person is at the monitor; the guest's output waits.
    private var monitor: MonitorPrompt?
    /// When timestamps were asked for.
    private var stampsSince: UInt64?
    private var atLineStart = true
    private var mayChooseView = true
    private var showsHelp = false
    private var isOpen = true
    private var lastDrawn: UInt64 = 0
    private var lastGeneration: UInt64?
    private var lastInput: UInt64 = 0

    /// No more than fifty pictures a second.
    private static let interval: UInt64 = 20_000_000
    /// After so many nanoseconds without more, an Escape is an Escape.
    private static let escapeTime: UInt64 = 50_000_000
    /// Attributes off, cursor shown, alternate screen left.
    private static let restore = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

    /// Takes the terminal over; nil when standard input and output are none.
    /// - Parameters:
    ///   - screen: shows the guest's screen; else only its serial port, below what the terminal shows already.
    ///   - console: shows a DOS program's console, and the screen only from when it is used as one.
    init?(screen: Bool, console: Bool = false) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
        let restore = screen && !console ? LiveDisplay.restore : "\u{1B}[0m"
        guard vellum_terminal_guard(STDIN_FILENO, STDOUT_FILENO, restore, UInt32(restore.utf8.count)) != 0 else {
            return nil
        }
        hasScreen = screen
        view = console ? .console : screen ? .screen : .serial
        let size = LiveDisplay.terminalSize
        renderer = ScreenRenderer(rows: size.rows, columns: size.columns)
        LiveDisplay.makeRaw()
        if view == .screen { enterScreen() }
    }

    private func enterScreen() {
        guard !showsScreen else { return }
        showsScreen = true
        vellum_terminal_on_restore(LiveDisplay.restore, UInt32(LiveDisplay.restore.utf8.count))
        LiveDisplay.send("\u{1B}[?1049h\u{1B}[2J")
    }

    deinit { close() }

    /// Gives the terminal back.
    func close() {
        guard isOpen else { return }
        monitor = nil
        flushSerial()
        isOpen = false
        vellum_terminal_release()
    }

    /// What the guest sent to its serial port and the terminal does not show any more.
    var hiddenSerial: [UInt8] { hasScreen ? serial.bytes : [] }

    private static func makeRaw() {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
        cfmakeraw(&settings)
        // Guests that end lines with LF alone get their CR.
        settings.c_oflag |= tcflag_t(OPOST | ONLCR)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    private static var terminalSize: (rows: Int, columns: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return (25, 80)
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    private static func send(_ text: String) { HostIO.write(Array(text.utf8), to: STDOUT_FILENO) }

    // MARK: Serial port

    /// A byte that the guest sent.
    func put(serial byte: UInt8) {
        serial.append(byte)
        if view == .serial {
            if atLineStart, let stampsSince { unsent += LiveDisplay.stamp(HostClock.now - stampsSince) }
            unsent.append(byte)
            atLineStart = byte == 0x0A
        }
        outputGrew(byte)
    }

    /// A byte that a DOS program wrote to its console.
    func put(console byte: UInt8) {
        guard view == .console else { return }
        breaks.answered()
        if byte < 0x80 {
            unsent.append(byte)
        } else {
            unsent += Array(UTF8.encode(CodePage437.scalar(byte)) ?? UTF8.encodedReplacementCharacter)
        }
        outputGrew(byte)
    }

    /// Output goes out by lines; while the monitor has the terminal it waits, the end of it.
    private func outputGrew(_ byte: UInt8) {
        if monitor != nil, unsent.count > LiveDisplay.heldOutput { unsent.removeFirst(unsent.count / 2) }
        if byte == 0x0A || unsent.count >= 4096 { flushSerial() }
    }

    private static let heldOutput = 1 << 16

    /// Seconds and milliseconds, such as `[   12.345] `.
    private static func stamp(_ nanoseconds: UInt64) -> [UInt8] {
        let milliseconds = String(nanoseconds / 1_000_000 % 1000)
        let seconds = String(nanoseconds / 1_000_000_000)
        let padding = String(repeating: " ", count: max(0, 5 - seconds.utf8.count))
        let zeros = String(repeating: "0", count: 3 - milliseconds.utf8.count)
        return Array("[\(padding)\(seconds).\(zeros)\(milliseconds)] ".utf8)
    }

    private func flushSerial() {
        guard isOpen, monitor == nil, !unsent.isEmpty else { return }
        HostIO.write(unsent, to: STDOUT_FILENO)
        unsent.removeAll(keepingCapacity: true)
    }

    /// A guest that speaks on its serial port while its screen is blank is shown there, until the user chooses.
    private func chooseView(_ machine: Machine) {
        if view == .console {
            if machine.usesScreen { change(to: .screen) }
            return
        }
        guard mayChooseView, hasScreen, !machine.kind.isDOS else { return }
        let wanted: View = machine.screenText.isEmpty && !serial.bytes.isEmpty ? .serial : .screen
        if wanted != view { change(to: wanted) }
    }

    private func change(to view: View) {
        guard hasScreen else { return }
        flushSerial()
        self.view = view
        if view == .screen { enterScreen() }
        redraw()
        guard view == .serial else { return }
        LiveDisplay.send("\u{1B}[0m\u{1B}[2J\u{1B}[1;1H\u{1B}[?25h")
        unsent = serial.bytes
        flushSerial()
    }

    // MARK: Screen

    /// Draws the machine's screen if it changed and the last picture is old enough.
    func show(_ machine: Machine, now: UInt64 = HostClock.now) {
        if vellum_window_changed() != 0 { resize() }
        guard now - lastDrawn >= LiveDisplay.interval else { return }
        lastDrawn = now
        if monitor != nil { return }
        flushSerial()
        chooseView(machine)
        guard view == .screen, machine.screenGeneration != lastGeneration else { return }
        lastGeneration = machine.screenGeneration
        guard let screen = machine.textScreen else { return showPicture(machine, now) }
        pictures?.invalidate()
        var bytes = renderer.render(screen)
        if showsHelp { bytes += help }
        HostIO.write(bytes, to: STDOUT_FILENO)
    }

    private func resize() {
        let size = LiveDisplay.terminalSize
        renderer.rows = size.rows
        renderer.columns = size.columns
        redraw()
    }

    private func redraw() {
        renderer.invalidate()
        pictures?.invalidate()
        lastGeneration = nil
        (lastDrawn, pictureDue) = (0, 0)
    }

    /// Draws the picture of a graphics mode.  Drawing may take a fifth of the time, since the guest stands still meanwhile.
    private func showPicture(_ machine: Machine, _ now: UInt64) {
        guard now >= pictureDue else {
            lastGeneration = nil
            return
        }
        renderer.invalidate()
        let pictures = pictures ?? firstPicture()
        let bytes = pictures.render(
            machine.frame, isSquare: machine.hasSquarePixels, on: LiveDisplay.pictureTerminal)
        HostIO.write(showsHelp ? bytes + help : bytes, to: STDOUT_FILENO)
        pictureDue = now + 5 * (HostClock.now - now)
    }

    /// What the terminal does not tell by its name it is asked.
    private func firstPicture() -> PictureRenderer {
        let pictures = PictureRenderer(environment: PictureRenderer.environment)
        self.pictures = pictures
        if pictures.form == .blocks {
            attributes.expectAnswer()
            LiveDisplay.send(PictureRenderer.question)
        }
        return pictures
    }

    private static var pictureTerminal: PictureRenderer.Terminal {
        var size = winsize()
        let cells = terminalSize
        var terminal = PictureRenderer.Terminal(rows: cells.rows, columns: cells.columns)
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_xpixel > 0, size.ws_ypixel > 0 else {
            return terminal
        }
        terminal.cellWidth = max(1, Int(size.ws_xpixel) / cells.columns)
        terminal.cellHeight = max(1, Int(size.ws_ypixel) / cells.rows)
        return terminal
    }

    private var help: [UInt8] {
        var text = "\u{1B}7\u{1B}[0;7m"
        for (row, line) in EscapeFilter.help.enumerated() {
            text += "\u{1B}[\(row + 2);4H" + line + String(repeating: " ", count: max(0, 66 - line.count))
        }
        return Array((text + "\u{1B}[0m\u{1B}8").utf8)
    }

    // MARK: Keyboard

    /// Takes keys from the terminal to the guest; waits up to `wait` nanoseconds for the first.
    func feed(_ machine: Machine, wait: UInt64) {
        let bytes = input.read(wait: min(wait, LiveDisplay.interval))
        let now = HostClock.now
        if bytes.isEmpty {
            if decoder.isWaiting, now - lastInput >= LiveDisplay.escapeTime { presser.add(decoder.flush()) }
            if !input.isOpen { wantsToQuit = true }
        } else {
            lastInput = now
            take(bytes, machine)
        }
        for event in presser.events(now: now, hasRoom: machine.keyboardHasRoom) { machine.deliver(.key(event)) }
    }

    private func take(_ bytes: [UInt8], _ machine: Machine) {
        let (typed, answer) = attributes.filter(bytes)
        if let answer { pictures?.take(answer: answer) }
        let (guest, commands) = escape.filter(typed)
        if showsHelp {
            showsHelp = false
            redraw()
        }
        for command in commands { obey(command, machine) }
        if monitor != nil { return useMonitor(guest, machine) }
        switch view {
        case .screen: presser.add(decoder.decode(guest))
        case .console:
            presser.add(decoder.decode(guest))
            if breaks.add(guest, now: HostClock.now) { wantsToQuit = true }
        case .serial: machine.sendSerial(guest)
        }
    }

    private func obey(_ command: EscapeFilter.Command, _ machine: Machine) {
        switch command {
        case .quit: wantsToQuit = true
        case .sendBreak: machine.deliver(.serialBreak)
        case .timestamps: stampsSince = stampsSince == nil ? HostClock.now : nil
        case .monitor: monitor == nil ? enterMonitor() : leaveMonitor()
        case .toggle where monitor != nil: leaveMonitor()
        case .help where monitor != nil: LiveDisplay.send("\n" + EscapeFilter.help.joined(separator: "\n") + "\n")
        case .help where view == .screen:
            showsHelp = true
            redraw()
        case .help: LiveDisplay.send("\n" + EscapeFilter.help.joined(separator: "\n") + "\n")
        case .toggle where view == .console: change(to: .screen)
        case .toggle:
            mayChooseView = false
            change(to: view == .screen ? .serial : .screen)
        }
    }

    // MARK: Monitor

    private func enterMonitor() {
        flushSerial()
        monitor = MonitorPrompt()
        LiveDisplay.send(view == .screen ? "\u{1B}[0m\u{1B}[2J\u{1B}[1;1H\u{1B}[?25h" : "\n")
        LiveDisplay.send(MonitorPrompt.prompt)
    }

    private func leaveMonitor() {
        monitor = nil
        if view == .screen { redraw() } else { LiveDisplay.send("\n") }
    }

    private func useMonitor(_ bytes: [UInt8], _ machine: Machine) {
        guard let progress = monitor?.take(bytes) else { return }
        HostIO.write(progress.echo, to: STDOUT_FILENO)
        for line in progress.lines { LiveDisplay.send(answer(line, machine) + MonitorPrompt.prompt) }
    }

    private func answer(_ line: String, _ machine: Machine) -> String {
        switch MonitorCommand(line) {
        case .help where line.allSatisfy(\.isWhitespace): ""
        case .help: MonitorCommand.informationHelp
        case .inspect(let topic): machine.inspect(topic)
        case .showAddresses: "pc: for GDB alone\n"
        case .unknown(let problem): problem + "\n"
        }
    }
}

import CVellumSupport
import Glibc
import VellumMachine

/// The guest's screen in the terminal, and the terminal's keyboard for the guest.
///
/// The terminal is put back whatever ends the process: `close`, a signal, a crash or `exit`.
final class LiveDisplay {
    private(set) var wantsToQuit = false

    private var input = HostInput(STDIN_FILENO)
    private var escape = EscapeFilter()
    private var decoder = KeyDecoder()
    private var presser = KeyPresser()
    private var renderer: ScreenRenderer
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
    init?() {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { return nil }
        let length = UInt32(LiveDisplay.restore.utf8.count)
        guard vellum_terminal_guard(STDIN_FILENO, STDOUT_FILENO, LiveDisplay.restore, length) != 0 else { return nil }
        let size = LiveDisplay.terminalSize
        renderer = ScreenRenderer(rows: size.rows, columns: size.columns)
        LiveDisplay.makeRaw()
        HostIO.write(Array("\u{1B}[?1049h\u{1B}[2J".utf8), to: STDOUT_FILENO)
    }

    deinit { close() }

    /// Gives the terminal back.
    func close() {
        guard isOpen else { return }
        isOpen = false
        vellum_terminal_release()
    }

    private static func makeRaw() {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
        cfmakeraw(&settings)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    private static var terminalSize: (rows: Int, columns: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return (25, 80)
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    // MARK: Screen

    /// Draws the machine's screen if it changed and the last picture is old enough.
    func show(_ machine: Machine, now: UInt64 = HostClock.now) {
        if vellum_window_changed() != 0 { resize() }
        guard now - lastDrawn >= LiveDisplay.interval, machine.screenGeneration != lastGeneration else { return }
        lastDrawn = now
        lastGeneration = machine.screenGeneration
        guard let screen = machine.textScreen else { return showNotice() }
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
        lastGeneration = nil
        lastDrawn = 0
    }

    private func showNotice() {
        renderer.invalidate()
        let text = "\u{1B}[0m\u{1B}[2J\u{1B}[1;1HThe guest is in a graphics mode, which a terminal cannot show."
        HostIO.write(Array(text.utf8), to: STDOUT_FILENO)
    }

    private var help: [UInt8] {
        var text = "\u{1B}7\u{1B}[0;7m"
        for (row, line) in EscapeFilter.help.enumerated() {
            text += "\u{1B}[\(row + 2);4H" + line + String(repeating: " ", count: max(0, 52 - line.count))
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
            take(bytes)
        }
        for event in presser.events(now: now, hasRoom: machine.keyboardHasRoom) { machine.deliver(.key(event)) }
    }

    private func take(_ bytes: [UInt8]) {
        let (guest, commands) = escape.filter(bytes)
        if showsHelp {
            showsHelp = false
            redraw()
        }
        for command in commands {
            switch command {
            case .quit: wantsToQuit = true
            case .help:
                showsHelp = true
                redraw()
            }
        }
        presser.add(decoder.decode(guest))
    }
}

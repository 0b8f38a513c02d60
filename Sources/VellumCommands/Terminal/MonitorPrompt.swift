/// The line that a person types at the monitor's prompt (Ctrl-A c).
struct MonitorPrompt: Equatable {
    static let prompt = "(vellum) "
    /// Longer lines are no commands.
    private static let limit = 200

    private var line: [UInt8] = []

    /// What became of some keys.
    struct Progress: Equatable {
        /// What the terminal is to show of them.
        var echo: [UInt8] = []
        /// Lines that were ended.
        var lines: [String] = []
    }

    /// Takes keys as a terminal sends them: Enter ends the line, Backspace and Ctrl-U edit it.
    mutating func take(_ bytes: some Sequence<UInt8>) -> Progress {
        var progress = Progress()
        for byte in bytes {
            switch byte {
            case 0x0D, 0x0A:
                progress.echo.append(0x0A)
                progress.lines.append(String(decoding: line, as: UTF8.self))
                line = []
            case 0x08, 0x7F: erase(1, &progress)
            case 0x15: erase(line.count, &progress)
            case 0x20...0x7E where line.count < Self.limit:
                line.append(byte)
                progress.echo.append(byte)
            default: break
            }
        }
        return progress
    }

    private mutating func erase(_ count: Int, _ progress: inout Progress) {
        for _ in 0..<min(count, line.count) {
            line.removeLast()
            progress.echo += [0x08, 0x20, 0x08]
        }
    }
}

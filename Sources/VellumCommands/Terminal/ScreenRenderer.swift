import VellumDevices

/// Turns text screens into bytes for a terminal; only what changed is sent again.
struct ScreenRenderer {
    /// The size of the terminal; what does not fit is cut off.
    var rows: Int
    var columns: Int
    private var shown: TextScreen?

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// The terminal shows something else now: everything is drawn again.
    mutating func invalidate() { shown = nil }

    /// The bytes that make the terminal show `screen`; empty when it does already.
    mutating func render(_ screen: TextScreen) -> [UInt8] {
        if let shown, shown == screen { return [] }
        var output = Output()
        let old = shown.flatMap { $0.columns == screen.columns && $0.rows == screen.rows ? $0 : nil }
        output.put("\u{1B}[?25l")
        if old == nil { output.put("\u{1B}[0m\u{1B}[2J") }
        for row in 0..<min(rows, screen.rows) { draw(row, of: screen, over: old, into: &output) }
        placeCursor(screen, &output)
        shown = screen
        return output.bytes
    }

    private func draw(_ row: Int, of screen: TextScreen, over old: TextScreen?, into output: inout Output) {
        // Where the terminal's cursor is; nil when it is elsewhere.
        var at: Int?
        for column in 0..<min(columns, screen.columns) {
            let cell = screen[row, column]
            if let old, old[row, column] == cell, old.blinks == screen.blinks { continue }
            if at != column { output.put("\u{1B}[\(row + 1);\(column + 1)H") }
            output.setStyle(
                foreground: cell.foreground, background: screen.background(cell),
                blinks: screen.blinks && cell.attribute & 0x80 != 0)
            output.put(scalar: CodePage437.scalar(cell.character))
            at = column + 1
        }
    }

    private func placeCursor(_ screen: TextScreen, _ output: inout Output) {
        output.put("\u{1B}[0m")
        guard let cursor = screen.cursor, cursor.row < rows, cursor.column < columns else { return }
        output.put("\u{1B}[\(cursor.row + 1);\(cursor.column + 1)H\u{1B}[?25h")
    }

    /// Bytes with the style that the terminal is in.
    private struct Output {
        var bytes: [UInt8] = []
        private var style: [Int] = []

        mutating func put(_ text: String) { bytes += text.utf8 }

        mutating func put(scalar: Unicode.Scalar) { bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter }

        /// The PC counts blue, green, red; the terminal red, green, blue.
        private static let order = [0, 4, 2, 6, 1, 5, 3, 7]

        mutating func setStyle(foreground: Int, background: Int, blinks: Bool) {
            let wanted = [foreground, background, blinks ? 1 : 0]
            guard wanted != style else { return }
            style = wanted
            let front = (foreground & 8 != 0 ? 90 : 30) + Output.order[foreground & 7]
            let back = (background & 8 != 0 ? 100 : 40) + Output.order[background & 7]
            put("\u{1B}[0;\(blinks ? "5;" : "")\(front);\(back)m")
        }
    }
}

import CChafa
import Glibc
import VellumDevices

/// Turns pictures into bytes for a terminal, by libchafa: in pixels where the terminal has a protocol for them (kitty's,
/// iTerm2's, sixels), else in block characters with as many colours as it has.
final class PictureRenderer {
    /// The terminal: its size in characters, and a character's in pixels.
    struct Terminal: Equatable {
        var rows: Int
        var columns: Int
        var cellWidth = 8
        var cellHeight = 16

        /// The same, with sizes that libchafa can divide by: its sixels are six pixels high.
        fileprivate var usable: Terminal {
            let isReadable = cellWidth >= 4 && cellHeight >= 6 && cellWidth <= 256 && cellHeight <= 256
            return Terminal(
                rows: min(max(rows, 1), 1000), columns: min(max(columns, 1), 1000),
                cellWidth: isReadable ? cellWidth : 8, cellHeight: isReadable ? cellHeight : 16)
        }
    }

    /// How the terminal takes pictures.
    enum Form: Equatable { case blocks, sixels, iterm, kitty }

    /// How many colours characters may have.
    enum Colors: Equatable { case two, sixteen, indexed, all }

    private(set) var form: Form
    let colors: Colors
    private let sequences: OpaquePointer?
    private let symbols: OpaquePointer?
    private var shown: (frame: Frame, terminal: Terminal)?

    /// Asks the terminal what it is; `take(answer:)` understands what it says (DEC VT340, "Primary Device Attributes").
    static let question = "\u{1B}[c"

    /// - Parameter environment: `NAME=VALUE`; tells the terminal by `TERM`, `COLORTERM` and what terminals set besides.
    init(environment: [String]) {
        let database = chafa_term_db_get_default()
        var variables = environment.map { strdup($0) } + [nil]
        let sequences = chafa_term_db_detect(database, &variables)
        for variable in variables { free(variable) }
        self.sequences = sequences
        let forms: [(ChafaTermSeq, Form)] = [
            (CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1, .kitty), (CHAFA_TERM_SEQ_BEGIN_ITERM2_IMAGE, .iterm),
            (CHAFA_TERM_SEQ_BEGIN_SIXELS, .sixels),
        ]
        form = forms.first { chafa_term_info_have_seq(sequences, $0.0) != 0 }?.1 ?? .blocks
        let everything = chafa_term_db_get_fallback_info(database)
        chafa_term_info_supplement(sequences, everything)
        chafa_term_info_unref(everything)
        symbols = chafa_symbol_map_new()
        let tags: [ChafaSymbolTags] = [
            CHAFA_SYMBOL_TAG_SPACE, CHAFA_SYMBOL_TAG_SOLID, CHAFA_SYMBOL_TAG_BLOCK, CHAFA_SYMBOL_TAG_QUAD,
        ]
        for tag in tags { chafa_symbol_map_add_by_tags(symbols, tag) }
        colors = PictureRenderer.colors(environment)
    }

    deinit {
        chafa_term_info_unref(sequences)
        chafa_symbol_map_unref(symbols)
    }

    /// This process's environment.
    static var environment: [String] {
        let variables = g_get_environ()
        defer { g_strfreev(variables) }
        var texts: [String] = []
        while let text = variables?[texts.count] { texts.append(String(cString: text)) }
        return texts
    }

    private static func colors(_ environment: [String]) -> Colors {
        func value(_ name: String) -> String {
            environment.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) } ?? ""
        }
        if ["truecolor", "24bit"].contains(value("COLORTERM")) { return .all }
        let kind = value("TERM")
        if kind.hasSuffix("-direct") || kind == "xterm-kitty" { return .all }
        if kind.hasSuffix("256color") { return .indexed }
        return kind.isEmpty || kind == "dumb" || kind.hasPrefix("vt") ? .two : .sixteen
    }

    /// The terminal's answer to `question`: attribute 4 stands for sixels.
    func take(answer attributes: [Int]) {
        guard form == .blocks, attributes.contains(4) else { return }
        form = .sixels
        invalidate()
    }

    /// The terminal shows something else now: the next picture is sent whatever it is.
    func invalidate() { shown = nil }

    /// The bytes that make the terminal show a picture in its middle; empty when it does already.
    ///
    /// - Parameter isSquare: pixels are as wide as high; else the picture fills a monitor of 4:3.
    func render(_ frame: Frame, isSquare: Bool, on terminal: Terminal) -> [UInt8] {
        let terminal = terminal.usable
        if let shown, shown.frame == frame, shown.terminal == terminal { return [] }
        let isNew = shown?.frame.width != frame.width || shown?.frame.height != frame.height
        let place = place(frame, isSquare, terminal)
        let printed = draw(frame, place)
        var bytes = Array("\u{1B}[?25l".utf8)
        if isNew || shown?.terminal != terminal { bytes += "\u{1B}[0m\u{1B}[2J".utf8 }
        // Pictures of the kitty protocol stay until they are deleted.
        if form == .kitty { bytes += "\u{1B}_Ga=d\u{1B}\\".utf8 }
        if form == .blocks {
            for (row, line) in printed.split(separator: 0x0A).enumerated() {
                bytes += "\u{1B}[\(place.row + row);\(place.column)H".utf8
                bytes += line
            }
            bytes += "\u{1B}[0m".utf8
        } else {
            bytes += "\u{1B}[\(place.row);\(place.column)H".utf8
            bytes += printed
        }
        shown = (frame, terminal)
        return bytes
    }

    /// Where the picture goes, in characters; rows and columns count from 1.
    private struct Place {
        var row: Int
        var column: Int
        var rows: Int
        var columns: Int
        var terminal: Terminal
    }

    private func place(_ frame: Frame, _ isSquare: Bool, _ terminal: Terminal) -> Place {
        // Pixels that end in the last line would scroll the terminal.
        let room = (columns: terminal.columns, rows: max(1, terminal.rows - (form == .blocks ? 0 : 1)))
        var (columns, rows) = (gint(clamping: room.columns), gint(clamping: room.rows))
        let shape = isSquare ? (frame.width, frame.height) : (4, 3)
        chafa_calc_canvas_geometry(
            gint(clamping: shape.0 * 1000), gint(clamping: shape.1 * 1000), &columns, &rows,
            gfloat(terminal.cellWidth) / gfloat(terminal.cellHeight), 1, 0)
        let (wide, high) = (min(max(Int(columns), 1), room.columns), min(max(Int(rows), 1), room.rows))
        return Place(
            row: (room.rows - high) / 2 + 1, column: (room.columns - wide) / 2 + 1, rows: high, columns: wide,
            terminal: terminal)
    }

    private func draw(_ frame: Frame, _ place: Place) -> [UInt8] {
        let settings = chafa_canvas_config_new()
        chafa_canvas_config_set_geometry(settings, gint(place.columns), gint(place.rows))
        chafa_canvas_config_set_cell_geometry(
            settings, gint(place.terminal.cellWidth),
            gint(place.terminal.cellHeight))
        chafa_canvas_config_set_symbol_map(settings, symbols)
        chafa_canvas_config_set_pixel_mode(settings, pixelMode)
        chafa_canvas_config_set_canvas_mode(settings, canvasMode)
        // A screen has no background to be seen through, and its colours are meant.
        chafa_canvas_config_set_preprocessing_enabled(settings, 0)
        chafa_canvas_config_set_work_factor(settings, 0.2)
        let canvas = chafa_canvas_new(settings)
        defer {
            chafa_canvas_unref(canvas)
            chafa_canvas_config_unref(settings)
        }
        frame.pixels.withUnsafeBufferPointer {
            chafa_canvas_draw_all_pixels(
                canvas, CHAFA_PIXEL_RGB8, $0.baseAddress, gint(clamping: frame.width), gint(clamping: frame.height),
                gint(clamping: frame.width * 3))
        }
        guard let text = chafa_canvas_print(canvas, sequences) else { return [] }
        defer { g_string_free(text, 1) }
        let bytes = UnsafeRawBufferPointer(start: text.pointee.str, count: Int(text.pointee.len))
        return Array(bytes)
    }

    private var pixelMode: ChafaPixelMode {
        switch form {
        case .blocks: CHAFA_PIXEL_MODE_SYMBOLS
        case .sixels: CHAFA_PIXEL_MODE_SIXELS
        case .iterm: CHAFA_PIXEL_MODE_ITERM2
        case .kitty: CHAFA_PIXEL_MODE_KITTY
        }
    }

    private var canvasMode: ChafaCanvasMode {
        switch form == .blocks ? colors : .all {
        case .two: CHAFA_CANVAS_MODE_FGBG
        case .sixteen: CHAFA_CANVAS_MODE_INDEXED_16
        case .indexed: CHAFA_CANVAS_MODE_INDEXED_256
        case .all: CHAFA_CANVAS_MODE_TRUECOLOR
        }
    }
}

/// Takes a terminal's answer about its attributes, `ESC [ ? 1 ; 2 c`, out of what a person types.
struct AttributesFilter {
    /// An answer may still come.
    private(set) var isWaiting = false
    private var held: [UInt8] = []

    mutating func expectAnswer() { isWaiting = true }

    /// What was typed, and the attributes when the answer is complete.
    mutating func filter(_ bytes: [UInt8]) -> (typed: [UInt8], answer: [Int]?) {
        guard isWaiting else { return (bytes, nil) }
        var typed: [UInt8] = []
        var answer: [Int]?
        for byte in bytes {
            if answer == nil, continues(byte) {
                held.append(byte)
                guard byte == UInt8(ascii: "c") else { continue }
                answer = String(decoding: held.dropFirst(3).dropLast(), as: UTF8.self).split(separator: ";").compactMap
                { Int($0) }
                held = []
                isWaiting = false
            } else {
                typed += held
                held = []
                if answer == nil, byte == 0x1B { held = [byte] } else { typed.append(byte) }
            }
        }
        // A lone Escape is a key.
        if held.count == 1 || held.count > 64 {
            typed += held
            held = []
        }
        return (typed, answer)
    }

    private func continues(_ byte: UInt8) -> Bool {
        switch held.count {
        case 0: byte == 0x1B
        case 1: byte == UInt8(ascii: "[")
        case 2: byte == UInt8(ascii: "?")
        default: (0x30...0x39).contains(byte) || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "c")
        }
    }
}

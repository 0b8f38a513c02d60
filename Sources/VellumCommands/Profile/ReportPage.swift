import VellumMachine

/// The profile as one page: HTML that needs no network and no other file.
struct ReportPage {
    /// The profile, as JSON.
    var profile: String
    /// What draws the plots; without it the page says what is missing there.
    var plots: PlotLibrary?

    /// The template with everything put in at once, so that nothing that is put in is looked at again.
    var html: String {
        let parts = [
            "STYLE": (plots?.style ?? "") + Self.text(PackageResources.report_css),
            // Markup cannot begin inside the data: JSON has `<` in strings alone.
            "PROFILE": profile.replacing("<", with: "\\u003c"),
            "LIBRARY": plots.map { $0.script.replacing("</script", with: "<\\/script") } ?? "",
            "SCRIPT": Self.text(PackageResources.report_js),
        ]
        var page = ""
        for piece in Self.text(PackageResources.report_html).split(separator: "{{", omittingEmptySubsequences: false) {
            let ends = piece.split(separator: "}}", omittingEmptySubsequences: false)
            guard ends.count == 2, let part = parts[String(ends[0])] else {
                page += piece
                continue
            }
            page += part + ends[1]
        }
        return page
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// dygraphs as Debian's package has it.
struct PlotLibrary {
    static let scriptPath = "/usr/share/javascript/dygraphs/dygraph.min.js"
    private static let stylePath = "/usr/share/javascript/dygraphs/dygraph.min.css"

    var script: String
    var style: String

    init(script: String, style: String) {
        self.script = script
        self.style = style
    }

    /// The library of the host; nil when it is not installed.
    init?() {
        guard let script = Self.text(Self.scriptPath), let style = Self.text(Self.stylePath) else { return nil }
        self.init(script: script, style: style)
    }

    private static func text(_ path: String) -> String? {
        (try? BootImage(path: path, kind: .flat)).map { String(decoding: $0.bytes, as: UTF8.self) }
    }
}

import Foundation
import Testing

/// The page of `vellum profile` in a browser (headless Chromium).
@Suite struct ReportPageTests {
    /// The page of a guest that overwrites its own code.
    private func page(in work: Workspace) throws -> String {
        let process = Process()
        process.executableURL = Guests.root.appendingPathComponent(".build/release/vellum")
        process.arguments = [
            "profile", Guests.root.appendingPathComponent("benchmarks/guests/build/teach/thrash.elf").path, "--out",
            work.path("report"), "--log", "quiet",
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try String(contentsOfFile: work.path("report/report.html"), encoding: .utf8)
    }

    /// The document after its scripts have run, with one of ours at the end.
    private func open(
        _ page: String, then script: String, in work: Workspace
    ) throws -> (document: String, log: String) {
        let changed = page.replacing("</body>", with: "<script>\(script)</script></body>")
        try work.write(changed, "page.html")
        let document = try work.output(
            "sh", "-c",
            "chromium-headless-shell --no-sandbox --disable-gpu --enable-logging=stderr --dump-dom"
                + " --user-data-dir=chromium file://$PWD/page.html 2>log")
        return (document, try String(contentsOfFile: work.path("log"), encoding: .utf8))
    }

    @Test func opensWithoutAnErrorAndNamesTheStoresThatThrash() throws {
        let work = try Workspace()
        let page = try page(in: work)
        let blame = "document.querySelector('#blame tbody tr')"
        let shown = try open(
            page,
            then: "document.body.dataset.blame = \(blame).textContent; \(blame).click();"
                + "document.body.dataset.code = document.querySelector('#detail').textContent;"
                + "document.body.dataset.plots = document.querySelectorAll('#plots canvas').length;",
            in: work)
        #expect(!shown.log.contains("CONSOLE") && !shown.log.contains("Uncaught"), "\(shown.log)")
        func value(_ name: String) throws -> Substring {
            let parts = shown.document.split(separator: "data-\(name)=\"", maxSplits: 1)
            return try #require(parts.last?.split(separator: "\"", maxSplits: 1).first)
        }
        #expect(try value("blame").contains("xor byte ptr [0x") && value("blame").contains("20,000"))
        #expect(try value("code").contains("routine") && value("code").contains("micro-ops"))
        #expect(try Int(value("plots")) ?? 0 >= 7)
    }

    @Test func needsNothingButItself() throws {
        let page = try page(in: Workspace())
        #expect(page.contains("default-src 'none'"))
        for load in ["src=\"http", "href=\"http", "url(http", "@import", "src=\"//"] {
            #expect(!page.contains(load), "\(load)")
        }
    }
}

import Testing

@testable import VellumCommands

@Suite struct ReportPageTests {
    @Test func textOfTheGuestsStaysText() {
        let hostile = #"{"name":"</script><script>alert(1)</script>{{SCRIPT}}{{PROFILE}}"}"#
        let page = ReportPage(profile: hostile, plots: PlotLibrary(script: "var a = '</script>';", style: "")).html
        #expect(!page.contains("<script>alert") && !page.contains("'</script>"))
        #expect(page.contains(#"\u003c/script>\u003cscript>alert(1)\u003c/script>{{SCRIPT}}{{PROFILE}}"#))
        #expect(page.components(separatedBy: "</script>").count == 4)
    }

    @Test func theTemplateIsFilledWithoutTheLibraryToo() {
        let page = ReportPage(profile: "{}", plots: nil).html
        #expect(!page.contains("{{"))
        #expect(page.contains("apt-get install libjs-dygraphs"))
    }
}

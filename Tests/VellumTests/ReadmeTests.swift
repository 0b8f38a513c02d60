import Testing
import Vellum

/// The README's example is `ReadmeExample.swift`, to the letter (a test of the documents compares them); here it runs.
@Suite struct ReadmeTests {
    @Test func theExampleRunsAndIsTold() throws {
        let console = try tryMemoryTester()
        #expect(console.text.contains("Memtest86+"))
    }
}

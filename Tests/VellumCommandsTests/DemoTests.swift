import Testing

@testable import VellumCommands

@Suite struct DemoTests {
    @Test func popfThreeWays() throws {
        #expect(try POPFDemonstration.underVellum() == .init(cpl: 0, interruptFlag: false, calls: 1, trapped: false))
        #expect(try POPFDemonstration.deprivileged() == .init(cpl: 3, interruptFlag: true, calls: 1, trapped: false))
        #expect(POPFDemonstration.architecture(interruptFlag: true, popped: false, cpl: 3, iopl: 0))
        #expect(!POPFDemonstration.architecture(interruptFlag: true, popped: false, cpl: 3, iopl: 3))
    }

    @Test func percentages() {
        #expect(CacheReport.percent(0.99999) == "100.00 %")
        #expect(CacheReport.percent(0.0105) == "1.05 %")
        #expect(CacheReport.percent(.nan) == "0.00 %")
    }
}

import Testing
import VellumExecution
import VellumIA32

@Suite struct SegmentWindowTests {
    @Test func theWindowsAreTheEndOfTheState() {
        #expect(MemoryLayout<GuestVisible>.offset(of: \GuestVisible.windows) == GuestVisible.windowsOffset)
    }
}

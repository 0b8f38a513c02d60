import Testing
import VellumIA32
import VellumMicroOps

@Suite struct PassTests {
    @Test func placeholder() {}
}

import CVellumSupport
import VellumIA32
import VellumMicroOps

extension Interpreter {
    @inline(never)
    func simd(_ ip: UnsafePointer<MicroOp>, _ fragment: FragmentPointer) -> SlowOutcome {
        pending = .invalidOpcode
        return .fault
    }
}

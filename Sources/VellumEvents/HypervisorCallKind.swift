import VellumIA32
import VellumMicroOps

/// A kind of hypervisor call, by the names of the statistics: `popf`, `portIn`, `writeControl`…
public struct HypervisorCallKind: Hashable, Sendable, CustomStringConvertible {
    package let call: HypervisorCall

    package init(_ call: HypervisorCall) { self.call = call }

    private static let names = HypervisorCall.allCases.map(\.name)

    public var name: String { HypervisorCallKind.names[Int(call.rawValue)] }
    public var description: String { name }
    /// A small number: 0 to 63.
    public var number: Int { Int(call.rawValue) }

    /// The instruction is privileged: it traps outside its ring.  The others are sensitive and do not.
    public var isPrivileged: Bool { call.sensitivity == .privileged }
}

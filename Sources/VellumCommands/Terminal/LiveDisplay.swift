import VellumMachine
final class LiveDisplay {
    var wantsToQuit = false
    init?() { return nil }
    func show(_ machine: Machine) {}
    func feed(_ machine: Machine, wait: UInt64) {}
    func close() {}
}

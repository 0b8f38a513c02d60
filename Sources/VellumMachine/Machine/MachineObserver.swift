/// Told of what a machine does, in the order in which it happens.  Every method has an empty default.
public protocol MachineObserver: AnyObject {
    /// The guest sent a byte to its first serial port.
    func machine(_ machine: Machine, didSendSerial byte: UInt8)
    /// The guest's reset line was pulled and the machine starts again.
    func machineWillRestart(_ machine: Machine, because reason: String)
    /// The guest wrote a byte to a debug port (E9h, 402h).
    func machine(_ machine: Machine, didWriteDebug byte: UInt8, port: UInt16)
    /// The guest showed a power-on test code at port 80h.  Told only to those that want to know when they become the
    /// machine's observer: guests write there to pass the time.
    func machine(_ machine: Machine, didShowPostCode code: UInt8)
    var wantsPostCodes: Bool { get }
    /// A DOS program wrote a byte to its console (code page 437).
    func machine(_ machine: Machine, didWriteConsole byte: UInt8)
    /// Something that the user should know: a DOS service that is not there.
    func machine(_ machine: Machine, didNote line: String)
}

extension MachineObserver {
    public func machine(_ machine: Machine, didSendSerial byte: UInt8) {}
    public func machineWillRestart(_ machine: Machine, because reason: String) {}
    public func machine(_ machine: Machine, didWriteDebug byte: UInt8, port: UInt16) {}
    public func machine(_ machine: Machine, didShowPostCode code: UInt8) {}
    public var wantsPostCodes: Bool { false }
    public func machine(_ machine: Machine, didWriteConsole byte: UInt8) {}
    public func machine(_ machine: Machine, didNote line: String) {}
}

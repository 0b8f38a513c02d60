import VellumMachine

/// A file that gets the guest's screen: a picture where its name ends in .png, else text.
struct ScreenFile {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Writes the screen as it is now; one line for a person when that failed.
    func write(_ machine: Machine) -> String? {
        let bytes: [UInt8]? =
            path.hasSuffix(".png") ? Picture(machine.frame).png : Array((machine.screenText + "\n").utf8)
        guard let bytes, HostIO.writeFile(path, bytes) else { return "\(path): the screen cannot be written" }
        return nil
    }
}

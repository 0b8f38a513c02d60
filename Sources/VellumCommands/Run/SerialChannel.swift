import CVellumSupport
import Glibc

/// Where the guest's serial port leads on the host.
struct SerialChannel {
    /// Takes what the guest sends; nil drops it.
    var output: OutputBuffer?
    /// Where the guest's input comes from.
    var input: HostInput?
    /// The name of a pseudo-terminal that was made.
    var terminalName: String?

    /// A message when the target cannot be opened.
    struct Failure: Error, Equatable {
        var message: String
        /// The exit status.
        var status: Int32 = 70
    }

    static func open(_ target: SerialTarget) throws(Failure) -> SerialChannel {
        switch target {
        case .none: return SerialChannel()
        case .stdio: return SerialChannel(output: OutputBuffer(STDOUT_FILENO), input: HostInput(STDIN_FILENO))
        case .file(let path):
            let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw Failure(message: "\(path): cannot be written: \(String(cString: strerror(errno)))")
            }
            return SerialChannel(output: OutputBuffer(descriptor, closes: true))
        case .pty: return try openTerminal()
        }
    }

    private static func openTerminal() throws(Failure) -> SerialChannel {
        var name = [CChar](repeating: 0, count: 128)
        let descriptor = vellum_open_pty(&name, UInt32(name.count))
        guard descriptor >= 0 else {
            throw Failure(message: "no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        let path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return SerialChannel(
            output: OutputBuffer(descriptor, closes: true), input: HostInput(descriptor, survivesErrors: true),
            terminalName: path)
    }
}

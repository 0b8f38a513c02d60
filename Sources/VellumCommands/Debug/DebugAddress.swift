import ArgumentParser

/// Where a debugger may connect: `HOST:PORT`, `:PORT` on this host, or the path of a Unix socket.  QEMU's forms
/// `tcp:HOST:PORT`, `tcp::PORT` and `unix:PATH` mean the same.
enum DebugAddress: ExpressibleByArgument, Equatable {
    case tcp(host: String, port: UInt16)
    case unix(String)

    /// GDB's and QEMU's usual port, for this host alone.
    static let standard = DebugAddress.tcp(host: "127.0.0.1", port: 1234)
    /// What `sockaddr_un` holds, less its final zero (unix(7)).
    static let longestPath = 107

    init?(argument: String) {
        if argument.hasPrefix("unix:") {
            self.init(path: argument.dropFirst(5))
        } else if argument.hasPrefix("tcp:") {
            self.init(endpoint: argument.dropFirst(4))
        } else if argument.contains("/") {
            self.init(path: argument[...])
        } else {
            self.init(endpoint: argument[...])
        }
    }

    private init?(path: Substring) {
        guard !path.isEmpty, path.utf8.count <= DebugAddress.longestPath, !path.utf8.contains(0) else { return nil }
        self = .unix(String(path))
    }

    /// `HOST:PORT`, with an IPv6 address in brackets; no host is this one.
    private init?(endpoint: Substring) {
        guard let colon = endpoint.lastIndex(of: ":"), let port = UInt16(endpoint[endpoint.index(after: colon)...])
        else { return nil }
        var host = endpoint[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        self = .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
    }
}

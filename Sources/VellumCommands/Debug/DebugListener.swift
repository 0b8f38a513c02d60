import Glibc

/// A socket that debuggers connect to, one at a time.
final class DebugListener {
    /// Why it cannot be opened.
    typealias Failure = SerialChannel.Failure

    private let descriptor: Int32
    /// The address as a debugger would be given it, with the port that was chosen.
    let name: String
    /// The file of a Unix socket, which goes with the listener.
    private let path: String?

    init(_ address: DebugAddress) throws(Failure) {
        switch address {
        case .tcp(let host, let port):
            descriptor = try DebugListener.openTCP(host, port)
            let chosen = DebugListener.port(of: descriptor) ?? port
            name = host.contains(":") ? "[\(host)]:\(chosen)" : "\(host):\(chosen)"
            path = nil
        case .unix(let file):
            descriptor = try DebugListener.openUnix(file)
            name = file
            path = file
        }
    }

    deinit {
        close(descriptor)
        if let path { unlink(path) }
    }

    /// A debugger that has connected; waits up to `wait` nanoseconds for one.
    func accept(wait: UInt64) -> DebugConnection? {
        guard DebugConnection.waitInput(descriptor, wait) else { return nil }
        let client = Glibc.accept(descriptor, nil, nil)
        guard client >= 0 else { return nil }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        return DebugConnection(client)
    }

    // MARK: Opening

    private static var reason: String { String(cString: strerror(errno)) }

    private static func openTCP(_ host: String, _ port: UInt16) throws(Failure) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0, let first = list else {
            throw Failure(message: "--gdb \(host):\(port): \(String(cString: gai_strerror(status)))", status: 64)
        }
        defer { freeaddrinfo(first) }
        let socket = Glibc.socket(
            first.pointee.ai_family, first.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
            first.pointee.ai_protocol)
        guard socket >= 0 else { throw Failure(message: "--gdb \(host):\(port): no socket: \(reason)") }
        var one: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0, listen(socket, 1) == 0 else {
            let message = "--gdb \(host):\(port): cannot listen there: \(reason); choose another port"
            close(socket)
            throw Failure(message: message)
        }
        return socket
    }

    private static func port(of socket: Int32) -> UInt16? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
            guard let base = bytes.baseAddress else { return -1 }
            return getsockname(socket, base.assumingMemoryBound(to: sockaddr.self), &length)
        }
        // The port lies at the same place in IPv4's and IPv6's addresses.
        return status == 0 ? withUnsafeBytes(of: &address) { UInt16($0[2]) << 8 | UInt16($0[3]) } : nil
    }

    private static func openUnix(_ path: String) throws(Failure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= DebugAddress.longestPath else {
            throw Failure(message: "--gdb \(path): the path is longer than a socket's may be", status: 64)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let socket = Glibc.socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard socket >= 0 else { throw Failure(message: "--gdb \(path): no socket: \(reason)") }
        removeStaleSocket(path)
        let status = withUnsafeBytes(of: &address) { bytes -> Int32 in
            guard let base = bytes.baseAddress else { return -1 }
            return bind(
                socket, base.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_un>.size))
        }
        guard status == 0, listen(socket, 1) == 0 else {
            let message = "--gdb \(path): cannot listen there: \(reason)"
            close(socket)
            throw Failure(message: message)
        }
        return socket
    }

    /// A run that was killed leaves its socket behind; a file of another kind is not ours to remove.
    private static func removeStaleSocket(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
    }
}

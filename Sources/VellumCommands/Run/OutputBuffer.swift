import Glibc

/// Bytes on their way to a file descriptor: they leave at each newline, when the buffer is full, and when asked.
final class OutputBuffer {
    private let descriptor: Int32
    private let closes: Bool
    private var bytes: [UInt8] = []
    /// Bytes that were ever put in.
    private(set) var count: UInt64 = 0
    private static let capacity = 4096

    /// - Parameter closes: the descriptor is closed with the buffer.
    init(_ descriptor: Int32, closes: Bool = false) {
        self.descriptor = descriptor
        self.closes = closes
        bytes.reserveCapacity(OutputBuffer.capacity)
    }

    deinit {
        flush()
        if closes { close(descriptor) }
    }

    func put(_ byte: UInt8) {
        bytes.append(byte)
        count += 1
        if byte == 0x0A || bytes.count >= OutputBuffer.capacity { flush() }
    }

    func put(_ text: String) {
        for byte in text.utf8 { put(byte) }
    }

    func flush() {
        HostIO.write(bytes, to: descriptor)
        bytes.removeAll(keepingCapacity: true)
    }
}

/// Writing to the host's descriptors.
enum HostIO {
    /// Writes everything, waiting where the descriptor does not wait itself; what cannot be written is lost.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count, let base = buffer.baseAddress {
                let written = Glibc.write(descriptor, base + offset, buffer.count - offset)
                if written > 0 {
                    offset += written
                } else if errno == EAGAIN {
                    waitForSpace(descriptor)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    /// A pipe whose reader is slow: a second at most each time, so that signals are seen.
    private static func waitForSpace(_ descriptor: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, 1000)
    }

    /// One of our own lines on standard error.
    static func report(_ text: String) { write(Array("vellum: \(text)\n".utf8), to: STDERR_FILENO) }

    /// Writes a file, or standard output for "-"; false when that failed.
    static func writeFile(_ path: String, _ text: String) -> Bool { writeFile(path, Array(text.utf8)) }

    /// Writes a file, or standard output for "-"; false when that failed.
    static func writeFile(_ path: String, _ bytes: [UInt8]) -> Bool {
        guard path != "-" else {
            write(bytes, to: STDOUT_FILENO)
            return true
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        write(bytes, to: descriptor)
        return close(descriptor) == 0
    }
}

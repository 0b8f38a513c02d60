import CVellumSupport
import Glibc

/// A debugger's connection: bytes in and out, neither of which ever blocks.
final class DebugConnection {
    private let descriptor: Int32
    private(set) var isOpen = true
    private var unsent: [UInt8] = []
    /// A debugger that asks and does not listen is not heard any more until it does.
    private static let backlog = 1 << 20

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        // Packets are small and each waits for the other side.
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    static func waitInput(_ descriptor: Int32, _ nanoseconds: UInt64) -> Bool {
        vellum_wait_input(descriptor, nanoseconds) != 0
    }

    /// What has come; waits up to `wait` nanoseconds for the first of it.
    func read(wait: UInt64) -> [UInt8] {
        guard isOpen else { return [] }
        guard unsent.count < DebugConnection.backlog else {
            flush(wait: wait)
            return []
        }
        guard DebugConnection.waitInput(descriptor, wait) else { return [] }
        let limit = 1 << 16
        var got = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            got = recv(descriptor, buffer.baseAddress, limit, Int32(MSG_DONTWAIT))
            count = max(0, got)
        }
        if got == 0 || got < 0 && errno != EINTR && errno != EAGAIN { isOpen = false }
        return bytes
    }

    /// Sends as much as the other side takes now, and keeps the rest.
    func send(_ bytes: [UInt8]) {
        unsent += bytes
        flush(wait: 0)
    }

    /// Sends what is left, waiting for room up to `wait` nanoseconds.
    func flush(wait: UInt64) {
        if wait > 0, !unsent.isEmpty {
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&request, 1, Int32(clamping: wait / 1_000_000))
        }
        var sent = 0
        unsent.withUnsafeBytes { buffer in
            while isOpen, sent < buffer.count, let base = buffer.baseAddress {
                let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
                let count = Glibc.send(descriptor, base + sent, buffer.count - sent, flags)
                if count > 0 {
                    sent += count
                } else if errno == EAGAIN {
                    break
                } else if errno != EINTR {
                    isOpen = false
                }
            }
        }
        unsent.removeFirst(sent)
    }
}

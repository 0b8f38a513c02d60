import CVellumSupport
import Glibc

/// Bytes from a descriptor, as they come; never waits longer than it is told.
struct HostInput {
    let descriptor: Int32
    private(set) var isOpen = true

    /// A pseudo-terminal that nobody has open yet gives errors, and may be opened later.
    private let survivesErrors: Bool

    init(_ descriptor: Int32, survivesErrors: Bool = false) {
        self.descriptor = descriptor
        self.survivesErrors = survivesErrors
    }

    /// What is there now, at most `limit` bytes; waits up to `wait` nanoseconds for the first of it.
    mutating func read(limit: Int = 4096, wait: UInt64 = 0) -> [UInt8] {
        guard isOpen, limit > 0 else {
            HostInput.sleep(wait)
            return []
        }
        guard vellum_wait_input(descriptor, wait) != 0 else { return [] }
        return take(limit)
    }

    private mutating func take(_ limit: Int) -> [UInt8] {
        var got = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            got = Glibc.read(descriptor, buffer.baseAddress, limit)
            count = max(0, got)
        }
        let interrupted = got < 0 && (errno == EINTR || errno == EAGAIN)
        if got <= 0, !interrupted, !survivesErrors { isOpen = false }
        return bytes
    }

    /// A signal ends the sleep.
    static func sleep(_ nanoseconds: UInt64) {
        guard nanoseconds > 0 else { return }
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&time, nil)
    }
}

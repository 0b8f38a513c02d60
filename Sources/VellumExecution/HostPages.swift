import Glibc

/// Zeros from the host that cost no memory until they are touched: an anonymous mapping.
package final class HostPages {
    package let bytes: UnsafeMutableRawPointer
    private let size: Int

    /// Nil when the host cannot give the memory.
    package init?(size: Int) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard size > 0, let block = mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0), block != MAP_FAILED else {
            return nil
        }
        bytes = block
        self.size = size
    }

    deinit { munmap(bytes, size) }

    /// Makes all of it zeros again, and gives the host its memory back.
    package func zero() {
        if madvise(bytes, size, MADV_DONTNEED) != 0 { memset(bytes, 0, size) }
    }
}

import Glibc

/// Reading files of the host as images.
package enum HostFile {
    /// Larger files are no images for direct loading.
    package static let maximumSize = 1 << 30

    /// All of a regular file.  Directories, FIFOs and devices are refused, without waiting on them.
    package static func read(_ path: String, limit: Int = maximumSize) throws(ImageError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, reason(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, reason(errno)) }
        try check(status, path, limit)
        let size = Int(status.st_size)
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size, let base = buffer.baseAddress {
                let got = Glibc.read(descriptor, base + count, size - count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard failure == 0 else { throw unreadable(path, reason(failure)) }
        return bytes
    }

    private static func check(_ status: stat, _ path: String, _ limit: Int) throws(ImageError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw unreadable(path, "is a directory, expected an image file")
        case S_IFIFO: throw unreadable(path, "is a FIFO, expected a regular file")
        default: throw unreadable(path, "is not a regular file")
        }
        guard status.st_size <= limit else {
            throw unreadable(path, "has \(status.st_size) bytes, more than the \(limit >> 20) MiB that can be loaded")
        }
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static func unreadable(_ path: String, _ problem: String) -> ImageError {
        ImageError(.unreadable, file: path, problem: problem)
    }
}

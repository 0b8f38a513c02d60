import Glibc

/// An image file on the host: whole sectors at their offsets, and a lock for as long as it is open.
///
/// A write covers whole, aligned sectors.  The kernel copies page by page and stops between pages at most, so a run that
/// is killed leaves each sector old or new.
final class HostBlockFile {
    let path: String
    let size: UInt64
    let isWritable: Bool
    private let descriptor: Int32

    /// Opens a regular file.  One that is written is locked for this program alone; one that is read is locked against
    /// programs that would write it.
    init(_ path: String, writable: Bool) throws(ImageError) {
        let descriptor = open(path, (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unusable(path, errno, writable) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw Self.unusable(path, code, writable)
        }
        guard let size = UInt64(exactly: status.st_size), status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ImageError(
                .unreadable, file: path,
                problem: status.st_mode & S_IFMT == S_IFDIR
                    ? "is a directory, expected a disk image" : "is not a regular file, expected a disk image")
        }
        guard flock(descriptor, (writable ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
            close(descriptor)
            throw ImageError(
                .unreadable, file: path, problem: "is in use by another program",
                advice: writable ? "without --write it can be shared with readers" : "wait until that has ended")
        }
        self.path = path
        self.size = size
        self.isWritable = writable
        self.descriptor = descriptor
    }

    /// The lock goes with the descriptor.
    deinit { close(descriptor) }

    private static func unusable(_ path: String, _ code: Int32, _ writable: Bool) -> ImageError {
        let isProtected = writable && (code == EACCES || code == EROFS || code == EPERM)
        return ImageError(
            .unreadable, file: path, problem: String(cString: strerror(code)),
            advice: isProtected ? "without --write the image need not be writable" : "")
    }

    /// Reads all of `bytes`; false when the file ends before or cannot be read.
    func read(at offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        guard let end = Int64(exactly: offset).map({ $0.addingReportingOverflow(Int64(bytes.count)) }), !end.overflow
        else { return false }
        var done = 0
        while done < bytes.count {
            let count = pread(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    func bytes(at offset: UInt64, count: Int) -> [UInt8]? {
        guard offset <= size, UInt64(count) <= size - offset else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return bytes.withUnsafeMutableBytes { read(at: offset, into: $0) } ? bytes : nil
    }

    /// Writes all of `bytes`; otherwise the reason why not.
    func write(at offset: UInt64, from bytes: UnsafeRawBufferPointer) -> String? {
        guard isWritable, offset <= size, UInt64(bytes.count) <= size - offset else { return "outside the file" }
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(cString: strerror(count < 0 ? errno : EIO)) }
            done += count
        }
        return nil
    }

    /// Everything written lasts; otherwise the reason why not.
    func synchronize() -> String? {
        fdatasync(descriptor) == 0 ? nil : String(cString: strerror(errno))
    }
}

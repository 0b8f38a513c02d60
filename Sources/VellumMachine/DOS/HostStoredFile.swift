import Glibc
import VellumDOS

/// An open file of the host.
final class HostStoredFile: StoredFile {
    private let descriptor: Int32
    /// Where DOS's file sizes end.
    private static let limit = 0xFFFF_FFFF

    /// Opens a regular file, never over a link and without waiting for anything.
    init(in folder: HostFolder, _ host: [UInt8], flags: Int32, mode: mode_t = 0) throws(DOSError) {
        let all = flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        descriptor = HostFolder.withPath(host) { vellumOpen(folder.descriptor, $0, all, mode) }
        guard descriptor >= 0 else { throw HostFolder.error(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            throw .accessDenied
        }
    }

    deinit { Glibc.close(descriptor) }

    var status: stat {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : stat()
    }

    var size: Int { min(Int(status.st_size), Self.limit) }

    var time: DOSTime { HostTime.dos(status.st_mtim.tv_sec) }

    func setTime(_ time: DOSTime) throws(DOSError) {
        let seconds = timespec(tv_sec: HostTime.host(time), tv_nsec: 0)
        var times = (seconds, seconds)
        let result = withUnsafePointer(to: &times) { pointer in
            pointer.withMemoryRebound(to: timespec.self, capacity: 2) { futimens(descriptor, $0) }
        }
        guard result == 0 else { throw .accessDenied }
    }

    func setMode(_ mode: mode_t) -> Bool { fchmod(descriptor, mode) == 0 }

    func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DOSError) -> Int {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let got = pread(descriptor, base + done, bytes.count - done, off_t(offset + done))
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .readFault }
            if got == 0 { break }
            done += got
        }
        return done
    }

    func write(at offset: Int, from bytes: UnsafeRawBufferPointer) throws(DOSError) -> Int {
        let count = min(bytes.count, Self.limit - min(offset, Self.limit))
        var done = 0
        while done < count, let base = bytes.baseAddress {
            let put = pwrite(descriptor, base + done, count - done, off_t(offset + done))
            if put < 0, errno == EINTR { continue }
            // A full disk takes what it can, and is no error.
            if put < 0, errno == ENOSPC || errno == EDQUOT || errno == EFBIG { break }
            guard put >= 0 else { throw errno == EBADF ? .accessDenied : .writeFault }
            if put == 0 { break }
            done += put
        }
        return done
    }

    func resize(to size: Int) throws(DOSError) {
        guard ftruncate(descriptor, off_t(min(size, Self.limit))) == 0 else { throw .accessDenied }
    }

    func commit() throws(DOSError) { _ = fsync(descriptor) }
}

/// The variadic C function with its optional argument.
private func vellumOpen(_ folder: Int32, _ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t) -> Int32 {
    openat(folder, path, flags, mode)
}

/// The host's times as DOS has them: in the host's time zone.
enum HostTime {
    static func dos(_ seconds: Int) -> DOSTime {
        var (time, parts) = (time_t(seconds), tm())
        guard localtime_r(&time, &parts) != nil else { return DOSTime(Moment(year: 1980, month: 1, day: 1)) }
        return DOSTime(
            Moment(
                year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
                hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: min(Int(parts.tm_sec), 59)))
    }

    static func host(_ time: DOSTime) -> Int {
        let moment = time.moment
        var parts = tm()
        parts.tm_year = Int32(moment.year - 1900)
        parts.tm_mon = Int32(moment.month - 1)
        parts.tm_mday = Int32(moment.day)
        parts.tm_hour = Int32(moment.hour)
        parts.tm_min = Int32(moment.minute)
        parts.tm_sec = Int32(moment.second)
        parts.tm_isdst = -1
        return Int(mktime(&parts))
    }
}

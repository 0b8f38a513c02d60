import Glibc
import VellumDOS

/// An open directory of the host.  Names are looked up in it one at a time and links are never followed, so that
/// nothing outside it can be reached.
final class HostFolder {
    let descriptor: Int32

    /// Takes the descriptor over.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    /// What lies here under a name.
    struct Item {
        var host: [UInt8]
        var name: DOSName
        var status: stat

        var isDirectory: Bool { status.st_mode & S_IFMT == S_IFDIR }
    }

    /// A subdirectory.
    func folder(_ host: [UInt8]) throws(DOSError) -> HostFolder {
        let found = HostFolder.withPath(host) {
            openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        guard found >= 0 else { throw .pathNotFound }
        return HostFolder(descriptor: found)
    }

    /// The status of a regular file or directory; nil for anything else, and for what is not there.
    func status(_ host: [UInt8]) -> stat? {
        var status = stat()
        let result = HostFolder.withPath(host) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) }
        guard result == 0, [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { return nil }
        return status
    }

    /// Anything at all has the name.
    func exists(_ host: [UInt8]) -> Bool {
        var status = stat()
        return HostFolder.withPath(host) { fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0
    }

    /// All regular files and directories, by their DOS names.
    func items() throws(DOSError) -> [Item] {
        let hosts = try names()
        var found: [(host: [UInt8], status: stat)] = []
        for host in hosts {
            if let status = status(host) { found.append((host, status)) }
        }
        let names = ShortNames.map(found.map(\.host))
        return zip(found, names).map { Item(host: $0.host, name: $1, status: $0.status) }.sorted { $0.name < $1.name }
    }

    private func names() throws(DOSError) -> [[UInt8]] {
        // A descriptor of its own, since the stream takes it over.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            if copy >= 0 { Glibc.close(copy) }
            throw .accessDenied
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names
    }

    /// When the directory itself was last changed.
    var stamp: [Int] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return [] }
        return [
            Int(status.st_dev), Int(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
            status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
    }

    /// A name as C takes it.  Names come from the directory itself or from DOS names, and have no zeros or slashes.
    static func withPath<T>(_ host: [UInt8], _ body: (UnsafePointer<CChar>) -> T) -> T {
        let path = host.prefix { $0 != 0 && $0 != 0x2F }.map { CChar(bitPattern: $0) } + [0]
        return path.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return body("") }
            return body(start)
        }
    }

    /// DOS's number for the host's.
    static func error(_ code: Int32) -> DOSError {
        switch code {
        case ENOENT: .fileNotFound
        case ENOTDIR, ENAMETOOLONG: .pathNotFound
        case EEXIST: .fileExists
        case EMFILE, ENFILE: .tooManyOpenFiles
        case EXDEV: .notSameDevice
        case EIO: .generalFailure
        default: .accessDenied
        }
    }
}

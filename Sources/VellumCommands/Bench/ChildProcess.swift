import Glibc

/// One run of this program as a process of its own, so that runs share nothing and one that dies takes none along.
struct ChildProcess {
    let pid: pid_t

    /// - Parameters:
    ///   - output: file for its standard output, "/dev/null" for none.
    ///   - errors: file for its standard error.
    init?(_ arguments: [String], output: String, errors: String) {
        var actions = posix_spawn_file_actions_t()
        guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, flags, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = (["vellum"] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var pid: pid_t = 0
        guard posix_spawn(&pid, "/proc/self/exe", &actions, nil, words, environ) == 0 else { return nil }
        self.pid = pid
    }

    /// Waits for any child to end; its process id and exit status, 128 and the number where a signal ended it.
    static func waitForAny() -> (pid: pid_t, status: Int32)? {
        var status: Int32 = 0
        while true {
            let pid = waitpid(-1, &status, 0)
            if pid < 0, errno == EINTR { continue }
            guard pid > 0 else { return nil }
            let signal = status & 0x7F
            return (pid, signal == 0 ? status >> 8 & 0xFF : 128 + signal)
        }
    }
}

/// A directory for what children write, removed with everything in it.
final class ScratchDirectory {
    let path: String

    init?() {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/vellum-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { ScratchDirectory.remove(path, depth: 0) }

    /// Children write files, and directories with files.
    private static func remove(_ path: String, depth: Int) {
        if depth < 4, let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove("\(path)/\(name)", depth: depth + 1) }
            }
            closedir(stream)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

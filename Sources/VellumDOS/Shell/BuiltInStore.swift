/// Drive Z: what DOS has of its own, the command interpreter.
package final class BuiltInStore: FileStore {
    package let isReadOnly = true
    package let label: DOSName? = DOSName(label: Array("VELLUM".utf8))
    package let space: (total: UInt64, free: UInt64) = (1 << 20, 0)
    private let files: [(name: DOSName, bytes: [UInt8])]
    private let time = DOSTime(Moment(year: 1991, month: 6, day: 11, hour: 5))

    init(files: [(name: DOSName, bytes: [UInt8])]) { self.files = files }

    private func find(_ path: [DOSName]) throws(DOSError) -> (name: DOSName, bytes: [UInt8]) {
        guard path.count == 1 else { throw .pathNotFound }
        guard let file = files.first(where: { $0.name == path[0] }) else { throw .fileNotFound }
        return file
    }

    private func entry(_ file: (name: DOSName, bytes: [UInt8])) -> DirectoryEntry {
        DirectoryEntry(
            name: file.name, attributes: [.readOnly, .archive], time: time, size: UInt32(file.bytes.count))
    }

    package func entries(of directory: [DOSName]) throws(DOSError) -> [DirectoryEntry] {
        guard directory.isEmpty else { throw .pathNotFound }
        return files.map(entry)
    }

    package func entry(_ path: [DOSName]) throws(DOSError) -> DirectoryEntry {
        guard !path.isEmpty else {
            return DirectoryEntry(name: .current, attributes: .directory, time: time, size: 0)
        }
        return entry(try find(path))
    }

    package func open(_ path: [DOSName], writing: Bool) throws(DOSError) -> any StoredFile {
        let file = try find(path)
        guard !writing else { throw .accessDenied }
        return MemoryFile(file.bytes, time: time)
    }

    package func create(
        _ path: [DOSName], attributes: FileAttributes, exclusive: Bool
    ) throws(DOSError) -> any StoredFile { throw .accessDenied }
    package func remove(_ path: [DOSName]) throws(DOSError) { throw .accessDenied }
    package func rename(_ path: [DOSName], to target: [DOSName]) throws(DOSError) { throw .accessDenied }
    package func makeDirectory(_ path: [DOSName]) throws(DOSError) { throw .accessDenied }
    package func removeDirectory(_ path: [DOSName]) throws(DOSError) { throw .accessDenied }
    package func setAttributes(_ path: [DOSName], _ attributes: FileAttributes) throws(DOSError) {
        throw .accessDenied
    }
}

/// A file that is nowhere but in memory: built-in ones, and what flows through a pipe.
final class MemoryFile: StoredFile {
    private var bytes: [UInt8]
    private(set) var time: DOSTime
    /// What a pipe may hold.
    private static let limit = 64 << 20

    init(_ bytes: [UInt8] = [], time: DOSTime) {
        self.bytes = bytes
        self.time = time
    }

    var size: Int { bytes.count }

    func setTime(_ time: DOSTime) throws(DOSError) { self.time = time }

    func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(DOSError) -> Int {
        guard offset < bytes.count else { return 0 }
        let part = bytes[offset..<min(bytes.count, offset + target.count)]
        target.copyBytes(from: part)
        return part.count
    }

    func write(at offset: Int, from source: UnsafeRawBufferPointer) throws(DOSError) -> Int {
        let end = offset + source.count
        guard end <= Self.limit else { return 0 }
        if end > bytes.count { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(offset..<end, with: source)
        return source.count
    }

    func resize(to size: Int) throws(DOSError) {
        guard size <= Self.limit else { throw .accessDenied }
        if size < bytes.count {
            bytes.removeLast(bytes.count - size)
        } else {
            bytes += [UInt8](repeating: 0, count: size - bytes.count)
        }
    }

    func commit() throws(DOSError) {}
}

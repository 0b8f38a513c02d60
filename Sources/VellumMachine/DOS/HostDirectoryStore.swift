import Glibc
import VellumDOS

/// A directory of the host as a drive.
package final class HostDirectoryStore: FileStore {
    package let isReadOnly: Bool
    package let label: DOSName? = nil
    private let root: HostFolder
    /// Directories that were read, by their change stamp.
    private var listings: [[Int]: [HostFolder.Item]] = [:]
    /// Attributes that the host has no place for, for the time of the run.
    private var special: [[UInt64]: FileAttributes] = [:]

    /// - Parameter path: may lead over links: it is the user's own.
    package init(path: String, isReadOnly: Bool) throws(ImageError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImageError(
                .unreadable, file: path, problem: "cannot be a drive: \(String(cString: strerror(errno)))")
        }
        root = HostFolder(descriptor: descriptor)
        self.isReadOnly = isReadOnly
    }

    package var space: (total: UInt64, free: UInt64) {
        var status = statvfs()
        guard fstatvfs(root.descriptor, &status) == 0 else { return (0, 0) }
        let unit = UInt64(status.f_frsize)
        return (
            UInt64(status.f_blocks).multipliedReportingOverflow(by: unit).partialValue,
            UInt64(status.f_bavail).multipliedReportingOverflow(by: unit).partialValue
        )
    }

    // MARK: Looking up

    private func folder(_ path: some Sequence<DOSName>) throws(DOSError) -> HostFolder {
        var folder = root
        for name in path {
            guard let item = try find(name, in: folder), item.isDirectory else { throw .pathNotFound }
            folder = try folder.folder(item.host)
        }
        return folder
    }

    /// The file or directory that has a name.  Names in capitals or small letters throughout need no listing.
    private func find(_ name: DOSName, in folder: HostFolder) throws(DOSError) -> HostFolder.Item? {
        if name.bytes.allSatisfy({ $0 < 0x80 }), DeviceKind(name) == nil {
            for spelling in spellings(name) {
                if let status = folder.status(spelling) {
                    return HostFolder.Item(host: spelling, name: name, status: status)
                }
            }
        }
        guard let item = try listing(folder).first(where: { $0.name == name }),
            let status = folder.status(item.host)
        else { return nil }
        return HostFolder.Item(host: item.host, name: name, status: status)
    }

    /// A name in capitals and in small letters.
    private func spellings(_ name: DOSName) -> [[UInt8]] {
        let host = ShortNames.hostName(name)
        return [host, host.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }]
    }

    /// Refuses a name that something has which DOS does not see: a link, a device.
    private func checkFree(_ name: DOSName, in folder: HostFolder) throws(DOSError) {
        for spelling in spellings(name) where folder.exists(spelling) { throw .accessDenied }
    }

    private func listing(_ folder: HostFolder) throws(DOSError) -> [HostFolder.Item] {
        let stamp = folder.stamp
        if let known = listings[stamp] { return known }
        let items = try folder.items()
        if listings.count >= 64 { listings = [:] }
        listings[stamp] = items
        return items
    }

    private func item(_ path: [DOSName]) throws(DOSError) -> (folder: HostFolder, item: HostFolder.Item) {
        guard let name = path.last else { throw .accessDenied }
        let folder = try folder(path.dropLast())
        guard let item = try find(name, in: folder) else { throw .fileNotFound }
        return (folder, item)
    }

    /// The names by which DOS knows a directory of the host's below the root; nil when it cannot be reached.
    func dosPath(_ hosts: [[UInt8]]) -> [DOSName]? {
        var folder = root
        var path: [DOSName] = []
        for host in hosts {
            guard let item = (try? listing(folder))?.first(where: { $0.host == host }), item.isDirectory,
                let next = try? folder.folder(host)
            else { return nil }
            path.append(item.name)
            folder = next
        }
        return path
    }

    /// The name by which DOS knows a file of the host's; nil where that is not seen.
    func dosName(of host: [UInt8], in directory: [DOSName]) -> DOSName? {
        guard let folder = try? folder(directory) else { return nil }
        return (try? listing(folder))?.first { $0.host == host }?.name
    }

    private func key(_ status: stat) -> [UInt64] { [UInt64(status.st_dev), UInt64(status.st_ino)] }

    private func entry(_ item: HostFolder.Item) -> DirectoryEntry {
        let status = item.status
        var attributes = special[key(status)] ?? (item.isDirectory ? [] : .archive)
        if item.isDirectory { attributes.insert(.directory) }
        if status.st_mode & 0o200 == 0 { attributes.insert(.readOnly) }
        if item.host.first == 0x2E { attributes.insert(.hidden) }
        let size = item.isDirectory ? 0 : UInt32(clamping: status.st_size)
        return DirectoryEntry(
            name: item.name, attributes: attributes, time: HostTime.dos(status.st_mtim.tv_sec), size: size)
    }

    package func entries(of directory: [DOSName]) throws(DOSError) -> [DirectoryEntry] {
        let folder = try folder(directory)
        // Sizes and times change without the directory's stamp.
        return try listing(folder).compactMap { item in
            folder.status(item.host).map { entry(HostFolder.Item(host: item.host, name: item.name, status: $0)) }
        }
    }

    package func entry(_ path: [DOSName]) throws(DOSError) -> DirectoryEntry {
        guard !path.isEmpty else {
            return DirectoryEntry(
                name: .current, attributes: .directory, time: HostTime.dos(0), size: 0)
        }
        return entry(try item(path).item)
    }

    // MARK: Files

    package func open(_ path: [DOSName], writing: Bool) throws(DOSError) -> any StoredFile {
        let (folder, item) = try item(path)
        guard !item.isDirectory else { throw .accessDenied }
        return try HostStoredFile(in: folder, item.host, flags: writing ? O_RDWR : O_RDONLY)
    }

    package func create(
        _ path: [DOSName], attributes: FileAttributes, exclusive: Bool
    ) throws(DOSError) -> any StoredFile {
        guard !isReadOnly, let name = path.last else { throw .accessDenied }
        let folder = try folder(path.dropLast())
        let existing = try find(name, in: folder)
        if let existing {
            guard !exclusive else { throw .fileExists }
            guard !existing.isDirectory, existing.status.st_mode & 0o200 != 0 else { throw .accessDenied }
        } else {
            try checkFree(name, in: folder)
        }
        let flags = O_RDWR | (existing == nil ? O_CREAT | O_EXCL : O_TRUNC)
        let mode: mode_t = attributes.contains(.readOnly) ? 0o444 : 0o644
        do throws(DOSError) {
            let file = try HostStoredFile(
                in: folder, existing?.host ?? ShortNames.hostName(name), flags: flags, mode: mode)
            keep(attributes, for: file.status)
            listings = [:]
            return file
        } catch {
            // What DOS does not see may have the name: a link, a device.
            throw error == .fileExists ? .accessDenied : error
        }
    }

    private func keep(_ attributes: FileAttributes, for status: stat) {
        let kept = attributes.intersection([.hidden, .system, .archive])
        special[key(status)] = kept == .archive ? nil : kept
    }

    private func check(_ result: Int32) throws(DOSError) {
        guard result == 0 else { throw HostFolder.error(errno) }
        listings = [:]
    }

    package func remove(_ path: [DOSName]) throws(DOSError) {
        let (folder, item) = try item(path)
        guard !isReadOnly, !item.isDirectory else { throw .accessDenied }
        try check(HostFolder.withPath(item.host) { unlinkat(folder.descriptor, $0, 0) })
    }

    package func rename(_ path: [DOSName], to target: [DOSName]) throws(DOSError) {
        guard !isReadOnly, let name = target.last else { throw .accessDenied }
        let (folder, item) = try item(path)
        let destination = try self.folder(target.dropLast())
        guard try find(name, in: destination) == nil else { throw .accessDenied }
        try checkFree(name, in: destination)
        let host = ShortNames.hostName(name)
        try check(
            HostFolder.withPath(item.host) { source in
                HostFolder.withPath(host) { renameat(folder.descriptor, source, destination.descriptor, $0) }
            })
    }

    // MARK: Directories and attributes

    package func makeDirectory(_ path: [DOSName]) throws(DOSError) {
        guard !isReadOnly, let name = path.last else { throw .accessDenied }
        let folder = try folder(path.dropLast())
        guard try find(name, in: folder) == nil else { throw .accessDenied }
        try checkFree(name, in: folder)
        do throws(DOSError) {
            try check(HostFolder.withPath(ShortNames.hostName(name)) { mkdirat(folder.descriptor, $0, 0o755) })
        } catch {
            throw error == .fileExists ? .accessDenied : error
        }
    }

    package func removeDirectory(_ path: [DOSName]) throws(DOSError) {
        let found: (folder: HostFolder, item: HostFolder.Item)
        do throws(DOSError) { found = try item(path) } catch { throw .pathNotFound }
        guard found.item.isDirectory else { throw .pathNotFound }
        guard !isReadOnly else { throw .accessDenied }
        try check(HostFolder.withPath(found.item.host) { unlinkat(found.folder.descriptor, $0, AT_REMOVEDIR) })
    }

    package func setAttributes(_ path: [DOSName], _ attributes: FileAttributes) throws(DOSError) {
        let (folder, item) = try item(path)
        guard !isReadOnly else { throw .accessDenied }
        keep(attributes, for: item.status)
        guard !item.isDirectory else { return }
        let writable: mode_t = item.status.st_mode & 0o777 | 0o200
        let mode = attributes.contains(.readOnly) ? item.status.st_mode & 0o555 : writable
        guard mode != item.status.st_mode & 0o777 else { return }
        // Over a descriptor, since the file's name may be a link by now.
        let file = try HostStoredFile(in: folder, item.host, flags: O_RDONLY)
        guard file.setMode(mode) else { throw .accessDenied }
    }
}

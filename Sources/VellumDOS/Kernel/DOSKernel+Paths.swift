// Paths: resolution, directories, attributes.
extension DOSKernel {
    /// The longest path that DOS takes, drive and root included.
    private static let longestPath = 67

    func store(_ drive: UInt8) throws(DOSError) -> any FileStore {
        guard Int(drive) < drives.count, let found = drives[Int(drive)] else { throw .pathNotFound }
        return found.store
    }

    func resolve(_ pointer: FarPointer) throws(DOSError) -> DOSPath {
        guard let text = host.readString(pointer, limit: 260) else { throw .pathNotFound }
        return try resolve(text)
    }

    /// A path without wildcards.  It is worked out by its text alone: nothing leads above the root.
    func resolve(_ text: [UInt8]) throws(DOSError) -> DOSPath {
        let (path, last) = try split(text)
        guard let last else { return path }
        guard !last.isEmpty else { throw .pathNotFound }
        guard let name = DOSName(component: last) else { throw .fileNotFound }
        return try checked(DOSPath(drive: path.drive, names: path.names + [name]))
    }

    /// A path whose last component may be a pattern.
    func resolvePattern(_ text: [UInt8]) throws(DOSError) -> (directory: DOSPath, pattern: NamePattern) {
        let (path, last) = try split(text)
        guard let last, let pattern = NamePattern(component: last) else { throw .fileNotFound }
        return (path, pattern)
    }

    private func checked(_ path: DOSPath) throws(DOSError) -> DOSPath {
        guard path.text().count <= Self.longestPath else { throw .pathNotFound }
        return path
    }

    /// The directory, and the last component where that is none of "", "." and "..".
    private func split(_ text: [UInt8]) throws(DOSError) -> (DOSPath, last: [UInt8]?) {
        var rest = text[...]
        var drive = currentDrive
        if rest.count >= 2, rest[rest.startIndex + 1] == 0x3A {
            let letter = DOSName.capital(rest[rest.startIndex])
            guard (0x41...0x5A).contains(letter) else { throw .invalidDrive }
            drive = letter - 0x41
            rest = rest.dropFirst(2)
        }
        guard let found = drives[Int(drive)] else { throw .pathNotFound }
        guard !text.isEmpty else { throw .pathNotFound }
        let isSeparator: (UInt8) -> Bool = { $0 == 0x5C || $0 == 0x2F }
        var path = DOSPath(drive: drive, names: rest.first.map(isSeparator) == true ? [] : found.current)
        let parts = rest.split(whereSeparator: isSeparator).map(Array.init)
        // A trailing separator names a directory, and only the root may be named so.
        if let last = rest.last, isSeparator(last), !parts.isEmpty { throw .pathNotFound }
        for (index, part) in parts.enumerated() {
            if part == [0x2E] { continue }
            if part == [0x2E, 0x2E] {
                guard path.names.popLast() != nil else { throw .pathNotFound }
                continue
            }
            if index == parts.count - 1 { return (try checked(path), part) }
            guard let name = DOSName(component: part) else { throw .pathNotFound }
            path.names.append(name)
        }
        return (try checked(path), nil)
    }

    func pathService(_ registers: inout ServiceRegisters) throws(DOSError) -> ServiceOutcome {
        switch registers.ah {
        case 0x39: try makeDirectory(registers.dsdx)
        case 0x3A: try removeDirectory(registers.dsdx)
        case 0x3B: try changeDirectory(registers.dsdx)
        case 0x41: try deleteFile(registers.dsdx)
        case 0x43: try attributes(&registers)
        case 0x47: try currentDirectory(registers)
        case 0x4E: try findFirst(registers)
        case 0x4F: try findNext()
        case 0x56: try rename(registers)
        default:
            guard let text = host.readString(registers.dssi, limit: 128) else { throw .pathNotFound }
            host.writeBytes(registers.esdi, try canonical(text) + [0])
        }
        registers.carry = false
        return .done
    }

    // MARK: Directories

    private func makeDirectory(_ pointer: FarPointer) throws(DOSError) {
        let path = try resolve(pointer)
        guard try device(path) == nil, !path.names.isEmpty else { throw .accessDenied }
        try writableStore(path.drive).makeDirectory(path.names)
    }

    private func removeDirectory(_ pointer: FarPointer) throws(DOSError) {
        let path = try resolve(pointer)
        guard !path.names.isEmpty else { throw .accessDenied }
        if drives[Int(path.drive)]?.current.starts(with: path.names) == true { throw .currentDirectory }
        try writableStore(path.drive).removeDirectory(path.names)
    }

    func changeDirectory(_ pointer: FarPointer) throws(DOSError) {
        guard let text = host.readString(pointer, limit: 128) else { throw .pathNotFound }
        try changeDirectory(text)
    }

    func changeDirectory(_ text: [UInt8]) throws(DOSError) {
        let path = try resolve(text)
        if !path.names.isEmpty {
            let found: DirectoryEntry
            do throws(DOSError) { found = try store(path.drive).entry(path.names) } catch { throw .pathNotFound }
            guard found.attributes.contains(.directory) else { throw .pathNotFound }
        }
        drives[Int(path.drive)]?.current = path.names
    }

    /// AH=47h: without drive and first backslash.
    private func currentDirectory(_ registers: ServiceRegisters) throws(DOSError) {
        let drive = registers.dl == 0 ? currentDrive : registers.dl - 1
        guard Int(drive) < drives.count, let found = drives[Int(drive)] else { throw .invalidDrive }
        host.writeBytes(registers.dssi, Array(found.current.map(\.text).joined(separator: [0x5C])) + [0])
    }

    func writableStore(_ drive: UInt8) throws(DOSError) -> any FileStore {
        let found = try store(drive)
        guard !found.isReadOnly else { throw .accessDenied }
        return found
    }

    // MARK: Files

    private func deleteFile(_ pointer: FarPointer) throws(DOSError) { try delete(try resolve(pointer)) }

    func delete(_ path: DOSPath) throws(DOSError) {
        guard try device(path) == nil else { throw .accessDenied }
        let entry = try store(path.drive).entry(path.names)
        guard entry.attributes.isDisjoint(with: [.directory, .readOnly]) else { throw .accessDenied }
        try writableStore(path.drive).remove(path.names)
    }

    private func attributes(_ registers: inout ServiceRegisters) throws(DOSError) {
        let path = try resolve(registers.dsdx)
        guard try device(path) == nil else { throw .fileNotFound }
        let entry = try store(path.drive).entry(path.names)
        switch registers.al {
        case 0:
            registers.cx = UInt16(entry.attributes.rawValue)
            registers.ax = registers.cx
        case 1:
            let wanted = FileAttributes(rawValue: UInt8(truncatingIfNeeded: registers.cx))
            guard wanted.isDisjoint(with: [.volume, .directory]) || entry.attributes.contains(.directory) else {
                throw .accessDenied
            }
            try writableStore(path.drive).setAttributes(
                path.names, wanted.intersection([.readOnly, .hidden, .system, .archive]))
        default: throw .invalidFunction
        }
    }

    private func rename(_ registers: ServiceRegisters) throws(DOSError) {
        let (source, target) = (try resolve(registers.dsdx), try resolve(registers.esdi))
        try rename(source, to: target)
    }

    func rename(_ source: DOSPath, to target: DOSPath) throws(DOSError) {
        guard source.drive == target.drive else { throw .notSameDevice }
        guard try device(source) == nil, try device(target) == nil else { throw .accessDenied }
        guard !source.names.isEmpty, !target.names.isEmpty else { throw .accessDenied }
        if drives[Int(source.drive)]?.current.starts(with: source.names) == true { throw .currentDirectory }
        guard !target.names.starts(with: source.names) || target == source else { throw .accessDenied }
        try writableStore(source.drive).rename(source.names, to: target.names)
    }

    /// AH=60h: the full path of a name that need not exist; patterns stay.
    private func canonical(_ text: [UInt8]) throws(DOSError) -> [UInt8] {
        let (path, last) = try split(text)
        guard let last else { return path.text() }
        guard let pattern = NamePattern(component: last) else { throw .pathNotFound }
        if let name = DOSName(padded: pattern.bytes), let kind = DeviceKind(name), path.names.isEmpty {
            return [0x41 + path.drive, 0x3A, 0x2F] + Array(kind.rawValue.utf8)
        }
        let (base, suffix) = (pattern.bytes[..<8].prefix { $0 != 0x20 }, pattern.bytes[8...].prefix { $0 != 0x20 })
        let name = suffix.isEmpty ? Array(base) : base + [0x2E] + suffix
        return path.text() + (path.names.isEmpty ? [] : [0x5C]) + name
    }
}

/// Searches that are under way.  The state of each lies in the program's transfer area as a number; what was found
/// stays here, so that deletions between two steps change nothing.
struct SearchTable {
    struct Search {
        var process: UInt16
        var entries: [DirectoryEntry]
        var next = 0
    }

    private var searches: [UInt32: Search] = [:]
    private var lastKey: UInt32 = 0
    /// Abandoned searches are never told of: the oldest go.
    private static let limit = 256

    mutating func add(_ entries: [DirectoryEntry], process: UInt16) -> UInt32 {
        lastKey &+= 1
        searches[lastKey] = Search(process: process, entries: entries)
        if searches.count > Self.limit, let oldest = searches.keys.min() { searches[oldest] = nil }
        return lastKey
    }

    mutating func next(_ key: UInt32) -> DirectoryEntry? {
        guard let search = searches[key] else { return nil }
        guard search.next < search.entries.count else {
            searches[key] = nil
            return nil
        }
        searches[key]?.next += 1
        return search.entries[search.next]
    }

    mutating func forget(_ process: UInt16) { searches = searches.filter { $0.value.process != process } }
}

extension DOSKernel {
    /// AH=4Eh.
    func findFirst(_ registers: ServiceRegisters) throws(DOSError) {
        guard let text = host.readString(registers.dsdx, limit: 260) else { throw .pathNotFound }
        let wanted = FileAttributes(rawValue: UInt8(truncatingIfNeeded: registers.cx))
        let (directory, pattern) = try resolvePattern(text)
        let entries = try matches(directory, pattern, wanted)
        guard let first = entries.first else { throw pattern.isWild ? .noMoreFiles : .fileNotFound }
        let key = searches.add(Array(entries.dropFirst()), process: psp)
        let area = transferArea
        host.writeBytes(area, [directory.drive + 1] + pattern.bytes + [wanted.rawValue])
        host.writeLong(area.advanced(by: 0x0D).linear, key)
        host.writeLong(area.advanced(by: 0x11).linear, Self.searchMark)
        write(first, to: area)
    }

    /// Tells a search of ours from what else may lie in a transfer area.
    private static let searchMark: UInt32 = 0x5645_4C53

    /// AH=4Fh.
    func findNext() throws(DOSError) {
        let area = transferArea
        guard host.readLong(area.advanced(by: 0x11).linear) == Self.searchMark,
            let entry = searches.next(host.readLong(area.advanced(by: 0x0D).linear))
        else { throw .noMoreFiles }
        write(entry, to: area)
    }

    private func write(_ entry: DirectoryEntry, to area: FarPointer) {
        var bytes: [UInt8] = [entry.attributes.rawValue]
        for word in [entry.time.time, entry.time.date] {
            bytes += [UInt8(truncatingIfNeeded: word), UInt8(word >> 8)]
        }
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: entry.size >> ($0 * 8)) }
        let text = entry.name == .current || entry.name == .parent ? entry.name.base : entry.name.text
        bytes += text + [UInt8](repeating: 0, count: 13 - text.count)
        host.writeBytes(area.advanced(by: 0x15), bytes)
    }

    /// What a pattern and the attributes asked for find: hidden, system and directory entries only where asked for; a
    /// volume label alone where only that is asked for.
    func matches(
        _ directory: DOSPath, _ pattern: NamePattern, _ wanted: FileAttributes
    ) throws(DOSError) -> [DirectoryEntry] {
        if !pattern.isWild, let name = DOSName(padded: pattern.bytes), let kind = DeviceKind(name) {
            let device = DOSName(label: Array(kind.rawValue.utf8))
            return [DirectoryEntry(name: device, attributes: [], time: DOSTime(moment), size: 0)]
        }
        let store = try store(directory.drive)
        if !directory.names.isEmpty {
            let parent: DirectoryEntry
            do throws(DOSError) { parent = try store.entry(directory.names) } catch { throw .pathNotFound }
            guard parent.attributes.contains(.directory) else { throw .pathNotFound }
        }
        let label = volumeEntry(store, directory)
        if wanted == .volume { return label.filter { pattern.matches($0.name) } }
        let special = FileAttributes([.hidden, .system, .directory])
        var all = wanted.contains(.volume) ? label : []
        if !directory.names.isEmpty { all += dots }
        all += try store.entries(of: directory.names)
        return all.filter { entry in
            pattern.matches(entry.name) && entry.attributes.intersection(special).isSubset(of: wanted)
        }
    }

    private func volumeEntry(_ store: any FileStore, _ directory: DOSPath) -> [DirectoryEntry] {
        guard directory.names.isEmpty, let label = store.label else { return [] }
        return [DirectoryEntry(name: label, attributes: .volume, time: DOSTime(moment), size: 0)]
    }

    private var dots: [DirectoryEntry] {
        [DOSName.current, .parent].map {
            DirectoryEntry(name: $0, attributes: .directory, time: DOSTime(moment), size: 0)
        }
    }
}

/// A drive's contents as DOS sees them.  Paths are lists of names from the root, without drive, "." and "..".
package protocol FileStore: AnyObject {
    /// Nothing can be changed.
    var isReadOnly: Bool { get }
    /// The volume's label; nil for none.
    var label: DOSName? { get }
    /// Bytes altogether and bytes free.
    var space: (total: UInt64, free: UInt64) { get }
    /// What a directory holds, in an order that is the same on every run; without "." and "..".
    func entries(of directory: [DOSName]) throws(DOSError) -> [DirectoryEntry]
    func entry(_ path: [DOSName]) throws(DOSError) -> DirectoryEntry
    func open(_ path: [DOSName], writing: Bool) throws(DOSError) -> any StoredFile
    /// Makes a file, or cuts one that is there to nothing unless `exclusive`.
    func create(_ path: [DOSName], attributes: FileAttributes, exclusive: Bool) throws(DOSError) -> any StoredFile
    func remove(_ path: [DOSName]) throws(DOSError)
    func rename(_ path: [DOSName], to target: [DOSName]) throws(DOSError)
    func makeDirectory(_ path: [DOSName]) throws(DOSError)
    func removeDirectory(_ path: [DOSName]) throws(DOSError)
    func setAttributes(_ path: [DOSName], _ attributes: FileAttributes) throws(DOSError)
}

/// An open file.
package protocol StoredFile: AnyObject {
    var size: Int { get }
    /// When it was last written.
    var time: DOSTime { get }
    func setTime(_ time: DOSTime) throws(DOSError)
    /// Bytes from a place on; fewer at the end.
    func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(DOSError) -> Int
    /// How many bytes were written: fewer when there is no more room.
    func write(at offset: Int, from bytes: UnsafeRawBufferPointer) throws(DOSError) -> Int
    func resize(to size: Int) throws(DOSError)
    /// Makes what was written last.
    func commit() throws(DOSError)
}

extension StoredFile {
    func read(at offset: Int, count: Int) throws(DOSError) -> [UInt8] {
        var failure: DOSError?
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, got in
            do throws(DOSError) {
                got = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func write(at offset: Int, _ bytes: [UInt8]) throws(DOSError) -> Int {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(DOSError) in try write(at: offset, from: buffer) }
        }
        return try result.get()
    }
}

/// 64 KiB for what is on its way between files and memory.
final class TransferBuffer {
    private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 0x10000, alignment: 16)

    deinit { bytes.deallocate() }

    func prefix(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: bytes[..<min(max(0, count), bytes.count)])
    }
}

/// A file's attributes (MS-DOS Programmer's Reference, function 43h).
package struct FileAttributes: OptionSet, Equatable, Hashable, Codable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let readOnly = FileAttributes(rawValue: 0x01)
    package static let hidden = FileAttributes(rawValue: 0x02)
    package static let system = FileAttributes(rawValue: 0x04)
    package static let volume = FileAttributes(rawValue: 0x08)
    package static let directory = FileAttributes(rawValue: 0x10)
    package static let archive = FileAttributes(rawValue: 0x20)
}

/// A file or directory as a directory lists it.
package struct DirectoryEntry: Equatable, Sendable {
    package var name: DOSName
    package var attributes: FileAttributes
    package var time: DOSTime
    package var size: UInt32

    package init(name: DOSName, attributes: FileAttributes, time: DOSTime, size: UInt32) {
        self.name = name
        self.attributes = attributes
        self.time = time
        self.size = size
    }
}

/// Date and time of day in the form of a directory entry: two-second steps from 1980 to 2107.
package struct DOSTime: Equatable, Hashable, Codable, Sendable {
    package var date: UInt16
    package var time: UInt16

    package init(date: UInt16, time: UInt16) {
        self.date = date
        self.time = time
    }

    package init(_ moment: Moment) {
        let year = min(max(moment.year, 1980), 2107)
        date = UInt16((year - 1980) << 9 | moment.month << 5 | moment.day)
        time = UInt16(moment.hour << 11 | moment.minute << 5 | moment.second / 2)
    }

    /// The moment that this names; fields out of range are brought into it.
    package var moment: Moment {
        Moment(
            year: 1980 + Int(date >> 9), month: min(max(Int(date >> 5 & 15), 1), 12), day: max(Int(date & 31), 1),
            hour: min(Int(time >> 11), 23), minute: min(Int(time >> 5 & 63), 59), second: min(Int(time & 31) * 2, 59))
    }
}

/// The sectors that an image file or an array of bytes stands for.
protocol ImageSource: AnyObject {
    var sectorCount: UInt64 { get }
    /// Writes reach the image itself.
    var isWritable: Bool { get }
    /// Reads whole sectors inside the image; false when they cannot be read.
    func read(sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool
    /// Writes whole sectors inside the image; otherwise the reason why not.
    func write(sector: UInt64, from bytes: UnsafeRawBufferPointer) -> String?
    /// Makes writes last; otherwise the reason why not.
    func flush() -> String?
}

extension ImageSource {
    var isWritable: Bool { false }
    func write(sector: UInt64, from bytes: UnsafeRawBufferPointer) -> String? { "the image is read-only" }
    func flush() -> String? { nil }
}

/// Bytes that are the sectors themselves: raw images and fixed VHDs.  Behind the file's end there are zeros.
final class RawSource: ImageSource {
    private let file: HostBlockFile
    /// Bytes of the file that are sectors.
    private let length: UInt64
    let sectorCount: UInt64

    /// - Parameter sectorCount: what the drive shows; at least as much as the file has.
    init(_ file: HostBlockFile, length: UInt64, sectorCount: UInt64) {
        self.file = file
        self.length = length
        self.sectorCount = sectorCount
    }

    var isWritable: Bool { file.isWritable }

    func read(sector: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        let start = min(sector << 9, length)
        let count = Int(min(UInt64(bytes.count), length - start))
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).initializeMemory(as: UInt8.self, repeating: 0)
        return file.read(at: start, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]))
    }

    func write(sector: UInt64, from bytes: UnsafeRawBufferPointer) -> String? {
        file.write(at: sector << 9, from: bytes)
    }

    func flush() -> String? { file.synchronize() }
}

/// An image that is in memory.
final class MemorySource: ImageSource {
    private let bytes: [UInt8]
    let sectorCount: UInt64

    init(_ bytes: [UInt8], sectorCount: UInt64) {
        self.bytes = bytes
        self.sectorCount = sectorCount
    }

    func read(sector: UInt64, into target: UnsafeMutableRawBufferPointer) -> Bool {
        let start = Int(clamping: min(sector << 9, UInt64(bytes.count)))
        let count = min(target.count, bytes.count - start)
        bytes.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: target[..<count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
        }
        UnsafeMutableRawBufferPointer(rebasing: target[count...]).initializeMemory(as: UInt8.self, repeating: 0)
        return true
    }
}

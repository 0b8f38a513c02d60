import Glibc

/// The display adapter's memory.  Each 32-bit word is one address of the four planes, byte n being plane n; as the
/// linear frame buffer shows it, it is bytes in order.
///
/// It is an anonymous mapping, so that what the guest never touches costs no memory, and starts at a page, so that page
/// frames can show it.
package final class VideoMemory {
    /// Bytes.
    package static let size = 16 << 20
    static let pageSize = 4096

    package let bytes: UnsafeMutableRawPointer
    let words: UnsafeMutablePointer<UInt32>
    private let isMapped: Bool

    init() {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        if let block = mmap(nil, Self.size, PROT_READ | PROT_WRITE, flags, -1, 0), block != MAP_FAILED {
            (bytes, isMapped) = (block, true)
        } else {
            bytes = .allocate(byteCount: Self.size, alignment: Self.pageSize)
            isMapped = false
            bytes.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        }
        words = bytes.bindMemory(to: UInt32.self, capacity: Self.size / 4)
    }

    deinit {
        if isMapped { munmap(bytes, Self.size) } else { bytes.deallocate() }
    }

    /// Zeros the first `count` bytes; all of them gives the host its memory back.
    func clear(_ count: Int = VideoMemory.size) {
        if isMapped, count == Self.size, madvise(bytes, Self.size, MADV_DONTNEED) == 0 { return }
        memset(bytes, 0, min(max(count, 0), Self.size))
    }

    // MARK: State

    /// A page that is not all zero.
    struct Page: Codable, Equatable, Sendable {
        var number: Int
        var bytes: [UInt8]

        var isWellFormed: Bool {
            bytes.count == VideoMemory.pageSize && (0..<VideoMemory.size / VideoMemory.pageSize).contains(number)
        }
    }

    var pages: [Page] {
        get {
            (0..<Self.size / Self.pageSize).compactMap { number in
                let page = UnsafeRawBufferPointer(start: bytes + number * Self.pageSize, count: Self.pageSize)
                let isUsed = page.bindMemory(to: UInt64.self).contains { $0 != 0 }
                return isUsed ? Page(number: number, bytes: Array(page)) : nil
            }
        }
        set {
            clear()
            for page in newValue where page.isWellFormed {
                page.bytes.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(start: bytes + page.number * Self.pageSize, count: Self.pageSize)
                        .copyMemory(from: $0)
                }
            }
        }
    }
}

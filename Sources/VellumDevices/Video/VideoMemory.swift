/// The display adapter's memory.  Each 32-bit word is one address of the four planes, byte n being plane n; as the
/// linear frame buffer shows it, it is bytes in order.
///
/// It starts at a page, so that page frames can show it.
package final class VideoMemory {
    /// Bytes.
    package static let size = 16 << 20
    static let pageSize = 4096

    package let bytes: UnsafeMutableRawPointer
    let words: UnsafeMutablePointer<UInt32>
    /// Zeros all of memory that somebody else gave.
    private let zero: (() -> Void)?

    /// Memory of its own, all of it resident.
    package init() {
        bytes = .allocate(byteCount: Self.size, alignment: Self.pageSize)
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        words = bytes.bindMemory(to: UInt32.self, capacity: Self.size / 4)
        zero = nil
    }

    /// Memory that costs nothing until it is touched.
    ///
    /// - Parameters:
    ///   - bytes: `size` zeros from a page's start on; they live as long as `zero`.
    ///   - zero: makes them zeros again, and gives the host its memory back.
    package init(bytes: UnsafeMutableRawPointer, zero: @escaping () -> Void) {
        self.bytes = bytes
        words = bytes.bindMemory(to: UInt32.self, capacity: Self.size / 4)
        self.zero = zero
    }

    deinit { if zero == nil { bytes.deallocate() } }

    /// Zeros the first `count` bytes.
    func clear(_ count: Int = VideoMemory.size) {
        if let zero, count == Self.size { return zero() }
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: min(max(count, 0), Self.size))
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

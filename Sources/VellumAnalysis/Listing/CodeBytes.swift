import VellumTranslation

/// Guest code from an array, as the translator wants it; every page can be fetched as far as the bytes go.
final class CodeBytes: CodeSource {
    private let bytes: UnsafeMutableRawBufferPointer
    private let count: Int
    private let start: UInt32

    /// - Parameter start: linear address of the first byte.
    init(_ code: some Collection<UInt8>, at start: UInt32) {
        bytes = .allocate(byteCount: max(1, code.count), alignment: 1)
        bytes.copyBytes(from: code)
        count = code.count
        self.start = start
    }

    deinit { bytes.deallocate() }

    func codeBytes(at linear: UInt32) -> UnsafeRawBufferPointer? {
        rest(at: linear, atMost: Int(0x1000 - linear & 0xFFF))
    }

    func straddlingBytes(at linear: UInt32) -> [UInt8] { rest(at: linear, atMost: 15).map { Array($0) } ?? [] }

    private func rest(at linear: UInt32, atMost length: Int) -> UnsafeRawBufferPointer? {
        let offset = Int(linear &- start)
        guard offset < count else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<min(count, offset + length)])
    }
}

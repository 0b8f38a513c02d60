/// The code on one frame: which bytes are translated, and the fragments that hold them.
final class CodePage {
    /// The bytes that a fragment has on the page.
    private struct Piece {
        let fragment: FragmentPointer
        let bytes: Range<UInt32>
    }

    private var pieces: [Piece] = []
    /// Stores have killed fragments here: what is translated from now on is made to be patched.
    var changesItself = false
    /// Stores since the last change that touched no code.
    var idleStores = 0
    /// A bit for each byte that some piece holds.
    let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: 64)

    init() { bits.initialize(repeating: 0, count: 64) }

    deinit { bits.deallocate() }

    var isEmpty: Bool { pieces.isEmpty }

    /// The fragments, each as often as it has pieces here.
    var fragments: [FragmentPointer] { pieces.map(\.fragment) }

    func add(_ fragment: FragmentPointer, _ offset: UInt32, _ length: UInt32) {
        let bytes = CodePage.bytes(offset, length)
        pieces.append(Piece(fragment: fragment, bytes: bytes))
        mark(bytes)
        idleStores = 0
    }

    func overlaps(_ offset: UInt32, _ length: UInt32) -> Bool {
        let bytes = CodePage.bytes(offset, length)
        return CodePage.words(bytes).contains { bits[$0] & CodePage.mask(bytes, $0) != 0 }
    }

    /// Adds the fragments with bytes in the range to a list.
    func collect(_ offset: UInt32, _ length: UInt32, into list: inout [FragmentPointer]) {
        let bytes = CodePage.bytes(offset, length)
        for piece in pieces where piece.bytes.overlaps(bytes) { list.append(piece.fragment) }
    }

    /// Takes a fragment out; bytes that no other holds are free again.
    func remove(_ fragment: FragmentPointer) {
        idleStores = 0
        var index = 0
        var hull: Range<UInt32>?
        while index < pieces.count {
            let piece = pieces[index]
            guard piece.fragment == fragment else {
                index += 1
                continue
            }
            pieces[index] = pieces[pieces.count - 1]
            pieces.removeLast()
            for word in CodePage.words(piece.bytes) { bits[word] &= ~CodePage.mask(piece.bytes, word) }
            let (low, high) = (piece.bytes.lowerBound, piece.bytes.upperBound)
            hull = hull.map { min($0.lowerBound, low)..<max($0.upperBound, high) } ?? piece.bytes
        }
        guard let hull else { return }
        for piece in pieces where piece.bytes.overlaps(hull) { mark(piece.bytes) }
    }

    private func mark(_ bytes: Range<UInt32>) {
        for word in CodePage.words(bytes) { bits[word] |= CodePage.mask(bytes, word) }
    }

    private static func bytes(_ offset: UInt32, _ length: UInt32) -> Range<UInt32> {
        let start = min(offset, 4096)
        return start..<start + min(length, 4096 - start)
    }

    /// The words of `bits` that a range lies in.
    private static func words(_ bytes: Range<UInt32>) -> Range<Int> {
        Int(bytes.lowerBound >> 6)..<Int((bytes.upperBound + 63) >> 6)
    }

    /// The bits of one word that belong to a range that reaches into it.
    private static func mask(_ bytes: Range<UInt32>, _ word: Int) -> UInt64 {
        let first = UInt32(word) << 6
        let low = max(bytes.lowerBound, first) - first
        let high = min(bytes.upperBound, first + 64) - first
        return UInt64.max << UInt64(low) & UInt64.max >> UInt64(64 - high)
    }
}

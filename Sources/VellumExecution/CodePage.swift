/// The code on one frame: which bytes are translated, and the fragments that hold them.
final class CodePage {
    var fragments: [FragmentPointer] = []
    /// Stores since the last change that touched no code.
    var idleStores = 0
    private var bits = [UInt64](repeating: 0, count: 64)

    func mark(_ offset: UInt32, _ length: UInt32) {
        idleStores = 0
        for byte in offset..<min(offset + length, 4096) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
    }

    func overlaps(_ offset: UInt32, _ length: UInt32) -> Bool {
        for byte in offset..<min(offset &+ length, 4096) where bits[Int(byte >> 6)] >> UInt64(byte & 63) & 1 != 0 {
            return true
        }
        return false
    }

    /// Takes a fragment out and rebuilds the bytes; `frame` is the page's own number.
    func remove(_ fragment: FragmentPointer, frame: UInt32) {
        fragments.removeAll { $0 == fragment }
        idleStores = 0
        for word in bits.indices { bits[word] = 0 }
        for other in fragments {
            for (start, length) in other.ranges where start >> 12 == frame { mark(start & 0xFFF, length) }
        }
    }
}

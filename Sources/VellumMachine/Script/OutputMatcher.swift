/// Looks for text in what a guest sends, each byte of which can be found once.
struct OutputMatcher {
    /// What is kept at most: bytes that no wait looked at for so long are forgotten.
    private static let limit = 1 << 20

    private var bytes: [UInt8] = []
    /// Where the search for the pattern at hand goes on.
    private var searched = 0

    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
        if bytes.count >= OutputMatcher.limit * 2 { forget(bytes.count - OutputMatcher.limit) }
    }

    /// Forgets the first bytes.
    private mutating func forget(_ count: Int) {
        bytes.removeFirst(count)
        searched = max(0, searched - count)
    }

    /// Another pattern is looked for from now on.
    mutating func restart() { searched = 0 }

    /// True, with everything up to its end taken, when the pattern is there.
    mutating func take(_ pattern: [UInt8]) -> Bool {
        guard let first = pattern.first else { return true }
        var place = searched
        while place + pattern.count <= bytes.count {
            if bytes[place] == first, bytes[place..<place + pattern.count].elementsEqual(pattern) {
                forget(place + pattern.count)
                searched = 0
                return true
            }
            place += 1
        }
        searched = place
        return false
    }
}

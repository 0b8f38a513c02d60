import VellumEvents

/// The sequence of entries, kept for being replayed against other caches: the first so many words of it.
///
/// Beside the words of the event stream's log stand words of its own: fragments that a write killed, and the cache being
/// emptied from outside.
struct EntryRecording {
    static let killed: UInt32 = 5 << 28
    static let emptied: UInt32 = 6 << 28

    private(set) var words: [UInt32] = []
    let capacity: Int
    private(set) var isComplete = true
    /// Instructions that had retired when it was full.
    private(set) var end: UInt64 = 0
    /// The run that was recorded evicted fragments itself.
    private(set) var hadEvictions = false
    private(set) var hadKills = false

    init(capacity: Int) { self.capacity = max(capacity, 0) }

    mutating func add(_ batch: UnsafeBufferPointer<EntryWord>, at instructions: UInt64) {
        guard isComplete else { return }
        guard words.count + batch.count <= capacity else {
            isComplete = false
            return
        }
        for word in batch where word.rawValue & ~EntryWord.number != EntryWord.called { words.append(word.rawValue) }
        end = instructions
    }

    mutating func kill(_ fragment: FragmentID) {
        hadKills = true
        if isComplete { words.append(EntryRecording.killed | fragment.number & EntryWord.number) }
    }

    mutating func noteEvictions() { hadEvictions = true }

    mutating func empty() { if isComplete { words.append(EntryRecording.emptied) } }
}

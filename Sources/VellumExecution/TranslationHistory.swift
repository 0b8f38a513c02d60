import VellumEvents

/// What has been in the cache before, and why it left: so that each miss has a reason.
struct TranslationHistory {
    private struct Past {
        var serial: UInt32
        var fate: TranslationCause
    }

    private var past: [FragmentKey: Past] = [:]
    /// Places, physical address and EIP, that have been translated at full length.
    private var places: Set<UInt64> = []
    /// A guest that makes code without end must not fill the host's memory; past this number new places are not
    /// remembered.
    private static let capacity = 1 << 22

    private func place(_ key: FragmentKey) -> UInt64 { UInt64(key.physical) << 32 | UInt64(key.eip) }

    /// Why a fragment that is not in the cache must be made, and which one was there before it.
    func cause(of key: FragmentKey, isSingle: Bool) -> (TranslationCause, previous: UInt32?) {
        if let past = past[key] { return (past.fate, past.serial) }
        if isSingle { return (.singleInstruction, nil) }
        return (places.contains(place(key)) ? .modeChange : .firstSeen, nil)
    }

    mutating func inserted(_ key: FragmentKey, _ serial: UInt32, isSingle: Bool) {
        guard past.count < TranslationHistory.capacity || past[key] != nil else { return }
        past[key] = Past(serial: serial, fate: .evicted)
        if !isSingle { places.insert(place(key)) }
    }

    mutating func removed(_ key: FragmentKey, _ fate: TranslationCause) {
        if let index = past.index(forKey: key) { past.values[index].fate = fate }
    }
}

import VellumEvents

/// Which instruction's writes killed the fragments of which place.
struct Blame {
    var writer: CodeWrite.Writer
    /// Linear address and EIP of the instruction; first physical and linear address that it wrote.
    var instruction: UInt32
    var eip: UInt32
    var physical: UInt32
    var linear: UInt32?
    /// The place that lost its fragment, as a number of `PlaceTable`.
    var victim: Int
    var kills: UInt64 = 0
    /// Operands of it that were changed in place instead.
    var patches: UInt64 = 0
    /// What it cost: fragments and guest instructions that were translated again.
    var retranslations: UInt64 = 0
    var retranslatedInstructions: UInt64 = 0
}

/// All blame of a run.
struct BlameTable {
    private struct Key: Hashable {
        var instruction: UInt32
        var writer: CodeWrite.Writer
        var victim: Int
    }

    private var table = RecentTable<Key, Blame>()
    var entries: [Blame] { table.items.map(\.value) }
    /// Writes to pages with code that touched none of it, by instruction.
    let spurious = CountTable()
    private var killer: [FragmentID: Int] = [:]
    /// A guest that writes from ever new places must not fill the host's memory.
    private static let capacity = 1 << 16

    mutating func killed(_ fragment: FragmentID, place: Int, by write: CodeWrite) {
        guard let number = number(of: write, victim: place) else { return }
        table.update(number) { $0.kills += 1 }
        killer[fragment] = number
    }

    mutating func patched(place: Int, by write: CodeWrite) {
        if let number = number(of: write, victim: place) { table.update(number) { $0.patches += 1 } }
    }

    /// The entry of a writer and a victim; nil when there are too many.
    private mutating func number(of write: CodeWrite, victim place: Int) -> Int? {
        let key = Key(instruction: write.instruction, writer: write.writer, victim: place)
        let digest = write.instruction &+ UInt32(truncatingIfNeeded: place)
        if let known = table.number(key, digest: digest) { return known }
        guard table.items.count < BlameTable.capacity else { return nil }
        table.append(
            key,
            Blame(
                writer: write.writer, instruction: write.instruction, eip: write.eip, physical: write.physical,
                linear: write.linear, victim: place))
        return table.items.count - 1
    }

    /// A fragment was made; where it had been invalidated, that is a cost of who did it.
    mutating func translated(_ fragment: FragmentDescription) {
        guard fragment.cause == .invalidated, let previous = fragment.previous,
            let number = killer.removeValue(forKey: previous)
        else { return }
        table.update(number) {
            $0.retranslations += 1
            $0.retranslatedInstructions += UInt64(fragment.instructions)
        }
    }

    mutating func missed(_ write: CodeWrite) { spurious.add(UInt64(write.instruction)) }
}

import VellumEvents
import VellumIA32

/// Exceptions by vector, place and error code, each explained when it is met first.
struct FaultTable {
    struct Key: Hashable, Comparable {
        var vector: UInt8
        var cpl: UInt8
        var linear: UInt32
        var errorCode: UInt32

        private var order: [UInt32] { [UInt32(vector), linear, errorCode, UInt32(cpl)] }
        static func < (a: Key, b: Key) -> Bool { a.order.lexicographicallyPrecedes(b.order) }
    }

    struct Entry {
        var count: UInt64 = 0
        var explanation: FaultExplanation
        var firstInstruction: UInt64
        /// A page fault's first address.
        var address: UInt32
    }

    private var entries = RecentTable<Key, Entry>()
    /// Faults at places that were too many to be listed.
    private(set) var unlisted: UInt64 = 0
    private static let capacity = 4096

    mutating func add(_ fault: FaultEvent, _ moment: Moment, _ explainer: FaultExplainer) {
        let linear = explainer.state[.cs].base &+ moment.eip
        // Page faults are as many as pages: their addresses are no part of the key.
        let key = Key(vector: fault.vector, cpl: moment.cpl, linear: linear, errorCode: fault.errorCode)
        if let number = entries.number(key, digest: linear) {
            entries.update(number) { $0.count += 1 }
        } else if entries.items.count < FaultTable.capacity {
            entries.append(
                key,
                Entry(
                    count: 1, explanation: explainer.explain(fault, at: moment),
                    firstInstruction: moment.instructions, address: fault.address))
        } else {
            unlisted += 1
        }
    }

    var sorted: [(key: Key, value: Entry)] { entries.items.sorted { $0.key < $1.key } }
}

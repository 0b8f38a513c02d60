/// Accesses that a debugger wants to hear of.
package struct ObservedRange: Hashable, Sendable {
    /// First linear address.
    package var address: UInt32
    /// Bytes, at least one; the range does not wrap.
    package var length: UInt32
    package var onRead: Bool
    package var onWrite: Bool

    package init(address: UInt32, length: UInt32, onRead: Bool, onWrite: Bool) {
        self.address = address
        self.length = max(1, min(length, UInt32.max - address))
        self.onRead = onRead
        self.onWrite = onWrite
    }

    fileprivate var last: UInt32 { address &+ (length &- 1) }
}

/// An access that met such a range.
package struct MemoryObservation: Equatable, Sendable {
    package var range: ObservedRange
    package var isWrite: Bool
}

extension SoftMMU {
    /// Sets what a debugger watches.  Nothing is flushed: a page walk more or less could be seen in accessed bits, and
    /// by a guest that relies on a stale translation.  Only the fast path is taken away, or given back.
    package func observe(_ list: [ObservedRange]) {
        guard list != observed else { return }
        observed = list
        observation = nil
        isWatching = !watchpoints.isEmpty || !observed.isEmpty
        for tlb in [supervisor, user] {
            for index in 0..<TLB.entryCount where !tlb.details[index].isEmpty {
                let detail = tlb.details[index]
                tlb.entries[index] = fastEntry(page: detail.tag, physical: detail.physical, writable: detail.writable)
            }
        }
    }

    /// What the soft TLB holds for a privilege, in the order of its slots.
    package func contents(user isUser: Bool) -> [TLBRecord] {
        let tlb = isUser ? user : supervisor
        return (0..<TLB.entryCount).filter { !tlb.details[$0].isEmpty }.map { index in
            let (detail, entry) = (tlb.details[index], tlb.entries[index])
            return TLBRecord(
                page: detail.tag, physical: detail.physical, isWritable: detail.writable, isGlobal: detail.global,
                readsFast: entry.readTag == detail.tag, writesFast: entry.writeTag == detail.tag)
        }
    }

    /// The page has something that must be compared: reads of it, or writes.
    func isObserved(page: UInt32, reads: Bool) -> Bool {
        observed.contains { range in
            (reads ? range.onRead : range.onWrite) && range.address & ~0xFFF <= page && page <= range.last
        }
    }

    /// Keeps the first observation, and ends the fragment after the instruction.
    func noteObserved(_ linear: UInt32, _ width: Int, write: Bool) {
        let last = UInt64(linear) + UInt64(width) - 1
        for range in observed where write ? range.onWrite : range.onRead {
            guard UInt64(linear) <= UInt64(range.last), UInt64(range.address) <= last else { continue }
            if observation == nil { observation = MemoryObservation(range: range, isWrite: write) }
            cpu.pointee.engine.endRequested = true
        }
    }
}

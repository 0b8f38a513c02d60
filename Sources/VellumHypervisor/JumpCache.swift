import VellumExecution

/// Recent answers to "which fragment is at this EIP", valid for one TLB epoch and one context.
struct JumpCache {
    private struct Entry {
        var eip: UInt32
        var context: UInt32
        var epoch: UInt64
        var fragment: FragmentPointer?
    }

    private static let count = 4096
    private let entries: UnsafeMutablePointer<Entry>

    init() {
        entries = .allocate(capacity: JumpCache.count)
        entries.initialize(
            repeating: Entry(eip: 0, context: 0, epoch: 0, fragment: nil), count: JumpCache.count)
    }

    private func entry(_ eip: UInt32) -> UnsafeMutablePointer<Entry> {
        entries + Int((eip ^ eip >> 12) & UInt32(JumpCache.count - 1))
    }

    @inline(__always)
    func find(eip: UInt32, context: UInt32, epoch: UInt64) -> FragmentPointer? {
        let entry = entry(eip)
        guard entry.pointee.eip == eip, entry.pointee.context == context, entry.pointee.epoch == epoch else {
            return nil
        }
        return entry.pointee.fragment
    }

    func insert(_ fragment: FragmentPointer, eip: UInt32, context: UInt32, epoch: UInt64) {
        entry(eip).pointee = Entry(eip: eip, context: context, epoch: epoch, fragment: fragment)
    }

    func clear() {
        for index in 0..<JumpCache.count { entries[index].fragment = nil }
    }
}

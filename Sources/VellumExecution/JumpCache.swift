/// Recent answers to "which fragment is at this EIP".
///
/// An entry is valid while its stamp is the current one; the stamp changes with the context, with every TLB flush and
/// with every fragment that is dropped, so that nothing ever has to be searched for and taken out.
package struct JumpCache {
    package struct Entry {
        var stamp: UInt64
        var eip: UInt32
        var fragment: FragmentPointer?
    }

    static var count: Int { @inline(__always) get { 4096 } }
    let entries: UnsafeMutablePointer<Entry>

    package init() {
        entries = .allocate(capacity: JumpCache.count)
        entries.initialize(repeating: Entry(stamp: 0, eip: 0, fragment: nil), count: JumpCache.count)
    }

    @inline(__always)
    func entry(_ eip: UInt32) -> UnsafeMutablePointer<Entry> {
        entries + Int((eip ^ eip &>> 12) & UInt32(JumpCache.count - 1))
    }

    @inline(__always)
    package func find(eip: UInt32, stamp: UInt64) -> FragmentPointer? {
        let entry = entry(eip)
        return entry.pointee.stamp == stamp && entry.pointee.eip == eip ? entry.pointee.fragment : nil
    }

    package func insert(_ fragment: FragmentPointer, eip: UInt32, stamp: UInt64) {
        entry(eip).pointee = Entry(stamp: stamp, eip: eip, fragment: fragment)
    }

    package func deallocate() { entries.deallocate() }
}

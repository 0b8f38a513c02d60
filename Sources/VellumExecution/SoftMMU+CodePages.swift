import VellumIA32
import VellumMicroOps

/// Which bytes of a frame are translated, a bit for each.
struct CodeBits {
    let frame: UInt32
    let bits: UnsafePointer<UInt64>

    /// Whether 1 to 4 bytes at an address of the frame, all within it, touch none of them.
    @inline(__always) func isClear(_ physical: UInt32, _ width: UInt32) -> Bool {
        let first = Int(physical & 0xFFF)
        let last = first &+ Int(width) &- 1
        let low = bits[first &>> 6] &>> UInt64(truncatingIfNeeded: first & 63)
        // A second word only where the bytes reach into it.
        let high = last &>> 6 == first &>> 6 ? 0 : bits[last &>> 6] &<< UInt64(truncatingIfNeeded: 64 &- first & 63)
        return (low | high) & ((1 &<< UInt64(width)) &- 1) == 0
    }
}

/// Data on pages that hold code as well: programs whose code and data are a few kilobytes, DOS programs above all, live
/// on such pages alone.  The TLB's fast half lets no store through there.
extension SoftMMU {
    /// The entry under which such a page may be read without further ado and written by its rights, or nil.
    @inline(__always)
    private func plainEntry(_ linear: UInt32, _ width: UInt32, _ isUser: Bool) -> (TLBEntry, TLBDetail)? {
        guard !(isUser && alignmentArmed), !isWatching else { return nil }
        let tlb = isUser ? user : supervisor
        let index = TLB.index(linear)
        let (entry, detail) = (tlb.entries[index], tlb.details[index])
        guard entry.readTag == TLB.tag(UInt(linear), width), detail.tag == entry.readTag, detail.writable else {
            return nil
        }
        return (entry, detail)
    }

    /// Reads what the instruction is going to write; nil for the slow way.
    @inline(__always)
    func readForUpdate(_ linear: UInt32, _ width: UInt32, _ isUser: Bool) -> UInt32? {
        guard let (entry, _) = plainEntry(linear, width, isUser),
            let host = UnsafeRawPointer(bitPattern: entry.addend &+ UInt(linear))
        else { return nil }
        return SoftMMU.load(host, Int(width))
    }

    /// Stores beside the code of the page that was last stored to like this; false for the slow way, nothing done.
    @inline(__always)
    func storeBesideCode(_ linear: UInt32, _ value: UInt32, _ width: UInt32, _ isUser: Bool) -> Bool {
        guard let code = besideCode, let (entry, detail) = plainEntry(linear, width, isUser),
            detail.physical &>> 12 == code.frame, !events.wants(.removals),
            memory.kind(frame: code.frame) == .ram, code.isClear(linear, width),
            let host = UnsafeMutableRawPointer(bitPattern: entry.addend &+ UInt(linear))
        else { return false }
        storesBesideCode &+= 1
        SoftMMU.store(host, value, Int(width))
        return true
    }
}

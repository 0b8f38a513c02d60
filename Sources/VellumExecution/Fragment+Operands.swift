import VellumIA32
import VellumMicroOps

extension UnsafeMutablePointer where Pointee == Fragment {
    /// Changes the operands that a store will change, which is about to write `value` to a page at `host`; false where
    /// that is not all that the fragment made of the bytes, and the fragment must go.
    ///
    /// A fragment may be patched while it runs: like the processor, it goes on with what is written now.
    func patch(_ host: UnsafeMutableRawPointer, _ physical: UInt32, _ value: UInt32, _ width: Int) -> Bool {
        // A fragment of two pages does not know which of them this is.
        guard pointee.secondPage == Fragment.noPage, physical >= pointee.physical else { return false }
        let offset = physical - pointee.physical
        var isPatched = false
        for index in 0..<Int(pointee.operandCount) where pointee.operands[index].contains(offset, UInt32(width)) {
            let site = pointee.operands[index]
            // The field as it will be: the bytes in memory, with the store's among them.
            let field = pointee.physical &+ UInt32(site.offset)
            let before = SoftMMU.load(host + Int(field & 0xFFF), site.format.size)
            let operation = UnsafeMutablePointer<MicroOp>(mutating: operations) + Int(site.operation)
            guard operation.pointee.value(of: site.kind) == site.format.extended(before) else { return false }
            let shift = (physical - field) * 8
            let mask = (UInt32.max >> UInt32(32 - width * 8)) << shift
            let after = site.format.extended(before & ~mask | value << shift & mask)
            switch site.kind {
            case .immediate: operation.pointee.immediate = after
            case .displacement: operation.pointee.displacement = after
            }
            isPatched = true
        }
        return isPatched
    }
}

import VellumIA32
import VellumMicroOps

/// A translated unit in the cache: one block of memory with this header, its micro-ops and its instruction offsets.
package struct Fragment {
    /// Instructions charged on entry: all of the unit, a faulting last one included.
    package var count: Int64
    /// Entries, by whatever way, that `TranslationCache.settle` has not taken in yet.
    package var entries: UInt64 = 0
    /// Direct links: taken, not taken.
    package var link0: FragmentPointer?
    package var link1: FragmentPointer?
    /// Where the links lead, as EIP.
    package var target0: UInt32
    package var target1: UInt32
    package var eip: UInt32
    /// Linear address of the first byte, and the unit's length in bytes.
    package var linear: UInt32
    package var byteCount: UInt32
    /// Physical address of the first byte.
    package var physical: UInt32
    /// Physical address of the second page's first byte for a unit that straddles, else `noPage`.
    package var secondPage: UInt32
    /// Number of the interned (mode, code base, code limit).
    package var context: UInt32
    /// The instruction limit that it was translated under; 0 for the usual one.
    package var limit: UInt32
    package var isValid: Bool
    /// Paging was off: the linear address is the physical one, and links may cross pages.
    package var isUnpaged: Bool
    /// `count` + 1 offsets from the first byte.
    package var offsets: UnsafeMutablePointer<UInt16>
    package var operationCount: UInt32
    /// Immediates and displacements that can be changed in place.
    var operands: UnsafeMutablePointer<OperandSite>
    var operandCount: UInt32
    /// Size of the block in bytes.
    package var blockBytes: UInt32
    /// Links that lead here: a list through `nextIncoming` of their owners, slot number in bit 0.
    package var incoming: UInt
    package var nextIncoming0: UInt
    package var nextIncoming1: UInt

    /// 1, 2, 3… in the order in which fragments were made.
    package var serial: UInt32
    /// Why it was made (a `TranslationCause`); zero once it has been entered.
    package var freshCause: UInt8
    /// The next fragment in the same chain of the cache's table.
    var nextInTable: FragmentPointer?

    package static let noPage: UInt32 = 1
    /// Where the micro-ops start in the block.
    static var headerBytes: Int { @inline(__always) get { (MemoryLayout<Fragment>.stride + 15) & ~15 } }
}

package typealias FragmentPointer = UnsafeMutablePointer<Fragment>

extension UnsafeMutablePointer where Pointee == Fragment {
    /// The fragment's micro-ops, the terminal last.
    @inline(__always) package var operations: UnsafePointer<MicroOp> {
        (UnsafeRawPointer(self) + Fragment.headerBytes).assumingMemoryBound(to: MicroOp.self)
    }

    /// EIP of the fragment's instruction `index`; of the next one after it for `index` = count.
    @inline(__always) package func eip(ofInstruction index: UInt8) -> UInt32 {
        pointee.eip &+ UInt32(pointee.offsets[Int(index)])
    }

    /// Copies a unit into one new block, behind a probe where entries are watched.  The probe does not count as size: a
    /// cache that is watched must do what it does unwatched.
    package static func make(_ unit: TranslatedUnit, probe: MicroOp? = nil) -> FragmentPointer {
        let probes = probe == nil ? 0 : 1
        let operationBytes = (unit.operations.count + probes) * MemoryLayout<MicroOp>.stride
        let offsetBytes = unit.offsets.count * 2
        let total =
            Fragment.headerBytes + operationBytes + offsetBytes
            + unit.operands.count * MemoryLayout<OperandSite>.stride
        let block = UnsafeMutableRawPointer.allocate(byteCount: total, alignment: 16)
        let operations = (block + Fragment.headerBytes).bindMemory(
            to: MicroOp.self, capacity: unit.operations.count + probes)
        let offsets = (block + Fragment.headerBytes + operationBytes).bindMemory(
            to: UInt16.self, capacity: unit.offsets.count)
        let operands = (block + Fragment.headerBytes + operationBytes + offsetBytes).bindMemory(
            to: OperandSite.self, capacity: unit.operands.count)
        for (index, operation) in unit.operations.enumerated() {
            (operations + (index + probes)).initialize(to: operation)
        }
        if let probe { operations.initialize(to: probe) }
        for (index, offset) in unit.offsets.enumerated() { (offsets + index).initialize(to: offset) }
        for (index, site) in unit.operands.enumerated() {
            (operands + index).initialize(to: site)
            operands[index].operation += UInt16(probes)
        }
        let fragment = block.bindMemory(to: Fragment.self, capacity: 1)
        fragment.initialize(
            to: Fragment(
                count: Int64(unit.instructionCount), link0: nil, link1: nil,
                target0: unit.targets.0, target1: unit.targets.1, eip: 0, linear: 0, byteCount: UInt32(unit.byteCount),
                physical: 0, secondPage: Fragment.noPage, context: 0, limit: 0, isValid: true, isUnpaged: false,
                offsets: offsets, operationCount: UInt32(unit.operations.count + probes),
                operands: operands, operandCount: UInt32(unit.operands.count),
                blockBytes: UInt32(total - probes * MemoryLayout<MicroOp>.stride), incoming: 0, nextIncoming0: 0,
                nextIncoming1: 0, serial: 0, freshCause: 0, nextInTable: nil))
        return fragment
    }
}

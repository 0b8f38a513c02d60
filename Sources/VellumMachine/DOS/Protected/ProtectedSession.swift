import VellumDOS
import VellumIA32

/// A selector and an offset in it.
struct ProtectedPointer: Equatable {
    var selector: UInt16
    var offset: UInt32
}

/// What the host keeps for one program in protected mode.
final class ProtectedSession {
    /// The program's PSP.
    let process: UInt16
    /// Operands, stacks and frames are of 32 bits.
    let is32: Bool
    /// The block of extended memory with the descriptor tables, by handle and address.
    let tables: (handle: UInt16, base: UInt32)
    /// The paragraphs that the program gave for stacks.
    let area: UInt16
    /// The environment's segment, which the program sees as a selector.
    var environment: UInt16 = 0

    /// Entries of the LDT that are in use.
    var descriptors = Set<Int>()
    /// Handlers of interrupts, where the program has set one, and of exceptions.
    var vectors: [UInt8: ProtectedPointer] = [:]
    var exceptionHandlers: [UInt8: ProtectedPointer] = [:]
    /// Real-mode vectors that lead into protected mode, and where they led before.
    var hooked: [UInt8: FarPointer] = [:]
    var callbacks: [Int: Callback] = [:]
    /// Selectors of DOS memory by their segment.
    var lowBlocks: [UInt16: (segment: UInt16, count: Int)] = [:]
    /// Handles of extended memory.
    var blocks = Set<UInt16>()
    /// Selectors that function 0002h has made, by segment.
    var segments: [UInt16: UInt16] = [:]
    var lockedSelector: UInt16 = 0
    /// Where the locked stack is free from, downwards.
    var lockedTop: UInt32 = 0

    struct Callback {
        var procedure: ProtectedPointer
        var structure: ProtectedPointer
        /// For the real-mode stack.
        var stackSelector: UInt16
    }

    init(process: UInt16, is32: Bool, tables: (handle: UInt16, base: UInt32), area: UInt16) {
        self.process = process
        self.is32 = is32
        self.tables = tables
        self.area = area
    }

    // MARK: Where things are

    static let gdtOffset: UInt32 = 0, idtOffset: UInt32 = 0x100, tssOffset: UInt32 = 0x900, stackTop: UInt32 = 0x1000
    static let ldtOffset: UInt32 = 0x1000
    static let ldtEntries = 8192
    /// Bytes of the block of tables.
    static let tableBytes: UInt32 = ldtOffset + UInt32(ldtEntries) * 8
    /// Paragraphs that a program gives: slices of real-mode stack, and the locked stack behind them.
    static let areaParagraphs: UInt16 = 0x400
    static let sliceBytes: UInt32 = 0x400
    static let slices = 8
    static let lockedBytes: UInt32 = 0x2000

    var ldt: UInt32 { tables.base + Self.ldtOffset }

    // MARK: The GDT

    static let gateSelector: UInt16 = 0x08, dataSelector: UInt16 = 0x10, taskSelector: UInt16 = 0x18
    static let ldtSelector: UInt16 = 0x20
    /// The stubs' segment as the program sees it.
    static let stubSelector: UInt16 = 0x2B
    /// The BIOS's data, where programs expect it.
    static let biosSelector: UInt16 = 0x43

    /// The selector of an LDT entry.
    static func selector(_ index: Int) -> UInt16 { UInt16(truncatingIfNeeded: index << 3 | 7) }

    /// The LDT entry of a selector that the program may use; nil for others.
    func index(_ selector: UInt16) -> Int? {
        let index = Int(selector >> 3)
        return selector & 4 != 0 && descriptors.contains(index) ? index : nil
    }
}

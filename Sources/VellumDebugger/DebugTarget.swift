/// What addresses of memory mean.
public enum AddressSpace: Sendable {
    /// Linear addresses, through the guest's page tables.
    case linear
    case physical
}

/// What a watchpoint watches for.
public enum WatchKind: Sendable {
    case write, read, access

    /// Its name in a stop reply.
    var replyName: String {
        switch self {
        case .write: "watch"
        case .read: "rwatch"
        case .access: "awatch"
        }
    }
}

/// Linear addresses that a debugger watches.
public struct WatchRange: Hashable, Sendable {
    public var address: UInt32
    /// At least 1.
    public var length: UInt32
    public var kind: WatchKind

    public init(address: UInt32, length: UInt32, kind: WatchKind) {
        self.address = address
        self.length = length
        self.kind = kind
    }
}

/// Why the target stands still.
public enum TargetStop: Equatable, Sendable {
    /// One instruction ran.
    case step
    /// A breakpoint at the next instruction.
    case breakpoint
    /// An access met a watchpoint.
    case watchpoint(WatchRange)
    /// Somebody asked for it.
    case interrupt
    /// The guest can go no further, and goes to its end when it is resumed: a triple fault, a halt for good.
    case fatal
}

/// The machine as the stub sees it: everything happens while it stands still.
public protocol DebugTarget: AnyObject {
    /// A register's bytes, the lowest first, as many as its width says.
    func read(_ register: TargetRegister) -> [UInt8]
    /// False where the register cannot take the value.
    func write(_ register: TargetRegister, _ bytes: [UInt8]) -> Bool
    /// As many bytes, from the first on, as there are.
    func readMemory(at address: UInt32, count: Int, in space: AddressSpace) -> [UInt8]
    /// False where not all could be written.
    func writeMemory(_ bytes: [UInt8], at address: UInt32, in space: AddressSpace) -> Bool
    /// All breakpoints and watchpoints from now on.
    func setPoints(breakpoints: Set<UInt32>, watches: Set<WatchRange>)
    /// The linear address of the next instruction.
    var instructionAddress: UInt32 { get }
    /// The code segment is one of 16 bits.
    var isSixteenBit: Bool { get }
    /// The answer to a command of the user's, with its line ends.
    func monitor(_ command: String) -> String
}

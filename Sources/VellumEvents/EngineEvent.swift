/// What happens in the translator and the processor.
public enum EngineEvent: Sendable {
    /// A fragment was made.  `cause` tells a first translation from a retranslation.
    case translated(FragmentDescription)
    /// A direct link was set: taken (0) or not taken (1).
    case chained(from: FragmentID, link: Int, to: FragmentID)
    /// A direct link was cut, since one of its ends left the cache.
    case unchained(from: FragmentID, link: Int, to: FragmentID)
    /// A write is about to change bytes that the fragment was made from.
    case invalidated(FragmentID, by: CodeWrite)
    /// A write is about to change an immediate of the fragment and nothing else: it was changed in place.
    case patched(FragmentID, by: CodeWrite)
    /// A write to a page with code that touched none of it.
    case spuriousWrite(CodeWrite)
    /// The fragment had to make room.
    case evicted(FragmentID)
    /// The cache was emptied: for want of room, or because memory was rewritten from outside.  The fragments that were
    /// in it are told as evicted first.
    case flushed(forRoom: Bool)
    /// A fragment was entered so often before it left the cache: for observers that want `.entryCounts`.
    case counted(FragmentID, entries: UInt64)
    case hypervisorCall(HypervisorCallEvent)
    case faulted(FaultEvent)
    /// An external interrupt goes to its handler.
    case interrupted(vector: UInt8)
    case ringChanged(RingChange)
    case tlbMissed(linear: UInt32, access: AccessKind, isUser: Bool)
    case tlbFlushed(TLBFlush)
    /// The page tables were walked; `physical` is nil when that ended in a page fault.
    case pageWalked(linear: UInt32, physical: UInt32?)
}

extension EngineEvent {
    /// A fragment, or a link, came or went: the entries before it are told first.
    package var isOfFragments: Bool {
        switch self {
        case .translated, .chained, .unchained, .invalidated, .evicted, .flushed: true
        default: false
        }
    }
}

public enum AccessKind: String, Sendable { case read, write, execute }

/// What of the TLB was flushed.
public enum TLBFlush: Equatable, Sendable {
    case everything
    /// A CR3 load: all but global pages.
    case nonGlobal
    /// INVLPG.
    case page(UInt32)
}

/// A write to a page that holds translated code.
public struct CodeWrite: Equatable, Sendable {
    public enum Writer: String, CaseIterable, Sendable {
        /// A store of the guest's program.
        case store
        /// The processor on the guest's behalf: interrupt frames, task-state segments, string input.
        case processor
        /// Accessed and dirty bits.
        case pageWalk = "page-walk"
        /// A transfer by a device.
        case device
        /// What a page shows was exchanged.
        case remapping
    }

    public var writer: Writer
    /// Physical address of the first byte, and how many.
    public var physical: UInt32
    public var length: UInt32
    /// The store's linear address, where an instruction made it.
    public var linear: UInt32?
    /// EIP and linear address of the writing instruction.
    public var eip: UInt32
    public var instruction: UInt32

    package init(
        writer: Writer, physical: UInt32, length: UInt32, linear: UInt32?, eip: UInt32, instruction: UInt32
    ) {
        self.writer = writer
        self.physical = physical
        self.length = length
        self.linear = linear
        self.eip = eip
        self.instruction = instruction
    }
}

/// A call to the hypervisor: a sensitive or privileged instruction.
public struct HypervisorCallEvent: Sendable {
    public var kind: HypervisorCallKind
    /// The fragment, and which of its instructions.
    public var fragment: FragmentID
    public var index: Int
    /// Linear address of the instruction.
    public var linear: UInt32
    /// False when it faulted.
    public var completed: Bool

    package init(kind: HypervisorCallKind, fragment: FragmentID, index: Int, linear: UInt32, completed: Bool) {
        self.kind = kind
        self.fragment = fragment
        self.index = index
        self.linear = linear
        self.completed = completed
    }
}

/// An exception on its way to its handler; the processor's state is still that of the instruction.
public struct FaultEvent: Equatable, Sendable {
    public var vector: UInt8
    public var errorCode: UInt32
    /// A page fault's linear address.
    public var address: UInt32

    package init(vector: UInt8, errorCode: UInt32, address: UInt32) {
        self.vector = vector
        self.errorCode = errorCode
        self.address = address
    }
}

/// A change of the privilege level, of virtual-8086 mode or of the task.
public struct RingChange: Equatable, Sendable {
    /// What led over.
    public enum Gate: String, CaseIterable, Sendable {
        case interruptGate = "interrupt-gate"
        case trapGate = "trap-gate"
        case taskSwitch = "task-switch"
        case callGate = "call-gate"
        case sysenter, sysexit
        case interruptReturn = "iret"
        case farReturn = "far-return"
        case other
    }

    public var gate: Gate
    /// The exception, interrupt or INT n that went through the gate; nil for transfers by instruction.
    public var vector: UInt8?
    public var from: UInt8
    public var to: UInt8
    public var fromVirtual8086: Bool
    public var toVirtual8086: Bool
    /// SS:ESP before and after; a gate to an inner ring takes the new one from the task-state segment.
    public var oldStack: (selector: UInt16, pointer: UInt32)
    public var newStack: (selector: UInt16, pointer: UInt32)
    public var stackSwitched: Bool
    /// EIP before and after.
    public var source: UInt32
    public var target: UInt32

    public static func == (a: RingChange, b: RingChange) -> Bool {
        a.gate == b.gate && a.vector == b.vector && a.from == b.from && a.to == b.to && a.oldStack == b.oldStack
            && a.newStack == b.newStack && a.source == b.source && a.target == b.target
    }

    package init(gate: Gate, vector: UInt8?, before: Side, after: Side, stackSwitched: Bool) {
        self.gate = gate
        self.vector = vector
        (from, to) = (before.cpl, after.cpl)
        (fromVirtual8086, toVirtual8086) = (before.isVirtual8086, after.isVirtual8086)
        (oldStack, newStack) = (before.stack, after.stack)
        (source, target) = (before.eip, after.eip)
        self.stackSwitched = stackSwitched
    }

    /// What the processor was on one side of the change.
    package struct Side {
        package var cpl: UInt8
        package var isVirtual8086: Bool
        package var stack: (selector: UInt16, pointer: UInt32)
        package var eip: UInt32

        package init(cpl: UInt8, isVirtual8086: Bool, stack: (UInt16, UInt32), eip: UInt32) {
            self.cpl = cpl
            self.isVirtual8086 = isVirtual8086
            self.stack = (stack.0, stack.1)
            self.eip = eip
        }
    }
}

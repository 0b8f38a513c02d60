/// A report on a guest that cannot go on: what happened, what it rests on, and what it probably comes from.
public struct DeadEnd: Equatable, Sendable {
    /// How the guest came to its end.
    public enum Kind: String, Equatable, Sendable {
        /// A fault met while a double fault was being delivered.
        case tripleFault = "triple-fault"
        /// A DOS program met an exception that neither it nor anybody else handles.
        case programFault = "fault"
        /// HLT, and nothing that can wake the processor.
        case halted
        /// Code that goes round without looking at anything, with interrupts off.
        case endlessLoop = "endless-loop"
    }

    public var kind: Kind
    public var cause: DeadEndCause
    /// The cause in one sentence, with the numbers of this guest.
    public var explanation: String
    /// What else was found, one fact a line.
    public var evidence: [String] = []
    /// The exceptions and interrupts that led here, oldest first; those that were delivered too.
    public var faults: [FaultRecord] = []
    public var registers: RegisterSnapshot
    public var tables: [TableRecord] = []
    /// Descriptors that the processor looked at, or should have.
    public var descriptors: [DescriptorRecord] = []
    public var pages: [PageWalk] = []
    /// The fragments that ran last, oldest first.
    public var fragments = FragmentTrace()
    /// The code around the place.
    public var code: [CodeLine] = []
}

/// What a dead end probably comes from, by the names that stand in the statistics.
public enum DeadEndCause: String, CaseIterable, Sendable {
    /// ESP or SS is such that nothing can be pushed.
    case badStack = "bad-stack"
    /// The stack grew past its last mapped page.
    case stackOverflow = "stack-overflow"
    /// The stack's descriptor is not present.
    case stackNotPresent = "stack-not-present"
    case missingGate = "missing-gate"
    case wrongGateType = "wrong-gate-type"
    /// The vector lies beyond the interrupt table's limit.
    case interruptTableLimit = "interrupt-table-limit"
    /// A gate's selector names no descriptor.
    case gateSelector = "gate-selector"
    /// A gate leads beyond its code segment's limit.
    case gateOffset = "gate-offset"
    /// A gate's selector names something else than code.
    case codeSegmentType = "code-segment-type"
    case codeSegmentNotPresent = "code-segment-not-present"
    /// Privilege levels do not fit.
    case ringMismatch = "ring-mismatch"
    case badTaskState = "bad-task-state"
    /// Neither code nor what is needed to handle the fault is mapped.
    case pageTables = "page-tables"
    /// A paging entry has bits set that must be zero.
    case reservedBits = "reserved-bits"
    /// The descriptor table does not hold what the processor runs on.
    case descriptorTable = "descriptor-table"
    /// The processor executed memory that holds zeros.
    case zeroedMemory = "zeroed-memory"
    case haltedInterruptsOff = "halted-interrupts-off"
    /// Halted with interrupts on, but no device will ever raise one.
    case nothingPlanned = "nothing-planned"
    case endlessLoop = "endless-loop"
    /// An exception of a DOS program's that has no handler.
    case unhandledException = "unhandled-exception"
    case unknown
}

/// An exception or interrupt on its way to a handler.
public struct FaultRecord: Equatable, Sendable {
    public var vector: UInt8
    /// "#PF", "INT 80h", "interrupt 20h".
    public var name: String
    public var errorCode: UInt32?
    /// The address of a page fault.
    public var address: UInt32?
    public var selector: UInt16
    public var eip: UInt32
    /// What the error code and the tables say about it; empty where nothing is to be said.
    public var detail: String
    /// Why it did not reach its handler; nil when it did.
    public var failure: String?
}

/// A segment register with its hidden part, or a table register.
public struct TableRecord: Equatable, Sendable {
    public var name: String
    /// Nil for GDTR and IDTR.
    public var selector: UInt16?
    public var base: UInt32
    public var limit: UInt32
    public var text: String
}

/// An entry of a descriptor table.
public struct DescriptorRecord: Equatable, Sendable {
    /// "GDT", "LDT" or "IDT".
    public var table: String
    /// Offset in the table.
    public var offset: UInt32
    /// Linear address; nil beyond the table's limit.
    public var address: UInt32?
    /// The eight bytes, low word first; nil where they cannot be read.
    public var value: UInt64?
    public var text: String
}

/// One line of disassembly.
public struct CodeLine: Equatable, Sendable {
    public var eip: UInt32
    public var bytes: [UInt8]
    public var text: String
    /// Here it happened.
    public var isPlace: Bool
}

/// The last fragments that ran.
public struct FragmentTrace: Equatable, Sendable {
    /// Transfers into one fragment, without another in between.
    public struct Visit: Equatable, Sendable {
        public var selector: UInt16
        public var eip: UInt32
        public var linear: UInt32
        /// Instructions of the fragment.
        public var instructions: Int
        /// How often it ran in a row.
        public var times: UInt64
        /// Its first instruction.
        public var text: String
    }

    public var visits: [Visit] = []
    /// Why there are none, where there are none.
    public var absence = "not traced"

    public static let length = 16
}

import VellumIA32

/// What a micro-op does with the slot in one of its fields.
package struct SlotUse: Equatable, Sendable {
    /// Bytes accessed: 1, 2 or 4; zero where the field names no slot.
    package var width: UInt8
    package var isRead: Bool
    package var isWritten: Bool

    package static let none = SlotUse(width: 0, isRead: false, isWritten: false)
    package static func read(_ width: UInt8) -> SlotUse { SlotUse(width: width, isRead: true, isWritten: false) }
    /// Written whatever happens, unless the micro-op faults.
    package static func write(_ width: UInt8) -> SlotUse { SlotUse(width: width, isRead: false, isWritten: true) }
    /// Read and written, or written only sometimes, so that the old value may stay.
    package static func update(_ width: UInt8) -> SlotUse { SlotUse(width: width, isRead: true, isWritten: true) }
}

/// How a micro-op reaches guest memory.
package enum MemoryUse: Equatable, Sendable {
    case none
    case read
    case write
    /// Reads, and faults unless the same bytes may be written.
    case readForUpdate
    /// Touches nothing, but faults unless the bytes may be written.
    case probe
    /// Both, at several places: bulk operations.
    case readAndWrite

    package var isRead: Bool { self == .read || self == .readForUpdate || self == .readAndWrite }
    package var isWrite: Bool { self == .write || self == .readAndWrite }
}

/// What a micro-op can do to the course of execution.
package struct FlowTraits: OptionSet, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Can raise a fault: the guest then sees the state before the instruction.
    package static let faults = FlowTraits(rawValue: 1 << 0)
    /// Can make the fragment end after its instruction: the guest then sees the state after it.
    package static let leaves = FlowTraits(rawValue: 1 << 1)
    package static let terminal = FlowTraits(rawValue: 1 << 2)
    package static let link0 = FlowTraits(rawValue: 1 << 3)
    package static let link1 = FlowTraits(rawValue: 1 << 4)
    package static let links: FlowTraits = [.link0, .link1]
    /// Memory may be slow: it may fault, and it may end the fragment.
    package static let access: FlowTraits = [.faults, .leaves]
}

/// What an opcode reads, writes and can do, stated once.  Where a field of the micro-op decides (a condition, a kind of
/// rotate, a hypervisor call), this is what holds for all its values, and `MicroOp.effects` says the rest.
package struct OpcodeEffects: Equatable, Sendable {
    /// Slots named by the fields.
    package var a = SlotUse.none
    package var b = SlotUse.none
    package var c = SlotUse.none
    /// Registers that no field names.
    package var reads: SlotSet = []
    package var writes: SlotSet = []
    package var flagsRead: EFlags = []
    /// Flags written whatever happens.
    package var flagsWritten: EFlags = []
    /// Flags written only where a run-time count is not zero.
    package var flagsPerhaps: EFlags = []
    package var memory = MemoryUse.none
    /// Bytes accessed in memory, where the opcode says.
    package var memoryWidth: UInt8 = 0
    /// The address goes through segment `e`.
    package var usesSegment = false
    /// The address or value scales slot `c` by `d`.
    package var usesScale = false
    /// `d` is a condition.
    package var usesCondition = false
    package var flow: FlowTraits = []

    package init() {}

    package var canFault: Bool { flow.contains(.faults) }
    package var canLeave: Bool { flow.contains(.leaves) }
    package var isTerminal: Bool { flow.contains(.terminal) }
    /// Every flag that the opcode may change.
    package var flagsTouched: EFlags { flagsWritten.union(flagsPerhaps) }
}

extension OpcodeEffects {
    init(
        a: SlotUse = .none, b: SlotUse = .none, c: SlotUse = .none, reads: SlotSet = [], writes: SlotSet = [],
        flagsRead: EFlags = [], flagsWritten: EFlags = [], flow: FlowTraits = []
    ) {
        self.a = a
        self.b = b
        self.c = c
        self.reads = reads
        self.writes = writes
        self.flagsRead = flagsRead
        self.flagsWritten = flagsWritten
        self.flow = flow
    }

    /// The flags are written only when a count is not zero.
    func perhaps(_ flags: EFlags) -> OpcodeEffects {
        var effects = self
        effects.flagsPerhaps = flags
        return effects
    }

    /// a = f(b), `from` and `to` bytes wide.
    static func unary(from: UInt8, to: UInt8) -> OpcodeEffects { OpcodeEffects(a: .write(to), b: .read(from)) }

    /// a = a op b.
    static func binary(_ width: UInt8, _ written: EFlags = .arithmetic, reads: EFlags = []) -> OpcodeEffects {
        OpcodeEffects(a: .update(width), b: .read(width), flagsRead: reads, flagsWritten: written)
    }

    /// a = a op immediate, or a = op a.
    static func alone(_ width: UInt8, _ written: EFlags = .arithmetic, reads: EFlags = []) -> OpcodeEffects {
        OpcodeEffects(a: .update(width), flagsRead: reads, flagsWritten: written)
    }

    static func conditional(a: SlotUse, b: SlotUse = .none) -> OpcodeEffects {
        var effects = OpcodeEffects(a: a, b: b)
        effects.usesCondition = true
        return effects
    }

    static func address(c: Bool, _ scaled: Bool = false) -> OpcodeEffects {
        var effects = OpcodeEffects(a: .write(4), b: .read(4), c: c ? .read(4) : .none)
        effects.usesScale = scaled
        return effects
    }

    /// A memory access of `width` bytes whose value goes to or comes from slot `a`.
    static func access(_ memory: MemoryUse, _ width: UInt8, a: SlotUse, _ form: AddressForm) -> OpcodeEffects {
        var effects = OpcodeEffects(a: a, b: .read(4), c: form == .indexed ? .read(4) : .none, flow: .access)
        effects.memory = memory
        effects.memoryWidth = width
        effects.usesSegment = form == .segmented
        effects.usesScale = form == .indexed
        return effects
    }

    static func load(_ width: UInt8, to: UInt8, _ form: AddressForm) -> OpcodeEffects {
        access(.read, width, a: .write(to), form)
    }

    static func modify(_ width: UInt8, _ form: AddressForm) -> OpcodeEffects {
        access(.readForUpdate, width, a: .write(width), form)
    }

    static func store(_ width: UInt8, _ form: AddressForm) -> OpcodeEffects {
        access(.write, width, a: .read(width), form)
    }

    static func storeImmediate(_ width: UInt8, _ form: AddressForm) -> OpcodeEffects {
        access(.write, width, a: .none, form)
    }

    /// A push, a pop or a return through a flat stack.
    static func stack(_ memory: MemoryUse, a: SlotUse = .none, flow: FlowTraits = .access) -> OpcodeEffects {
        var effects = OpcodeEffects(a: a, reads: .esp, writes: .esp, flow: flow)
        effects.memory = memory
        effects.memoryWidth = 4
        return effects
    }

    /// A push or a pop of 16 bits through a 16-bit stack.
    static func segmentedStack(_ memory: MemoryUse, a: SlotUse = .none) -> OpcodeEffects {
        var effects = stack(memory, a: a)
        effects.memoryWidth = 2
        effects.usesSegment = true
        return effects
    }

    static func bulk(reads: SlotSet, writes: SlotSet, _ memory: MemoryUse) -> OpcodeEffects {
        var effects = OpcodeEffects(reads: reads.union(writes), writes: writes, flagsRead: .direction)
        effects.memory = memory
        return effects
    }

    static func through(_ segment: OpcodeEffects, memory: MemoryUse) -> OpcodeEffects {
        var effects = segment
        effects.usesSegment = true
        effects.memory = memory
        return effects
    }

    /// A terminal that goes one of two ways.
    static func branch(
        a: SlotUse = .none, b: SlotUse = .none, reads: EFlags = [], writes: EFlags = []
    ) -> OpcodeEffects {
        OpcodeEffects(a: a, b: b, flagsRead: reads, flagsWritten: writes, flow: [.terminal, .links])
    }
}

import VellumIA32

/// What `CallArguments.index` stands for.
package enum CallIndex: Equatable, Sendable {
    case none
    case segment
    /// Any segment register but CS.
    case loadableSegment
    case control
    case debug
}

/// What a hypervisor call takes, and what it does to the state that micro-ops see.
///
/// A task switch, which a far transfer or an interrupt can bring about, replaces all of that state; like every change
/// that does not come back to the fragment it is left out here.
package struct CallEffects: Equatable, Sendable {
    /// Slots in the arguments.
    package var first = SlotUse.none
    package var second = SlotUse.none
    package var index = CallIndex.none
    /// The operand sizes that make sense; empty where none is looked at.
    package var sizes: [UInt8] = []
    package var reads: SlotSet = []
    package var writes: SlotSet = []
    package var flagsRead: EFlags = []
    package var flagsWritten: EFlags = []
    package var memory = MemoryUse.none

    init(
        first: SlotUse = .none, second: SlotUse = .none, index: CallIndex = .none, sizes: [UInt8] = [],
        reads: SlotSet = [], writes: SlotSet = [], flagsRead: EFlags = [], flagsWritten: EFlags = [],
        memory: MemoryUse = .none
    ) {
        self.first = first
        self.second = second
        self.index = index
        self.sizes = sizes
        self.reads = reads
        self.writes = writes
        self.flagsRead = flagsRead
        self.flagsWritten = flagsWritten
        self.memory = memory
    }
}

extension EFlags {
    /// The flags that micro-ops can see: the six arithmetic ones and DF.
    package static let visible: EFlags = [.arithmetic, .direction]
}

extension HypervisorCall {
    /// The call's effects; a table look-up.
    package var effects: CallEffects { HypervisorCall.effectsTable[Int(rawValue)] }

    private static let effectsTable = HypervisorCall.allCases.map(\.statedEffects)

    private static let words: [UInt8] = [2, 4]
    private static let all: [UInt8] = [1, 2, 4]

    private var statedEffects: CallEffects {
        switch self {
        case .pushf: Self.pushing(flagsRead: .visible)
        case .popf:
            CallEffects(sizes: Self.words, reads: .esp, writes: .esp, flagsWritten: .visible, memory: .read)
        case .cli, .sti, .hlt, .clts, .invd, .wbinvd: CallEffects()
        case .int, .int3, .into, .icebp: Self.pushing(flagsRead: .visible)
        case .iret:
            CallEffects(sizes: Self.words, reads: .esp, writes: .esp, flagsWritten: .visible, memory: .read)
        case .jmpFar: CallEffects(first: .read(4), second: .read(4), sizes: Self.words)
        case .callFar:
            CallEffects(
                first: .read(4), second: .read(4), sizes: Self.words, reads: .esp, writes: .esp, memory: .write)
        case .retFar: CallEffects(sizes: Self.words, reads: .esp, writes: .esp, memory: .read)
        case .readSegment: CallEffects(first: .write(4), index: .segment)
        case .loadSegment: CallEffects(first: .read(4), index: .loadableSegment)
        case .sgdt, .sidt: CallEffects(first: .write(4), second: .write(4))
        case .lgdt, .lidt: CallEffects(first: .read(4), second: .read(4), sizes: Self.words)
        case .sldt, .str, .smsw: CallEffects(first: .write(4))
        case .lldt, .ltr, .lmsw: CallEffects(first: .read(4))
        case .lar, .lsl: CallEffects(first: .read(4), second: .update(4), sizes: Self.words, flagsWritten: .zero)
        case .verr, .verw: CallEffects(first: .read(4), flagsWritten: .zero)
        case .readControl: CallEffects(first: .write(4), index: .control)
        case .writeControl: CallEffects(first: .read(4), index: .control)
        case .readDebug: CallEffects(first: .write(4), index: .debug)
        case .writeDebug: CallEffects(first: .read(4), index: .debug)
        case .invlpg: CallEffects(first: .read(4))
        case .rdtsc: CallEffects(writes: [.eax, .edx])
        case .rdpmc, .rdmsr: CallEffects(reads: .ecx, writes: [.eax, .edx])
        case .wrmsr: CallEffects(reads: [.eax, .ecx, .edx])
        case .cpuid: CallEffects(reads: .eax, writes: [.eax, .ebx, .ecx, .edx])
        case .sysenter: CallEffects(writes: .esp)
        case .sysexit: CallEffects(reads: [.ecx, .edx], writes: .esp)
        case .portIn: CallEffects(first: .read(4), second: .write(4), sizes: Self.all)
        case .portOut: CallEffects(first: .read(4), second: .read(4), sizes: Self.all)
        case .ins:
            CallEffects(
                index: .segment, sizes: Self.all, reads: [.dx, .edi], writes: .edi, flagsRead: .direction,
                memory: .write)
        case .outs:
            CallEffects(
                index: .segment, sizes: Self.all, reads: [.dx, .esi], writes: .esi, flagsRead: .direction,
                memory: .read)
        }
    }

    private static func pushing(flagsRead: EFlags) -> CallEffects {
        CallEffects(sizes: words, reads: .esp, writes: .esp, flagsRead: flagsRead, memory: .write)
    }

    /// What the call does with its arguments taken into account.
    package func effects(_ arguments: CallArguments) -> MicroOpEffects {
        let stated = effects
        var result = MicroOpEffects(
            reads: stated.reads, writes: stated.writes, flagsRead: stated.flagsRead,
            flagsWritten: stated.flagsWritten, flagsTouched: stated.flagsWritten, memory: stated.memory,
            flow: .access)
        result.add(arguments.first.offset, stated.first)
        // LAR and LSL write at the operand size, the only slots that are updated.
        var second = stated.second
        if second.isRead && second.isWritten { second.width = arguments.size }
        result.add(arguments.second.offset, second)
        if arguments.repeats {
            result.reads.formUnion(.ecx)
            result.writes.formUnion(.ecx)
        }
        return result
    }
}
